"""What the store shows of paths, and how it writes what happens to many alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.evidence import EVIDENCE, FACTS, NOMINATIONS, PANEL
from lazsa_flow.award.rules.facts import FIGURES
from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.engine.sweep import decide_next, write
from lazsa_flow.engine.sweep_result import SweepResult
from lazsa_flow.errors import StaleVersionError
from lazsa_flow.lifecycle.effects import Begin, End, Notify, Schedule
from lazsa_flow.lifecycle.table import Edge, Permit, State, Step, Timer
from tests.contract.changes import AT, DUE, moving, opening
from tests.contract.changes import write as put
from tests.contract.test_store import dump
from tests.factories import (
    CYCLE,
    card,
    facts,
    guard,
    path,
    record,
    rulebook,
    span,
    sweep_at,
    table,
    timer,
)

if TYPE_CHECKING:
    from lazsa_flow.store.evidence_rows import SqlEvidenceRow
    from tests.contract.conftest import Pool

KINDS = frozenset({"case"})


def sights(store: AwardStore, *path_ids: int) -> list[SqlEvidenceRow]:
    """Read paths as they stand."""
    with store.begin(write=False) as transaction:
        return list(transaction.evidence_rows(path_ids or (1, 2), before=None, on=CYCLE))


def nominate(transaction: Any, path_id: int, *, complete: bool) -> None:
    """Record that a nomination was made."""
    transaction.add_nomination(
        path_id,
        event="made",
        source="employee",
        nominator=f"e-{path_id}",
        complete=complete,
        as_of=CYCLE,
        recorded_at=AT,
    )


def two(store: AwardStore, **changes: Any) -> tuple[SqlEvidenceRow, SqlEvidenceRow]:
    """Open two paths, the second with something changed, and read them."""
    own: dict[str, Any] = {"id": 2, "subject": "seller-2", "head": "2" * 64, "opened_at": AT}
    second = replace(path(**own), **changes)
    scheduled = (timer(path_id=1),), (timer(path_id=2),)
    put(
        store,
        opening(path(), scheduled=scheduled[0]),
        opening(second, scheduled=scheduled[1]),
    )
    first, other = sights(store)
    return first, other


def test_who_a_path_is_makes_it_no_other(store: AwardStore) -> None:
    """Number, subject, hash and the instant it was opened are each one's own."""
    first, second = two(store)
    assert first.group_key == second.group_key
    assert (first.path_id, first.subject, first.head) != (
        second.path_id,
        second.subject,
        second.head,
    )
    assert (second.lifecycle, second.state, second.seq) == ("award", "under_review", 1)
    assert first.groupable


