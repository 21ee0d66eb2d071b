"""A recorded history is held to the properties of its table's proof, on either store."""

from __future__ import annotations

import json
import tracemalloc
from typing import TYPE_CHECKING

import pytest

from lazsa_flow import InputError, NotFoundError, ProofRules, Property, prove_journal
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.proof.rules import PROOF_RULES
from lazsa_flow.clock import VirtualClock
from lazsa_flow.store import histories
from tests.chaos.population import fill_backlog
from tests.contract.test_verify import tamper
from tests.factories import utc
from tests.servers import copy_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazsa_flow.config import Config
    from lazsa_flow.foresight.proof.journal_report import JournalProof

NOW = utc(2021, 1, 1, 4)
"""Paths 1, 2, 6, 7, 8 and 12 sit; the others were declined."""
RULES = PROOF_RULES["award"]
ADDED = (
    "INSERT INTO lazsa_journal SELECT path_id, {seq}, effective_at, recorded_at, {trigger}, "
    "'{source}', '{dest}', '{actor}', {reason}, policy, NULL, '{verdicts}', hash, hash, NULL "
    "FROM lazsa_journal WHERE path_id = {path} AND seq = 3"
)
JOURNAL = (
    "seq, effective_at, recorded_at, trigger, source, dest, actor, reason, policy, facts_as_of, "
    "verdicts, prev_hash, hash, data_digest"
)
TIMERS = "name, due_at, due_on, zone, country, book_on, decides, status, seq"


@pytest.fixture(scope="module")
def swept(make: Callable[[], str], config: Config) -> str:
    """A database with twelve paths that have done all they could by 2021."""
    fill_backlog(url := make(), 12)
    with Programme.open(url, config=config, clock=VirtualClock(NOW)) as programme:
        programme.sweep()
    return url


@pytest.fixture
def programme(swept: str, make: Callable[[], str], config: Config) -> Iterator[Programme]:
    """Open the programme on a copy of it."""
    copy_database(swept, url := make())
    with Programme.open(url, config=config, clock=VirtualClock(NOW)) as programme:
        yield programme


def added(path: int, seq: int, move: str, actor: str, *verdicts: str) -> str:
    """Return the statement that adds a row: ``trigger reason source dest`` by somebody."""
    trigger, reason, source, dest = move.split()
    return ADDED.format(
        path=path,
        seq=seq,
        trigger="NULL" if trigger == "-" else f"'{trigger}'",
        reason="NULL" if reason == "-" else f"'{reason}'",
        source=source,
        dest=dest,
        actor=actor,
        verdicts=json.dumps([{"name": each, "held": True} for each in verdicts]),
    )


def failures(proof: JournalProof) -> set[tuple[str, str, int]]:
    """Return what fails: property, path and row."""
    assert not proof.holds
    return {(each.failed.failed.name, each.path, each.seq) for each in proof.failures}


def test_what_the_programme_has_done_keeps_to_every_property(programme: Programme) -> None:
    """A sound history is proved; what only a table can show is named, and is not said to hold."""
    proof = prove_journal(programme, "award", RULES)
    assert proof.holds, str(proof)
    assert (proof.subjects, proof.paths, proof.unread) == (12, 12, 0)
    assert proof.rows == len(list(programme.journal()))
    document = proof.document()
    held = {each["name"]: each["holds"] for each in document["properties"]}
    assert held["one_honour_at_a_time"] is True
    assert held["edges_can_be_taken"] is None
    assert "edges_can_be_taken" in str(proof)
    assert any("notices" in each for each in document["not_shown"])


def test_a_row_that_the_table_does_not_allow_is_named(programme: Programme) -> None:
    """An edge of another table, a row that was added, and one that is missing."""
    tamper(
        programme,
        "UPDATE lazsa_journal SET trigger = 'promote' WHERE path_id = 3 AND seq = 3",
        added(5, 4, "award - declined awarded", "system:cycle_date"),
        added(9, 4, "decline not_selected under_review declined", "system:cycle_date"),
        added(2, 4, "- refused awarded awarded", "system:due_date"),
        added(8, 4, "- refused awarded awarded", "employee:e-1"),
        added(6, 4, "retire resigned awarded retired", "system:no_such_timer"),
        added(6, 5, "- refused retired retired", "system:no_such_timer"),
        "DELETE FROM lazsa_journal WHERE path_id = 11 AND seq = 2",
        "DELETE FROM lazsa_journal WHERE path_id = 10",
        "UPDATE lazsa_paths SET state = 'nowhere' WHERE id = 12",
        "UPDATE lazsa_timers SET name = 'ghost' WHERE path_id = 1 AND status = 'pending' "
        "AND decides",
    )
    proof = prove_journal(programme, "award", RULES)
    possible, present = "recorded_moves_are_possible", "present_follows_from_the_journal"
    assert failures(proof) >= {
        (possible, "award-3", 3),
        (possible, "award-5", 4),
        (possible, "award-9", 4),
        (possible, "award-2", 4),
        (possible, "award-6", 4),
        (possible, "award-6", 5),
        (possible, "award-11", 3),
        (present, "award-10", 0),
        (present, "award-12", 3),
        (present, "award-1", 3),
    }
    whats = {each.path: each.failed.what for each in proof.failures if each.seq}
    assert whats["award-3"] == "the table has no such edge"
    assert whats["award-8"] == "only a timer of the table is refused in a row of its own"
    assert whats["award-9"] == "it leaves under_review, the path stood in declined"
    assert {"award-4", "award-7"}.isdisjoint(each.path for each in proof.failures)


