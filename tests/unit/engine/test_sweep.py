"""All that is due is done, at its instant, on what was recorded before it."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine.rulebook import RulesChangedError
from lazsa_flow.engine.sweep import sweep
from lazsa_flow.engine.sweep_result import ChunkResult, SweepResult
from lazsa_flow.errors import UnavailableError
from lazsa_flow.lifecycle.calendar import TICK
from lazsa_flow.lifecycle.effects import Notify, Schedule
from lazsa_flow.lifecycle.guards import Finding
from lazsa_flow.lifecycle.model import Failure
from lazsa_flow.lifecycle.table import Edge, Permit, Step, Timer
from tests.factories import (
    CYCLE,
    card,
    facts,
    guard,
    midnight,
    path,
    record,
    rulebook,
    sweep_at,
    table,
    timer,
)
from tests.fakes import MemoryStore, MemoryTransaction

if TYPE_CHECKING:
    from lazsa_flow.engine.rulebook import Rulebook

DUE = midnight(CYCLE)
LATE = DUE + timedelta(hours=7)
DOOR = rulebook(table())


def door(number: int = 1, **changes: Any) -> MemoryStore:
    """Return a store with doors that close at midnight of the cycle date."""
    store = MemoryStore()
    for id_ in range(1, number + 1):
        add(store, id_, **changes)
    return store


def add(store: MemoryStore, id_: int, *, country: str = "SG", **changes: Any) -> None:
    """Add one door to a store."""
    made = {"id": id_, "lifecycle": "door", "subject": f"seller-{id_}", "country": country}
    store.paths[id_] = path("ajar", **{**made, **changes})
    store.slots["door", f"seller-{id_}"] = id_
    due = midnight(CYCLE, country)
    store.timers.append(timer(path_id=id_, country=country, due_at=due))


def award(**changes: Any) -> MemoryStore:
    """Return a store with a candidate under review, whom facts and panel speak for."""
    store = MemoryStore(paths={1: path()}, slots={("award", "seller-1"): 1})
    store.timers.append(timer("cycle_date"))
    before = DUE - timedelta(days=1)
    store.facts.append((changes.get("facts", before), facts()))
    for n in range(3):
        at = changes.get("card", before) if n == 2 else before
        store.cards.append((at, 1, CYCLE, card(f"rev-{n}", f"team-{n}")))
    return store


def test_what_is_due_at_the_instant_fires() -> None:
    """A timer fires at exactly its due instant, and one microsecond earlier it does not."""
    store = door()
    assert sweep_at(store, DOOR, DUE - TICK) == SweepResult()
    assert store.paths[1].state == "ajar"
    assert sweep_at(store, DOOR, DUE) == SweepResult(moved=1)
    assert store.paths[1].state == "shut"


def test_late_work_never_moves_a_date() -> None:
    """programme.md, tenure: however late, it takes effect at the due instant, and tells when."""
    store = door()
    sweep_at(store, DOOR, LATE)
    (row,) = store.journal
    assert (row.effective_at, row.recorded_at) == (DUE, LATE)
    assert store.paths[1].entered_at == DUE


@pytest.mark.parametrize("what", ["facts", "card"])
def test_a_decision_reads_what_was_recorded_before_its_instant(what: str) -> None:
    """programme.md, versions and data: recorded at the instant is too late, just before is not."""
    in_time, too_late = award(**{what: DUE - TICK}), award(**{what: DUE})
    rules = rulebook(AWARD)
    sweep_at(in_time, rules, LATE)
    sweep_at(too_late, rules, LATE)
    assert in_time.paths[1].state == "awarded"
    assert too_late.paths[1].state == ("declined" if what == "facts" else "under_review")


def test_a_case_opened_at_the_instant_comes_too_late() -> None:
    """A compliance case holds an award only if it was recorded before the cycle instant."""
    rules = rulebook(AWARD)
    for at, state in ((DUE - TICK, "under_review"), (DUE, "awarded")):
        store = award()
        store.records.append(("seller-1", record("case", "open", name="c-1", recorded_at=at)))
        sweep_at(store, rules, LATE)
        assert store.paths[1].state == state


def test_nothing_due_is_nothing_done() -> None:
    """A sweep of a store with nothing due takes one transaction and writes nothing."""
    store = MemoryStore()
    assert sweep_at(store, DOOR, LATE) == SweepResult()
    assert (store.transactions, store.journal) == (1, [])


def test_a_sweep_goes_chunk_by_chunk() -> None:
    """No transaction takes more timers than a chunk; all that is due is done in the end."""
    store = door(5)
    assert sweep_at(store, DOOR, LATE, chunk=2) == SweepResult(moved=5)
    assert store.transactions == 4
    assert {each.state for each in store.paths.values()} == {"shut"}


def test_a_sweep_can_be_ended_after_a_chunk() -> None:
    """Whoever sweeps is told of every chunk and may end early; the rest stays due."""
    store, told = door(5), []

    def done(chunk: ChunkResult) -> bool:
        told.append(chunk)
        return True

    assert sweep_at(store, DOOR, LATE, chunk=2, done=done) == SweepResult(moved=2)
    assert told == [ChunkResult(SweepResult(moved=2), DUE, "SG")]
    assert store.status(3, "evening") == ["pending"]


def test_one_path_can_be_swept_alone() -> None:
    """Where a path is named, the timers of others wait."""
    store = door(2)
    assert sweep_at(store, DOOR, LATE, path_id=2) == SweepResult(moved=1)
    assert (store.paths[1].state, store.paths[2].state) == ("ajar", "shut")


def test_each_country_has_its_own_midnight() -> None:
    """programme.md, who and where: a cycle date is an instant of its own in each country."""
    store = door()
    add(store, 2, country="ID")
    assert sweep_at(store, DOOR, DUE) == SweepResult(moved=1)
    assert (store.paths[1].state, store.paths[2].state) == ("shut", "ajar")
    assert sweep_at(store, DOOR, midnight(CYCLE, "ID")) == SweepResult(moved=1)
    assert [row.effective_at for row in store.journal] == [DUE, midnight(CYCLE, "ID")]


def test_a_guard_that_does_not_hold_refuses_the_timer() -> None:
    """programme.md, the books: no trigger's guards held, so it is refused, verdicts journaled."""
    timers = (replace(table().timers[0], on_refused=(Notify("still_ajar"),)),)
    rules = rulebook(table(guards={"ready": guard(held=False)}, timers=timers))
    store = door()
    assert sweep_at(store, rules, LATE) == SweepResult(refused=1)
    (row,) = store.journal
    assert (row.trigger, row.verdicts) == (None, {"ready": Finding(False)})
    assert store.status(1, "evening") == ["refused"]
    assert [notice.kind for notice in store.notices] == ["still_ajar"]


