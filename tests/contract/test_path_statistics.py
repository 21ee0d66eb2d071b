"""What a picture asks of a store, on every dialect alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.journal import JournalRow
from lazsa_flow.engine.values import Change
from lazsa_flow.store.statistics import Moves, Pending
from tests.factories import CYCLE, failure, midnight, path, timer, utc

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.award.store.store import AwardStore
    from lazsa_flow.lifecycle.model import Path

JUNE, SEPTEMBER = utc(2026, 6, 1), utc(2026, 9, 1)


def step(
    before: Path | None, after: Path, at: datetime, trigger: str | None, **changes: Any
) -> Change:
    """Return a change with the journal row that tells it."""
    row = JournalRow(
        path=after.ref,
        path_id=after.id,
        seq=after.seq,
        effective_at=at,
        recorded_at=at,
        trigger=trigger,
        source=before.state if before else None,
        dest=after.state,
        actor="system:test",
        reason=None,
        policy="award/2020-1",
        facts_as_of=None,
        verdicts={},
        prev_hash=after.head,
    )
    return Change(before=before, after=after, recorded_at=at, row=row, **changes)


def candidate(store: AwardStore, number: int, country: str = "SG", *, moved: bool = True) -> Path:
    """Nominate a seller in June, and open the review in September if told; return the path."""
    born = path(
        "nominated", id=number, subject=f"seller-{number}", country=country, entered_at=JUNE
    )
    with store.begin() as transaction:
        transaction.write_chunk([step(None, born, JUNE, "nominate")])
        if not moved:
            return born
        after = replace(born, seq=2, state="under_review", entered_at=SEPTEMBER)
        due = timer("cycle_date", path_id=number, country=country)
        reminder = timer("note", path_id=number, country=country, decides=False)
        transaction.write_chunk(
            [step(born, after, SEPTEMBER, "open_review", scheduled=(due, reminder))]
        )
    return after


def test_states_are_counted_by_country(store: AwardStore) -> None:
    """Each path counts once, where it stands; other lifecycles' paths do not."""
    candidate(store, 1)
    candidate(store, 2, "ID")
    candidate(store, 3, "ID", moved=False)
    with store.read_statistics("award") as statistics:
        assert statistics.count_states() == {
            ("ID", "nominated"): 1,
            ("ID", "under_review"): 1,
            ("SG", "under_review"): 1,
        }
    with store.read_statistics("trainer") as statistics:
        assert statistics.count_states() == {}


def test_moves_are_counted_by_period_and_edge(store: AwardStore) -> None:
    """A move belongs to the first bound that lies after it, each country having its own."""
    candidate(store, 1)
    candidate(store, 2)
    candidate(store, 3, "ID")
    bounds = {"SG": [JUNE + timedelta(days=1), SEPTEMBER], "ID": [SEPTEMBER + timedelta(days=1)]}
    with store.read_statistics("award") as statistics:
        assert sorted(
            statistics.count_moves(bounds), key=lambda each: (*each[:2], each.trigger)
        ) == [
            Moves("ID", 0, None, "nominated", "nominate", None, 1),
            Moves("ID", 0, "nominated", "under_review", "open_review", None, 1),
            Moves("SG", 0, None, "nominated", "nominate", None, 2),
            Moves("SG", 2, "nominated", "under_review", "open_review", None, 2),
        ]
        assert {move.period for move in statistics.count_moves({})} == {0}


def test_a_refusal_is_no_move(store: AwardStore) -> None:
    """A row without a trigger, where a path stays, is counted nowhere."""
    stands = candidate(store, 1)
    with store.begin() as transaction:
        after = replace(stands, seq=3)
        transaction.write_chunk([step(stands, after, SEPTEMBER, None)])
    with store.read_statistics("award") as statistics:
        assert sum(move.times for move in statistics.count_moves({})) == 2


def test_pending_timers_are_counted_if_they_decide(store: AwardStore) -> None:
    """Timers that pend are counted by state and date; reminders and what has fired are not."""
    candidate(store, 1)
    candidate(store, 2)
    with store.read_statistics("award") as statistics:
        assert statistics.count_pending_timers() == [
            Pending("SG", "under_review", CYCLE, "cycle_date", 2)
        ]
    with store.begin() as transaction:
        transaction.set_aside(failure(timer("cycle_date", path_id=1)))
    with store.read_statistics("award") as statistics:
        assert [each.times for each in statistics.count_pending_timers()] == [1]


def test_the_paths_that_came_last_are_listed(store: AwardStore) -> None:
    """Of each state and country so many at most, the last to come first."""
    for number in (1, 2, 3):
        candidate(store, number)
    candidate(store, 4, "ID")
    candidate(store, 5, moved=False)
    with store.read_statistics("award") as statistics:
        assert [each.id for each in statistics.latest_paths(2)] == [4, 3, 2, 5]
        assert [each.id for each in statistics.latest_paths(0)] == []
        assert [each.id for each in statistics.paths_by_number([1, 99])] == [1]


def test_the_next_timer_is_the_earliest_that_decides(store: AwardStore) -> None:
    """A reminder is not what comes next, nor is a later timer."""
    candidate(store, 1)
    later = midnight(date(2027, 4, 1))
    with store.begin() as transaction:
        transaction.set_timer(timer("due_date", later, path_id=1))
    with store.read_statistics("award") as statistics:
        assert {key: row.name for key, row in statistics.next_timers([1, 2]).items()} == {
            1: "cycle_date"
        }


def test_stories_are_the_journals_of_the_paths_asked_for(store: AwardStore) -> None:
    """Rows come by path and in order, as JSON values."""
    candidate(store, 1)
    candidate(store, 2)
    with store.read_statistics("award") as statistics:
        stories = statistics.journal_rows([2])
    assert {key: [row["trigger"] for row in rows] for key, rows in stories.items()} == {
        2: ["nominate", "open_review"]
    }


def test_the_due_list_can_be_cut(store: AwardStore) -> None:
    """Of what is due the earliest are listed, so many at most."""
    for number in (1, 2):
        candidate(store, number)
    assert [ref for _, ref, _ in store.due(midnight(CYCLE), limit=1)] == ["award-1"]