@pytest.mark.parametrize(
    "changes",
    [
        {"lifecycle": "entry"},
        {"country": "ID"},
        {"state": "nominated"},
        {"seq": 2},
        {"cycle_on": date(2027, 4, 1)},
        {"entered_at": AT},
        {"parked": True},
        {"periods": {"award": (span(CYCLE),)}},
        {"data": {"x": 1}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_all_else_makes_it_another(store: AwardStore, changes: dict[str, Any]) -> None:
    """What a move is drafted from tells paths apart."""
    first, second = two(store, **changes)
    assert first.group_key != second.group_key


def test_without_a_round_it_counts_when_it_was_opened(store: AwardStore) -> None:
    """For then that says which policy holds."""
    rounds: dict[str, Any] = {"cycle_on": None, "seq": 1}
    put(store, opening(path(**rounds)), opening(path(id=2, subject="s-2", opened_at=AT, **rounds)))
    first, second = sights(store)
    assert first.group_key != second.group_key


def test_timers_and_the_date_of_facts_count(store: AwardStore) -> None:
    """Another timer that pends, or facts of another day, make it another."""
    first, second = two(store)
    later = timer(path_id=2, name="later")
    put(store, moving(path(id=2, subject="seller-2", opened_at=AT), scheduled=(later,)))
    timed = sights(store)[1]
    assert first.group_key != timed.group_key != second.group_key
    with store.begin() as transaction:
        transaction.add_facts([facts(seller="seller-2")], AT)
    told = sights(store)[1]
    assert told.group_key != timed.group_key
    assert (first.rows["facts"], len(told.rows["facts"][0])) == ((), len(FACTS.unknown_row))


def test_figures_are_read_as_facts_are(store: AwardStore) -> None:
    """Each figure by itself is what it is among the facts, known or not."""
    two(store)
    unknown: dict[str, Any] = dict.fromkeys(FIGURES)
    sold = facts(activities=frozenset({"help"}))
    with store.begin() as transaction:
        transaction.add_facts([sold, replace(facts(seller="seller-2"), **unknown)], AT)
    for sight in sights(store):
        seen = sight.snapshot()[FACTS]
        [row] = sight.rows["facts"]
        shown = FACTS.show({name: row[FACTS.position(name)] for name in FIGURES})
        read = [getattr(shown, name) for name in FIGURES]
        assert read == [getattr(seen, name) for name in FIGURES]
    assert read == [None] * len(FIGURES)


def test_what_is_said_is_said_whoever_wrote_it(store: AwardStore) -> None:
    """Records of the kinds asked for, by what they say and from when, oldest first."""
    two(store)
    said = [record("case", "open", name="c-1"), record("case", "closed", name="c-1")]
    with store.begin() as transaction:
        for subject, actor in (("seller-1", "compliance:a"), ("seller-2", "compliance:b")):
            for each in (*said, record("consent", "given")):
                transaction.add_record(subject, replace(each, actor=actor))
    first, second = sights(store)
    expected = tuple(("case", "c-1", value, None, "2026-09-01") for value in ("open", "closed"))
    assert first.record_key(KINDS) == second.record_key(KINDS) == expected
    assert first.record_key(frozenset()) == ()


def test_panel_and_nominations(store: AwardStore) -> None:
    """The round's figures are its tally's; nominations are as they stand."""
    two(store)
    with store.begin() as transaction:
        for n in range(3):
            given = card(f"r-{n}", f"t-{n % 2}")
            transaction.add_scorecard(1, CYCLE, given, as_of=CYCLE, recorded_at=AT)
        nominate(transaction, 1, complete=True)
    first, second = sights(store)
    tally = first.snapshot()[PANEL]
    keys = [[s.key(each.rows[s.name]) for s in EVIDENCE if s.key] for each in (first, second)]
    assert keys[0] == [(3, 2, tally.total, min(tally.sums)), ((True, False),)]
    assert keys[1] == [(0, 0, 0, 0), ()]
    assert [each.complete for each in first.snapshot()[NOMINATIONS]] == [True]
    assert second.snapshot()[NOMINATIONS] == ()


def test_a_subjects_other_paths(store: AwardStore) -> None:
    """Another path of its lifecycle means it is not alone; one of another lifecycle does not."""
    put(
        store,
        opening(path()),
        opening(path("declined", id=2, seq=4)),
        opening(path(id=3, subject="seller-3")),
        opening(path(id=4, subject="seller-3", lifecycle="entry", seq=7)),
        opening(path(id=5, subject="seller-5", data={"claims": ["k"]})),
    )
    found = {each.path_id: each.groupable for each in sights(store, 1, 2, 3, 5)}
    assert found == {1: False, 2: False, 3: True, 5: False}


# -- writing


def doors() -> Any:
    """Return the rules of a door: in the evening it closes, or is refused; in the morning told."""
    guards = {
        "ready": replace(
            guard("ready"),
            check=lambda s: (
                any(n.complete for n in s.snapshot[NOMINATIONS]),
                'é\\"\t%s {0}',
                None,
            ),
            reads=NOMINATIONS.readable,
        )
    }
    effects = (
        Begin("rest"),
        End("good_standing", of="subject"),
        Notify("closed"),
        Notify("told", to="panel"),
        Schedule("morning", round="tomorrow"),
    )
    close = Edge("close", ("ajar",), "shut", (Permit("system"),), ("ready",), effects)
    lock = Edge("lock", ("ajar",), "shut", (Permit("seller", ("leaving",)),))
    evening = Timer(
        "evening", ("ajar",), "dusk", (Step("close"),), (), (Schedule("evening", "tomorrow"),)
    )
    morning = Timer("morning", ("shut", "ajar"), "dusk", effects=(Notify("up"), Begin("day")))
    states = (State("ajar", "waiting", open=True), State("shut", "success", final=True))
    return rulebook(
        table(guards=guards, edges=(close, lock), timers=(evening, morning), states=states)
    )


def fill(store: AwardStore, count: int = 40) -> None:
    """Open doors, each with its place, two timers, and a nomination; every third is complete."""
    with store.begin() as transaction:
        opened = []
        for n in range(1, count + 1):
            own = path("ajar", id=n, subject=f"s-{n}", lifecycle="door", head=f"{n:064}")
            timers = timer(path_id=n), timer("morning", DUE + timedelta(days=2), path_id=n)
            opened.append(opening(own, slot="take", scheduled=timers))
        transaction.write_chunk(opened)
        for n in range(1, count + 1):
            nominate(transaction, n, complete=n % 3 == 0)


def test_alike_is_written_as_one_by_one(schemas: Pool) -> None:
    """Row for row, in every table, whether a chunk's moves are written together or each whole."""
    found = []
    with schemas.lend() as first, schemas.lend() as second:
        for url, sweeping in ((first, sweep_at), (second, _each_whole)):
            store, rules = AwardStore(url), doors()
            fill(store)
            # the evening, and what follows from it on the mornings after
            swept = [sweeping(store, rules, DUE + timedelta(days=late)) for late in range(4)]
            store.close()
            found.append((swept, dump(url, without=("id",))))
    assert found[0] == found[1]
    assert found[0][0][0] == SweepResult(moved=13, refused=27)


def _each_whole(store: AwardStore, rules: Any, now: Any) -> SweepResult:
    """Sweep with each change of those that are alike written by itself."""
    total = SweepResult()
    while True:
        with store.begin() as transaction:
            judged = decide_next(transaction, rules, now, 99)
            if judged is None:
                return total
            judged.changes += [change for each in judged.batch_changes for change in each.changes()]
            judged.batch_changes.clear()
            total += write(transaction, judged, now).swept


@pytest.mark.parametrize("moved", [3, 4])
def test_a_path_that_has_moved_is_named(store: AwardStore, moved: int) -> None:
    """Of many that move together the one that another writer has moved; nothing is written."""
    rules = doors()
    fill(store, 5)
    with store.begin(write=False) as transaction:
        judged = decide_next(transaction, rules, DUE, 99)
    assert judged is not None
    assert sorted(len(each.each) for each in judged.batch_changes) == [1, 4]
    before = path("ajar", id=moved, subject=f"s-{moved}", lifecycle="door", head=f"{moved:064}")
    put(store, moving(before, after={"head": "f" * 64}))
    with pytest.raises(StaleVersionError) as raised, store.begin() as transaction:
        write(transaction, judged, DUE)
    assert (raised.value.path, raised.value.expected, raised.value.found) == (f"door-{moved}", 1, 2)