def test_a_conduct_case_that_ended_in_reconnect_is_found(programme: Programme) -> None:
    """The row is no move of the table; what it has brought about breaks a property by name."""
    guards = ("good_standing", "held_a_year", "latest_path", "no_sitting_award")
    door = (*guards, "no_open_case", "no_membership", "reconnect_steps")
    tamper(
        programme,
        added(7, 4, "retire code_of_conduct awarded retired", "compliance:c-1"),
        added(7, 5, "join_reconnect - retired reconnect", "team:t-1", *door),
    )
    proof = prove_journal(programme, "award", RULES)
    assert failures(proof) >= {
        ("recorded_moves_are_possible", "award-7", 5),
        ("standing_opens_the_door", "award-7", 5),
    }
    text = str(proof)
    assert "guard good_standing was recorded as met, which what went before rules out" in text
    assert "5. award-7 seq 5: join_reconnect by team, retired to reconnect" in text
    assert "--retire--> retired --join_reconnect--> reconnect" in text
    failed = {each["property"]: each for each in proof.document()["failures"]}
    assert [each["seq"] for each in failed["standing_opens_the_door"]["steps"]] == [1, 2, 3, 4, 5]
    assert "visited" in failed["standing_opens_the_door"]["mermaid"]


def test_two_sitting_awards_of_one_seller_are_found(programme: Programme) -> None:
    """A second path beside a sitting one takes its place, and breaks what must hold of honours."""
    columns = "country, 'awarded', 3, head, cycle_on, opened_at, entered_at, parked, spans, data"
    tamper(
        programme,
        f"INSERT INTO lazsa_paths SELECT 101, lifecycle, subject, {columns}, recorded_at "
        "FROM lazsa_paths WHERE id = 1",
        f"INSERT INTO lazsa_journal SELECT 101, {JOURNAL} FROM lazsa_journal WHERE path_id = 1",
        f"INSERT INTO lazsa_timers SELECT 101, {TIMERS} FROM lazsa_timers WHERE path_id = 1",
    )
    proof = prove_journal(programme, "award", RULES)
    names = {name for name, _path, _seq in failures(proof)}
    assert names >= {"recorded_moves_are_possible", "one_honour_at_a_time"}
    assert {each.path for each in proof.failures} == {"award-1", "award-101"}


def test_what_is_stored_beside_the_journal_is_held_to_it(programme: Programme) -> None:
    """A timer that is gone, a period that was ended by hand, and an award below its bars."""
    tamper(
        programme,
        "DELETE FROM lazsa_timers WHERE path_id = 1 AND status = 'pending' AND decides",
        "UPDATE lazsa_paths SET spans = '{}' WHERE id = 2",
        "UPDATE lazsa_paths SET spans = '[' WHERE id = 8",
        "UPDATE lazsa_journal SET verdicts = '[' WHERE path_id = 6 AND seq = 3",
        "UPDATE lazsa_journal SET actor = 'seller:s-1' WHERE path_id = 7 AND seq = 3",
    )
    proof = prove_journal(programme, "award", RULES)
    found = failures(proof)
    assert found >= {
        ("the_clock_decides", "award-1", 3),
        ("present_follows_from_the_journal", "award-2", 3),
        ("award_runs_while_it_should", "award-2", 3),
        ("present_follows_from_the_journal", "award-8", 3),
        ("recorded_moves_are_possible", "award-6", 3),
        ("honoured_with_everything", "award-6", 3),
        ("recorded_moves_are_possible", "award-7", 3),
    }
    without = sorted({name for name, _path, _seq in found})
    assert prove_journal(programme, "award", RULES, without=without).holds


def test_a_host_holds_a_journal_to_properties_of_its_own(programme: Programme) -> None:
    """The property that a table is proved with fails where the record has broken it."""
    declined = Property(
        "nobody_is_declined", "Nobody is declined.", on_move=lambda _, move: move.dest != "declined"
    )
    proof = prove_journal(programme, "award", ProofRules((declined,)))
    assert {name for name, _path, _seq in failures(proof)} == {"nobody_is_declined"}
    assert proof.failed == {"nobody_is_declined": 6}
    with pytest.raises(NotFoundError, match="loan"):
        prove_journal(programme, "loan")
    with pytest.raises(InputError, match="no_such"):
        prove_journal(programme, "award", RULES, without=["no_such"])


def test_its_memory_is_not_that_of_the_journal(
    programme: Programme,
    make: Callable[[], str],
    config: Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten times as many paths take no more memory, once the ways they go are known."""
    monkeypatch.setitem(histories._STREAMED, "yield_per", 10)
    fill_backlog(url := make(), 120)
    with Programme.open(url, config=config, clock=VirtualClock(NOW)) as many:
        many.sweep()
        peaks = [peak_of(each) for each in (programme, programme, many)]
    assert peaks[2] < 2 * peaks[1]


def peak_of(programme: Programme) -> int:
    """Return the most memory that a proof of the journal took."""
    tracemalloc.start()
    try:
        assert prove_journal(programme, "award", RULES).holds
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
