"""Paths that are alike move together, unless something hangs on more than it says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.evidence import FACTS, NOMINATIONS, PANEL
from lazsa_flow.award.rules.panel import Scorecard
from lazsa_flow.engine.batch import memo
from lazsa_flow.engine.sweep import decide_next
from lazsa_flow.engine.sweep_result import SweepResult
from lazsa_flow.errors import LifecycleError
from lazsa_flow.lifecycle.effects import FireOther, Notify, Reserve, Schedule
from lazsa_flow.lifecycle.guards import Guard, paths, records
from lazsa_flow.lifecycle.table import Edge, Permit, State, Step, Timer
from lazsa_flow.logs import LOGGER
from tests.factories import (
    CYCLE,
    facts,
    guard,
    midnight,
    nomination,
    path,
    record,
    rulebook,
    sweep_at,
    table,
    timer,
)
from tests.fakes import MemoryStore, MemoryTransaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.engine.batch.chunk import ChunkDecision
    from lazsa_flow.lifecycle.model import GuardContext

DUE = midnight(CYCLE)
DOORS = 4


def doors(**changes: Any) -> MemoryStore:
    """Return a store with doors that close at midnight; the facts of each differ."""
    store = MemoryStore()
    for id_ in range(1, DOORS + 1):
        made = path("ajar", id=id_, lifecycle="door", subject=f"seller-{id_}", **changes)
        store.paths[id_] = made
        store.slots["door", made.subject] = id_
        store.timers.append(timer(path_id=id_))
        told = facts(seller=made.subject, ncp_points=id_ % 2)
        store.facts.append((DUE.replace(year=2025), told))
    return store


def saying(
    check: Callable[[GuardContext], tuple[bool, Any, None]], *reads: str, name: str = "ready"
) -> Guard:
    """Return a guard that says what it reads."""
    return replace(guard(name), check=check, reads=frozenset(reads))


def points(context: GuardContext) -> tuple[bool, int, None]:
    """Find out whether a seller has no points."""
    known = context.snapshot[FACTS]
    assert known is not None
    measured = known.ncp_points or 0
    return measured == 0, measured, None


def closing(ready: Guard, *effects: Any, **changes: Any) -> Any:
    """Return the rules of a door that the clock closes where it is ready."""
    edge = Edge("close", ("ajar",), "shut", (Permit("system"),), ("ready",), effects)
    lock = Edge("lock", ("ajar",), "shut", (Permit("seller", ("leaving",)),))
    return rulebook(table(**{"guards": {"ready": ready}, "edges": (edge, lock), **changes}))


def judged(rules: Any, store: MemoryStore | None = None) -> ChunkDecision:
    """Decide the doors."""
    found = decide_next(MemoryTransaction(store or doors()), rules, DUE, 99)
    assert found is not None
    return found


def sizes(found: ChunkDecision) -> tuple[int, list[int]]:
    """Return how many moved by themselves, and how many with each other."""
    return len(found.changes), [len(each.each) for each in found.batch_changes]


def test_who_differs_in_the_finding_alone_moves_together() -> None:
    """By outcome: those for whom the guard holds, and those for whom it does not."""
    rules = closing(saying(points, "ncp_points"))
    assert sizes(judged(rules)) == (0, [2, 2])
    store = doors()
    assert sweep_at(store, rules, DUE) == SweepResult(moved=2, refused=2)
    assert [store.paths[id_].state for id_ in store.paths] == ["ajar", "shut"] * 2
    measured = {row.path: row.verdicts["ready"][1] for row in store.journal}
    assert measured == {"door-1": 1, "door-2": 0, "door-3": 1, "door-4": 0}


def test_a_reading_is_asked_once() -> None:
    """However many have it; and not again in the next chunk, until it is forgotten."""
    asked: list[str | None] = []

    def check(context: GuardContext) -> tuple[bool, int, None]:
        asked.append(context.reason)
        return points(context)

    rules = closing(saying(check, "ncp_points"))
    judged(rules)
    first = len(asked)  # twice: by itself for the first of an outcome, and for the reading
    judged(rules)
    assert (first, len(asked)) == (4, 6)


def test_answers_are_forgotten_when_there_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A night of a million sellers keeps no answer for each of them, and decides as before."""
    rules = closing(saying(points, "ncp_points"))
    monkeypatch.setattr(memo, "KEPT", 1)
    monkeypatch.setattr(memo, "_GROUPS", 1)
    for seq in (1, 2, 1):
        assert sizes(judged(rules, doors(seq=seq))) == (0, [2, 2])
    evening = rules.lifecycle("door").timer("evening")
    kept = memo.memoized_decision(rules.plan("door"), "ajar", evening)
    assert kept is not None
    assert [[len(memo) for memo in memos] for memos in kept._kept.values()] == [[1]]