def test_a_reminder_reminds_and_moves_nothing() -> None:
    """A reminder is a timer with an effect and no edge."""
    timers = (*table().timers, Timer("bell", ("ajar",), "dusk", effects=(Notify("bell"),)))
    rules = rulebook(table(timers=timers))
    store = door()
    store.timers = [timer("bell", decides=False)]
    assert sweep_at(store, rules, LATE) == SweepResult(reminded=1)
    assert (store.journal, store.status(1, "bell")) == ([], ["reminded"])
    assert [notice.kind for notice in store.notices] == ["bell"]


def test_what_a_timer_sets_is_swept_in_its_turn() -> None:
    """What a move schedules may be due itself: within a path the order holds, to the very end."""
    evening = replace(table().timers[0], on_refused=(Schedule("evening", round="tomorrow"),))
    rules = rulebook(table(guards={"ready": guard(held=False)}, timers=(evening,)))
    store = door()
    assert sweep_at(store, rules, DUE + timedelta(days=3)) == SweepResult(refused=4)
    days = [row.effective_at - DUE for row in store.journal]
    assert days == [timedelta(days=n) for n in range(4)]
    assert store.status(1, "evening") == ["refused"] * 4 + ["pending"]


def test_an_instant_is_finished_before_a_later_one_begins() -> None:
    """Timers fire in the order of their instants, over all paths."""
    store = door(3)
    early = DUE - timedelta(days=1)
    second = next(each for each in store.timers if each.path_id == 2)
    store.timers.remove(second)
    store.timers.append(replace(second, due_at=early))
    sweep_at(store, DOOR, LATE)
    assert [row.path for row in store.journal] == ["door-2", "door-1", "door-3"]


def faulty(**changes: Any) -> Rulebook:
    """Return rules by which the second door's decision raises."""

    def check(guard_context: Any) -> Finding:
        if guard_context.path.id == 2:
            raise ZeroDivisionError(guard_context.path.subject)
        return Finding(True)

    return rulebook(table(guards={"ready": replace(guard(), check=check)}, **changes))


def attempts(store: MemoryStore, rules: Rulebook) -> list[tuple[timedelta, SweepResult]]:
    """Sweep whenever there is something to look at; return after which pause, with what outcome."""
    swept, last = [], LATE
    while (at := store.next_due()) is not None and at <= last + timedelta(minutes=5):
        at = max(at, LATE)
        swept.append((at - last, sweep_at(store, rules, at)))
        last = at
    return swept


def test_a_decision_that_raises_sets_its_path_aside_alone() -> None:
    """The path is tried again later, with the error named but not its text; the others move."""
    store = door(3)
    assert sweep_at(store, faulty(), LATE) == SweepResult(moved=2, failed=1)
    assert [store.paths[n].state for n in (1, 2, 3)] == ["shut", "ajar", "shut"]
    again = LATE + timedelta(seconds=1)
    failure = Failure(2, "evening", DUE, "ZeroDivisionError", 1, LATE, again)
    assert store.failures == {2: failure}
    assert (store.paths[2].parked, store.next_due()) == (False, again)
    assert sweep_at(store, faulty(), again - TICK) == SweepResult()


def test_the_fifth_attempt_parks_the_path_with_all_its_timers() -> None:
    """Five attempts with growing pauses, and then it waits for an operator."""
    store = door(3)
    bell = timer("bell", LATE + timedelta(days=9), path_id=2, decides=False)
    store.timers.append(bell)
    first, *others = attempts(store, faulty())
    assert first == (timedelta(0), SweepResult(moved=2, failed=1))
    pauses = [pause.total_seconds() for pause, _ in others]
    assert pauses == [1, 4, 16, 64]
    assert [swept for _, swept in others] == [SweepResult(failed=1)] * 3 + [SweepResult(parked=1)]
    assert store.paths[2].parked
    assert (store.failures[2].attempts, store.failures[2].retry_at) == (5, None)
    assert (store.status(2, "evening"), store.status(2, "bell")) == (["parked"], ["parked"])
    assert store.next_due() is None


def test_an_attempt_that_succeeds_forgets_the_failure() -> None:
    """What failed once and then holds moves with effect from its instant, and starts anew."""
    store = door(2)
    sweep_at(store, faulty(), LATE)
    assert sweep_at(store, DOOR, LATE + timedelta(seconds=1)) == SweepResult(moved=1)
    assert store.failures == {}
    assert [row.effective_at for row in store.journal] == [DUE, DUE]


def test_a_path_that_waits_keeps_the_order_of_its_timers() -> None:
    """While a timer of a path waits for its next attempt, no later one of that path fires."""
    timers = (*table().timers, Timer("bell", ("ajar",), "dusk", effects=(Notify("bell"),)))
    store = door(2)
    store.timers.append(timer("bell", DUE + TICK, path_id=2, decides=False))
    sweep_at(store, faulty(timers=timers), LATE)
    assert (store.status(2, "evening"), store.status(2, "bell")) == (["pending"], ["pending"])


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda store: store.paths.clear(), "NotFoundError"),
        (lambda store: store.timers.append(timer("ghost", DUE - TICK)), "KeyError"),
        (lambda store: store.paths.update({1: path("gone", lifecycle="door")}), "KeyError"),
        (lambda store: store.paths.update({1: path("ajar", lifecycle="x")}), "NotFoundError"),
    ],
    ids=["no such path", "no such timer", "no such state", "no such lifecycle"],
)
def test_a_row_that_no_table_knows_is_parked(change: Any, error: str) -> None:
    """A timer of a path, name, state or lifecycle that is unknown parks and stops nothing."""
    store = door()
    add(store, 2)
    second = store.paths[2]
    change(store)
    store.paths[2] = second
    assert sweep_at(store, DOOR, LATE) == SweepResult(moved=1, failed=1)
    assert [(each.path_id, each.error) for each in store.failures.values()] == [(1, error)]
    assert store.paths[2].state == "shut"
    assert attempts(store, DOOR)[-1][1] == SweepResult(parked=1)
    assert store.next_due() is None


def reopening() -> Any:
    """Return rules by which the clock opens doors that are shut, and so takes their places."""
    edges = (
        Edge("close", ("ajar",), "shut", (Permit("system"),)),
        Edge("open_up", ("shut",), "ajar", (Permit("system"),)),
    )
    evening = Timer("evening", ("ajar", "shut"), "dusk", steps=(Step("open_up"), Step("close")))
    return rulebook(table(edges=edges, timers=(evening,)))