def test_what_a_guard_does_not_say_it_reads_is_not_shared(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A guard that hangs on more than it says is found out, told of, and each path asked."""
    monkeypatch.setattr(LOGGER, "propagate", True)
    liar = saying(points)
    assert sizes(judged(closing(liar))) == (4, [])
    assert "batch.fallback" in caplog.text
    store = doors()
    assert sweep_at(store, closing(liar), DUE) == SweepResult(moved=2, refused=2)


def test_a_rule_that_looks_at_a_sellers_own_facts_is_not_shared() -> None:
    """An instant that hangs on the facts is reckoned for each path, whether it raises or not."""

    def by_points(context: GuardContext) -> Any:
        known = context.snapshot[FACTS]
        assert known is not None
        return context.calendar.start(CYCLE.replace(year=2027 + (known.ncp_points or 0)))

    def by_seller(context: GuardContext) -> Any:
        known = context.snapshot[FACTS]
        late = known is not None and known.seller > "seller-2"
        return context.calendar.start(CYCLE.replace(year=2028 if late else 2027))

    held = saying(lambda _: (False, None, None))
    for rule in (by_points, by_seller):
        evening = Timer("evening", ("ajar",), "dusk", (Step("close"),), (), (Schedule("evening"),))
        rules = closing(held, timers=(evening,), instants={"dusk": rule})
        assert sizes(judged(rules)) == (4, [])
        store = doors()
        assert sweep_at(store, rules, DUE) == SweepResult(refused=4)
        due = {t.path_id: t.due_on.year for t in store.timers if t.status == "pending"}
        assert len(set(due.values())) == 2


def test_a_rule_that_looks_at_records_of_which_nobody_speaks_is_not_shared() -> None:
    """They are not there to be seen, and the first path's change comes out otherwise for that."""
    held = saying(lambda _: (False, None, None))
    evening = Timer("evening", ("ajar",), "dusk", (Step("close"),), (), (Schedule("evening"),))
    later = {"dusk": lambda s: s.calendar.start(CYCLE.replace(year=2027 + len(s.snapshot.records)))}
    rules = closing(held, timers=(evening,), instants=later)
    store = doors()
    store.records.append(("seller-1", record("consent", "given")))
    assert sizes(judged(rules, store)) == (4, [])


def test_a_guard_that_raises_sets_its_own_path_aside() -> None:
    """The others move; what it was asked together with is asked by itself."""

    def check(context: GuardContext) -> tuple[bool, int, None]:
        if points(context)[1]:
            raise ZeroDivisionError
        return True, 0, None

    store = doors()
    assert sweep_at(store, closing(saying(check, "ncp_points")), DUE) == SweepResult(
        moved=2, failed=2
    )
    assert {failure.error for failure in store.failures.values()} == {"ZeroDivisionError"}


def test_who_has_another_path_moves_by_itself() -> None:
    """What a seller's other paths of the lifecycle say is asked of each."""
    store = doors()
    store.paths[9] = path("shut", id=9, lifecycle="door", subject="seller-2")
    held = saying(lambda _: (True, None, None))
    assert sizes(judged(closing(held), store)) == (1, [3])


def test_what_takes_a_place_moves_by_itself() -> None:
    """A door that opens again takes its subject's place, and may find it taken."""
    reopen = Edge("close", ("shut",), "ajar", (Permit("system"),), ("ready",))
    lock = Edge("lock", ("ajar",), "shut", (Permit("seller", ("leaving",)),))
    states = (State("ajar", "waiting", open=True), State("shut", "success"))
    evening = Timer("evening", ("shut",), "dusk", (Step("close"),))
    held = saying(lambda _: (True, None, None))
    rules = closing(held, states=states, edges=(reopen, lock), timers=(evening,))
    store = doors()
    store.slots.clear()
    store.paths = {id_: replace(each, state="shut") for id_, each in store.paths.items()}
    assert sizes(judged(rules, store)) == (4, [])


@pytest.mark.parametrize(
    "effects",
    [
        (Notify("closed", to="nominators"),),
        (Reserve("records"),),
        (Notify("closed", when="pointless"),),
        (Notify("closed", when="anything"),),
    ],
    ids=["nominators", "claims", "an effect by figures", "an effect by anything"],
)
def test_effects_that_are_each_ones_own(effects: Any) -> None:
    """Where an effect hangs on more than round and records, nobody moves with others."""
    guards = {
        "ready": saying(lambda _: (True, None, None)),
        "pointless": saying(points, "ncp_points", name="pointless"),
        "anything": replace(guard("anything"), reads=None),
    }
    rules = closing(guards["ready"], *effects, guards=guards)
    assert sizes(judged(rules)) == (4, [])


def test_effects_that_are_everyones() -> None:
    """An effect by records, and one that would fire another path's trigger, are shared."""
    guards = {
        "ready": saying(lambda _: (True, None, None)),
        "clean": saying(
            lambda s: (not s.snapshot.records, None, None), records("case"), name="clean"
        ),
    }
    other = FireOther("lock", state="ajar", reason="leaving")
    lock = Edge("lock", ("ajar",), "shut", (Permit("system", ("leaving",)),))
    effects = (Notify("closed", when="clean"), other)
    close = Edge("close", ("ajar",), "shut", (Permit("system"),), ("ready",), effects)
    rules = rulebook(table(guards=guards, edges=(close, lock)))
    assert sizes(judged(rules)) == (0, [4])


def test_a_guard_may_read_panel_and_nominations() -> None:
    """What it is shown is the path's own."""

    def check(context: GuardContext) -> tuple[bool, str, None]:
        seen = context.snapshot
        return True, f"{seen[PANEL].cards} {len(seen[NOMINATIONS])}", None

    rules = closing(saying(check, PANEL.name, NOMINATIONS.name))
    found = judged(rules)
    assert sizes(found) == (0, [4])
    [change] = [each.change for each in found.batch_changes]
    assert change.row is not None
    assert change.row.verdicts["ready"] == (True, "0 0", None)


def nominated(**changes: Any) -> MemoryStore:
    """Return doors with one nomination each, by ``emp-1`` to ``emp-4``, and a record alike."""
    store = doors()
    for id_ in range(1, DOORS + 1):
        made = nomination(id=id_, nominator=f"emp-{id_}", complete=True)
        store.nominations.append((DUE.replace(year=2025), id_, made))
        card = Scorecard(f"rev-{id_}", "books", (4,) * 11)
        store.cards.append((DUE.replace(year=2025), id_, CYCLE, card))
        case = record("case", "closed", actor=f"compliance:c-{id_}")
        store.records.append((f"seller-{id_}", case))
    return store


OWN: dict[str, tuple[set[str], Callable[[Any], bool]]] = {
    "a nominator": ({NOMINATIONS.name}, lambda s: s.snapshot[NOMINATIONS][0].nominator == "emp-1"),
    "a nomination's number": ({NOMINATIONS.name}, lambda s: s.snapshot[NOMINATIONS][0].id == 1),
    "who is on the panel": ({PANEL.name}, lambda s: "rev-1" in s.snapshot[PANEL].panel),
    "a record's actor": (
        {records("case")},
        lambda s: s.snapshot.records[0].actor == "compliance:c-1",
    ),
    "the subject": (set(), lambda s: s.path.subject == "seller-1"),
    "the reference": (set(), lambda s: s.path.ref == "door-1"),
    "when it opened": (set(), lambda s: s.path.opened_at.minute == 1),
    "a timer's path": (set(), lambda s: s.snapshot.timers[0].path_id == 1),
    "whose facts": (set(), lambda s: s.snapshot[FACTS].seller == "seller-1"),
    "other paths": (set(), lambda s: len(s.snapshot.others) == 0 and s.path.id == 1),
}
"""What is one path's own, and what a guard reads that looks at it."""


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("where", ["guard", "effect"])
def test_a_guard_sees_what_its_answer_is_kept_by_and_no_more(
    name: str, where: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would be the first path's answer for all; so to look at it raises, and all are asked."""
    monkeypatch.setattr(LOGGER, "propagate", True)
    reads, own = OWN[name]
    looks = saying(lambda s: (own(s), str(own(s)), None), *reads)
    store = nominated()
    store.paths = {
        id_: replace(each, opened_at=each.opened_at.replace(minute=id_))
        for id_, each in store.paths.items()
    }
    if where == "guard":
        assert sweep_at(store, closing(looks), DUE) == SweepResult(moved=1, refused=3)
        told = [row.verdicts["ready"][1] for row in store.journal]
        assert told == ["True", "False", "False", "False"]
    else:
        always = saying(lambda _: (True, None, None))
        looks = replace(looks, name="looks")
        rules = closing(
            always, Notify("closed", when="looks"), guards={"ready": always, "looks": looks}
        )
        assert sweep_at(store, rules, DUE) == SweepResult(moved=4)
        assert [notice.key for notice in store.notices] == ["door-1.2.1"]
    never_shared = where == "effect" and reads & {NOMINATIONS.name, PANEL.name}
    assert never_shared or "batch.fallback" in caplog.text


def test_instants_and_rounds_see_nothing_of_one_path() -> None:
    """A rule that looks at who the path is of is found out as a guard is."""
    held = saying(lambda _: (False, None, None))
    evening = Timer("evening", ("ajar",), "dusk", (Step("close"),), (), (Schedule("evening"),))
    later = {"dusk": lambda s: s.calendar.start(CYCLE.replace(year=2026 + s.path.id))}
    rules = closing(held, timers=(evening,), instants=later)
    store = doors()
    assert sizes(judged(rules, store)) == (4, [])
    assert sweep_at(store, rules, DUE) == SweepResult(refused=4)
    pending = {t.path_id: t.due_on.year for t in store.timers if t.status == "pending"}
    assert pending == {1: 2027, 2: 2028, 3: 2029, 4: 2030}


def test_other_paths_of_ones_own_lifecycle_are_read_by_name() -> None:
    """Those who are decided together have none; another lifecycle's are asked for path by path."""

    def others(context: GuardContext) -> tuple[bool, int, None]:
        found = len(context.snapshot.others)
        return found == 0, found, None

    store = doors()
    store.paths[9] = path("shut", id=9, lifecycle="window", subject="seller-2")
    assert sizes(judged(closing(saying(others, paths("door"))), doors())) == (0, [4])
    for reads in ({paths("window")}, {paths("door"), paths("window")}, set()):
        judging = closing(saying(others, *reads))
        found = judged(judging, store)
        assert sizes(found) == (4, [])
        measured = {c.after.id: c.row.verdicts["ready"][1] for c in found.changes if c.row}
        assert measured == {1: 0, 2: 1, 3: 0, 4: 0}


def test_reminders_go_together() -> None:
    """A reminder moves nothing and has no journal row; each gets its own notice."""
    evening = Timer("evening", ("ajar",), "dusk", effects=(Notify("reminded"),))
    held = saying(lambda _: (True, None, None))
    store = doors()
    assert sweep_at(store, closing(held, timers=(evening,)), DUE) == SweepResult(reminded=4)
    assert [n.key for n in store.notices] == [
        f"door-{n}.evening.{CYCLE}.1" for n in range(1, DOORS + 1)
    ]
    assert not store.journal


def test_a_table_names_what_a_guard_cannot_read() -> None:
    """A misspelt reading would share an answer that is not everyone's: the table is refused."""
    with pytest.raises(LifecycleError, match="guard ready: reads ncp_point, which there is not"):
        table(guards={"ready": saying(points, "ncp_point")})