def test_a_path_that_cannot_be_written_is_parked_alone() -> None:
    """A change that contradicts what stands sets its own path aside; the rest of the chunk moves.

    design.md, rule 4: of the move that failed nothing is written.
    """
    store = door(3)
    store.paths[2] = path("shut", id=2, lifecycle="door", subject="seller-2")
    assert sweep_at(store, reopening(), LATE) == SweepResult(moved=2, failed=1)
    assert (store.failures[2].timer, store.failures[2].error) == ("evening", "ConflictError")
    assert attempts(store, reopening())[-1][1] == SweepResult(parked=1)
    assert (store.paths[2].state, store.paths[2].seq) == ("shut", 1)
    assert [row.path for row in store.journal] == ["door-1", "door-3"]
    assert store.next_due() is None


@pytest.mark.parametrize("bad", [1, 4, 7, 8])
def test_a_row_that_cannot_be_read_sets_its_own_path_aside(bad: int) -> None:
    """Where a chunk fails as a whole its halves are taken: the rest moves, little is done twice."""
    store = door(8)
    load = MemoryTransaction.evidence_rows
    loads = []

    def loading(self: MemoryTransaction, path_ids: Any, **asked: Any) -> Any:
        loads.append(len(path_ids))
        if bad in path_ids:
            raise ValueError("what stands there is no date")
        return load(self, path_ids, **asked)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryTransaction, "evidence_rows", loading)
        assert sweep_at(store, DOOR, LATE, chunk=8) == SweepResult(moved=7, failed=1)
        assert (store.failures[bad].error, store.paths[bad].state) == ("ValueError", "ajar")
        assert sum(loads) <= 8 + 3 * 8
        assert attempts(store, DOOR)[-1][1] == SweepResult(parked=1)


def test_nobody_is_blamed_for_what_another_has_done() -> None:
    """A path that cannot be read, and that another writer then takes, is nobody's failure."""
    store, claims = door(), []
    claim = MemoryTransaction.claim

    def claiming(self: MemoryTransaction, *asked: Any, **how: Any) -> Any:
        claims.append(asked)
        return claim(self, *asked, **how) if len(claims) == 1 else None

    def unreadable(*_args: Any, **_asked: Any) -> Any:
        raise ValueError("what stands there is no date")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryTransaction, "claim", claiming)
        patch.setattr(MemoryTransaction, "evidence_rows", unreadable)
        assert sweep_at(store, DOOR, LATE, chunk=1) == SweepResult()
    assert (len(claims), store.failures) == (2, {})


def test_a_database_that_is_away_parks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the database cannot be reached the error goes up and every timer stays due."""
    store = door(2)

    def fail(run: object) -> None:
        raise UnavailableError("away")

    monkeypatch.setattr(store, "transact", fail)
    with pytest.raises(UnavailableError):
        sweep_at(store, DOOR, LATE)
    assert (store.failures, store.next_due()) == ({}, DUE)


def test_counts_of_chunks_add_up() -> None:
    """What sweeps did adds up, in timers."""
    total = SweepResult(1, 2, 3, 4, 5) + SweepResult(10, 20, 30, 40, 50)
    assert (total, total.total) == (SweepResult(11, 22, 33, 44, 55), 165)


@pytest.mark.parametrize("was_on", [True, False])
def test_the_search_for_garbage_is_as_it_was_after_a_sweep(was_on: bool) -> None:
    """Within a chunk it is off; a host that has it off keeps it off."""
    seen = []

    def check(_situation: Any) -> Finding:
        seen.append(gc.isenabled())
        return Finding(True)

    rules = rulebook(table(guards={"ready": replace(guard(), check=check)}))
    try:
        (gc.enable if was_on else gc.disable)()
        sweep_at(door(), rules, LATE)
        assert (seen, gc.isenabled()) == ([False], was_on)
    finally:
        gc.enable()


class TestReleases:
    """Each chunk is decided by the rules that are in force when it is claimed."""

    def sweep(self, store: MemoryStore, **options: Any) -> SweepResult:
        """Sweep by the first version of the rules."""
        return sweep(store, rulebook(table(), version=1), VirtualClock(DUE), chunk=1, **options)

    def test_rules_are_read_again(self) -> None:
        """What another process has released is read before the next chunk is decided."""
        store, read = door(3), []

        def done(did: ChunkResult) -> bool:
            store.rules_version = 2
            return False

        def reread() -> Rulebook:
            read.append(store.paths[2].state)
            return rulebook(table(), version=2)

        assert self.sweep(store, done=done, reread=reread) == SweepResult(moved=3)
        assert read == ["ajar"]

    def test_nothing_is_decided_by_others(self) -> None:
        """Where they cannot be read again, nothing is decided, and nobody is set aside."""
        store = door()
        store.rules_version = 2
        with pytest.raises(RulesChangedError):
            self.sweep(store)
        assert (store.paths[1].state, store.failures) == ("ajar", {})
