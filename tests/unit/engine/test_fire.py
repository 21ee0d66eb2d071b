"""One path moves when somebody asks: right, guards, effect, and nothing written if refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.evidence import FACTS, NOMINATIONS, PANEL
from lazsa_flow.award.rules.panel import Scorecard
from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine.fire import find_edge, fire
from lazsa_flow.engine.loading import load_one
from lazsa_flow.engine.opening import (
    SubjectHistory,
    build_opening,
    build_unopened_path,
    check_opening,
    open_path,
)
from lazsa_flow.engine.sweep import sweep
from lazsa_flow.engine.sweep_result import SweepResult
from lazsa_flow.errors import (
    ConflictError,
    NoEdgeError,
    NotAllowedError,
    NotFoundError,
    ParkedError,
    RefusedError,
    StaleVersionError,
    UnknownTriggerError,
)
from lazsa_flow.lifecycle.effects import Begin, FireOther, Notify
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.table import Edge, Permit, State, Timer
from tests.factories import (
    CYCLE,
    SELLER,
    facts,
    guard,
    midnight,
    nomination,
    noon,
    path,
    record,
    rulebook,
    table,
    timer,
)
from tests.fakes import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.model import GuardContext, Move, Path

NOW = midnight(CYCLE) - timedelta(days=3)
OWNER = Actor("seller", SELLER)
WARDEN = Actor("compliance", "com-1")

EDGES = (
    *table().edges,
    Edge("stay", ("ajar",), "ajar", (Permit("seller", relation="self"), Permit("compliance"))),
    Edge("unlock", ("shut",), "ajar", (Permit("manager", ("appeal",)),), effective="dusk"),
    Edge("slam", ("ajar",), "shut", (Permit("seller"),), ("ready", "calm")),
    Edge("drift", ("ajar",), "shut", (Permit("seller"),), (), (Begin("drift"),), "nowhere"),
)
DOOR = rulebook(
    table(
        edges=EDGES,
        guards={"ready": guard(), "calm": guard("calm", held=False)},
        instants={**table().instants, "nowhere": lambda _: None},
        preempts_timers=frozenset({"compliance"}),
    )
)


def store(state: str = "ajar", **changes: Any) -> MemoryStore:
    """Return a store with one door."""
    made = MemoryStore(paths={1: path(state, lifecycle="door", **changes)})
    if state == "ajar":
        made.slots["door", SELLER] = 1
        made.timers.append(timer())
    return made


def pull(made: MemoryStore, trigger: str, actor: Actor = OWNER, **options: Any) -> Move:
    """Fire a trigger on the one door."""
    with made.begin() as transaction:
        seen = load_one(transaction, 1, CYCLE)
        return fire(transaction, DOOR, seen, trigger, actor=actor, now=NOW, **options)


def test_a_command_moves_the_path_now() -> None:
    """A command takes effect at its own instant; path, row and timers move together."""
    made = store()
    move = pull(made, "lock", reason="leaving")
    assert (move.path, move.source, move.dest, move.seq) == ("door-1", "ajar", "shut", 2)
    assert (move.effective_at, move.recorded_at) == (NOW, NOW)
    assert (move.actor, move.reason, move.trigger) == ("seller:seller-1", "leaving", "lock")
    assert made.paths[1].state == "shut"
    assert made.status(1, "evening") == ["cancelled"]
    assert made.slots == {}


def test_a_command_may_take_effect_at_another_instant() -> None:
    """An edge with an effective instant counts from there: reinstatement from the cycle date."""
    made = store("shut")
    move = pull(made, "unlock", Actor("manager", "man-1"), reason="appeal")
    assert (move.effective_at, move.recorded_at) == (midnight(CYCLE), NOW)
    assert made.paths[1].entered_at == midnight(CYCLE)


def test_an_effective_instant_that_is_none_means_now() -> None:
    """Where the table's instant is none, the edge counts from the command."""
    made = store()
    move = pull(made, "drift")
    assert move.effective_at == NOW
    assert made.paths[1].periods["drift"][0].began_at == NOW


def test_a_missing_path_is_not_found() -> None:
    """A path that does not exist is an error that names it."""
    with store().begin() as transaction, pytest.raises(NotFoundError) as caught:
        load_one(transaction, 9, CYCLE)
    assert (caught.value.kind, caught.value.id) == ("path", "9")


@pytest.mark.parametrize("version", [0, 2])
def test_another_version_than_was_seen_is_stale(version: int) -> None:
    """A caller that saw another version is told so, with both, and nothing is written."""
    made = store()
    with pytest.raises(StaleVersionError) as caught:
        pull(made, "lock", reason="leaving", version=version)
    assert (caught.value.expected, caught.value.found) == (version, 1)
    assert made.journal == []
    assert pull(made, "lock", reason="leaving", version=1).seq == 2


def test_the_trigger_must_lead_from_the_state() -> None:
    """Without such an edge the error names the triggers, or the reasons, that there are."""
    with pytest.raises(NoEdgeError, match="there are: close, drift, lock, slam, stay"):
        pull(store(), "fly")
    with pytest.raises(UnknownTriggerError, match=r"no trigger 'lok'.*did you mean lock"):
        pull(store(), "lok")
    with pytest.raises(NoEdgeError, match="one of the reasons leaving, not boredom"):
        pull(store(), "lock", reason="boredom")
    with pytest.raises(NoEdgeError, match="one of the reasons leaving, not None"):
        pull(store(), "lock")
    final = table()
    with pytest.raises(NoEdgeError, match="there are: none"):
        find_edge(final, path("shut", lifecycle="door"), "lock", "leaving")


def test_the_actor_must_have_the_right() -> None:
    """Who no permit covers may not, before any guard is asked."""
    made = store()
    with pytest.raises(NotAllowedError):
        pull(made, "close")
    with pytest.raises(NotAllowedError):
        pull(made, "stay", Actor("seller", "seller-2"))
    assert made.journal == []


def test_a_parked_path_waits_for_its_operator() -> None:
    """A path set aside takes no command, but for compliance, whose commands come before all."""
    made = store(parked=True)
    with pytest.raises(ParkedError):
        pull(made, "stay")
    assert pull(made, "stay", WARDEN).seq == 2
    assert made.paths[1].parked


def test_a_refusal_tells_every_verdict_and_writes_nothing() -> None:
    """design.md, rule 3: every verdict comes back, held or not, in words."""
    made = store()
    with pytest.raises(RefusedError, match="calm does not hold") as caught:
        pull(made, "slam")
    assert [(v.name, v.held) for v in caught.value.verdicts] == [("ready", True), ("calm", False)]
    assert (made.journal, made.paths[1].seq) == ([], 1)


def open_door(made: MemoryStore, rules: Rulebook = DOOR, **options: Any) -> tuple[Path, Move]:
    """Open a door for the seller."""
    given: dict[str, Any] = {"actor": OWNER, "now": NOW, "cycle_on": CYCLE, **options}
    with made.begin() as transaction:
        return open_path(transaction, rules, "door", SELLER, "SG", **given)


def test_several_paths_open_where_the_table_allows() -> None:
    """A subject opens a second path next to an open one only where its lifecycle says so."""
    made, rules = MemoryStore(), rulebook(table(several_open=True))
    first, _ = open_door(made, rules)
    second, _ = open_door(made, rules)
    assert (first.state, second.state) == ("ajar", "ajar")
    assert first.ref != second.ref
    with pytest.raises(ConflictError):
        open_door(made)


def test_a_path_opens_no_earlier_than_what_is_recorded() -> None:
    """A clock that is behind opens a second path no earlier than the first was recorded."""
    made, rules = MemoryStore(), rulebook(table(several_open=True))
    first, _ = open_door(made, rules)
    second, _ = open_door(made, rules, now=NOW - timedelta(seconds=10))
    assert first.recorded_at is not None
    assert second.opened_at == second.entered_at >= first.recorded_at


def test_a_path_opens_by_its_opening_edge() -> None:
    """The opening edge makes path, first row, place and timers at once."""
    made = MemoryStore()
    opened, move = open_door(made, data={"colour": "red"})
    assert (opened.ref, opened.state, opened.seq) == ("door-1", "ajar", 1)
    assert opened.data == {"colour": "red"}
    assert (move.source, move.trigger, move.dest) == (None, "open", "ajar")
    assert made.slots == {("door", SELLER): 1}
    assert made.status(1, "evening") == ["pending"]
    assert opened == made.paths[1]


def test_opening_needs_the_right() -> None:
    """Who may not open a path opens none."""
    made = MemoryStore()
    with pytest.raises(NotAllowedError):
        open_door(made, actor=Actor("host", "host-1"))
    assert made.paths == {}


def test_opening_needs_its_guards() -> None:
    """A guard of the opening edge that does not hold refuses, with its verdicts."""
    opening = Edge("open", (), "ajar", (Permit("seller"),), ("ready", "calm"))
    guards = {"ready": guard(), "calm": guard("calm", held=False)}
    made = MemoryStore()
    with pytest.raises(RefusedError, match=f"^'{SELLER}': open: not now: calm") as caught:
        open_door(made, rulebook(table(opening=opening, guards=guards)))
    assert len(caught.value.verdicts) == 2
    assert (caught.value.path, caught.value.subject) == ("", SELLER)
    assert made.paths == {}


def test_the_guards_of_an_opening_see_kin_and_records() -> None:
    """What is known of the subject is before the opening edge's guards."""
    from lazsa_flow.award.lifecycles.award import AWARD
    from tests.factories import span

    sitting = path("awarded", id=1, periods={"award": (span(date(2026, 4, 1)),)})
    barred = record("good_standing", "ended", reason="code_of_conduct")
    rules = rulebook(AWARD)
    for others, records, elsewhere in (
        ([sitting], [], []),
        ([], [barred], []),
        ([], [], [barred]),
    ):
        store = MemoryStore(records=[(SELLER, each) for each in records])
        store.paths = {each.id: each for each in others}
        with store.begin() as transaction, pytest.raises(RefusedError):
            open_path(
                transaction,
                rules,
                "award",
                SELLER,
                "SG",
                actor=OWNER,
                now=NOW,
                cycle_on=CYCLE,
                records=elsewhere,
            )


def test_what_was_read_already_is_not_read_again() -> None:
    """An opening is checked on the history that a command has read; nothing else is asked for."""
    from lazsa_flow.award.lifecycles.award import AWARD

    barred = record("good_standing", "ended", reason="code_of_conduct")
    rules, fresh = rulebook(AWARD), SubjectHistory((), ())
    candidate = build_unopened_path("award", SELLER, "SG", NOW, cycle_on=CYCLE)
    with MemoryStore(records=[(SELLER, barred)]).begin() as transaction:
        opening = check_opening(transaction, rules, candidate, actor=OWNER, history=fresh)
        assert (opening.seen.records, opening.seen.path.id) == ((), 0)
        assert build_opening(transaction, rules, opening, 7).after.ref == "award-7"
        known = SubjectHistory((barred,), ())
        with pytest.raises(RefusedError):
            check_opening(transaction, rules, candidate, actor=OWNER, history=known)


def measuring(measure: Callable[[GuardContext], Any], **changes: Any) -> Guard:
    """Return a guard that holds and measures something."""
    return replace(guard(), check=lambda s: (True, measure(s), None), **changes)


@pytest.mark.parametrize("reads", [None, frozenset({"ncp_points"})])
@pytest.mark.parametrize("cycle_on", [None, CYCLE])
def test_the_guards_of_an_opening_see_the_subjects_facts(
    reads: frozenset[str] | None, cycle_on: date | None
) -> None:
    """The latest that are known on the date judged; never silently none."""
    opening = replace(table().opening, guards=("ready",))
    ready = measuring(lambda s: getattr(s.snapshot[FACTS], "ncp_points", None), reads=reads)
    rules = rulebook(table(opening=opening, guards={"ready": ready}))
    store = MemoryStore()
    for as_of, points in ((CYCLE - timedelta(9), 7), (CYCLE - timedelta(2), 4)):
        store.facts.append((NOW, facts(seller=SELLER, as_of=as_of, ncp_points=points)))
    store.facts.append((NOW, facts(seller=SELLER, as_of=CYCLE + timedelta(1), ncp_points=1)))
    open_door(store, rules, cycle_on=cycle_on, now=noon(CYCLE))
    assert store.journal[0].verdicts["ready"] == (True, 4, None)
    assert store.journal[0].facts_as_of == CYCLE - timedelta(2)


def test_the_guards_of_an_opening_see_what_is_taken() -> None:
    """Of the keys that the path would claim, those that another path holds."""
    opening = replace(table().opening, guards=("ready",))
    ready = measuring(lambda s: ", ".join(s.snapshot.taken))
    rules = rulebook(table(opening=opening, guards={"ready": ready}))
    store = MemoryStore(claims={("records", "k-1"): 9})
    open_door(store, rules, data={"claims": ["k-1", "k-2"]})
    assert store.journal[0].verdicts["ready"] == (True, "k-1", None)


@pytest.mark.parametrize("timed", [True, False])
def test_a_path_that_is_fired_by_another_is_judged_on_all_that_is_known(timed: bool) -> None:
    """Its guards see its own panel, nominations and facts; its timers end with its state."""
    bar = FireOther("bar", "shut", "night")
    night = Permit("system", ("night",))
    edges = (
        Edge("close", ("ajar",), "shut", (Permit("system"), Permit("seller")), (), (bar,)),
        Edge("bar", ("shut",), "barred", (night,), ("ready",)),
        Edge("lock", ("ajar",), "shut", (Permit("seller", ("leaving",)),)),
    )
    ready = measuring(
        lambda s: (
            f"{getattr(s.snapshot[FACTS], 'ncp_points', None)} {s.snapshot[PANEL].cards} "
            f"{len(s.snapshot[NOMINATIONS])} "
            f"{len(s.snapshot.records)} {[each.state for each in s.snapshot.others]}"
        )
    )
    bell = Timer("bell", ("shut",), "dusk", effects=(Notify("rung"),))
    lifecycle = table(
        guards={"ready": ready},
        states=(*table().states, State("barred", "success", final=True)),
        edges=edges,
        timers=(*table().timers, bell),
    )
    rules, store = rulebook(lifecycle), MemoryStore()
    store.paths = {
        1: path("ajar", lifecycle="door", subject=SELLER),
        2: path("shut", id=2, lifecycle="door", subject=SELLER, head="2" * 64),
    }
    store.slots["door", SELLER] = 1
    store.timers = [timer(due_at=NOW), timer("bell", NOW + timedelta(5), path_id=2, decides=False)]
    early = NOW - timedelta(days=1)
    store.facts = [(early, facts(seller=SELLER, as_of=CYCLE - timedelta(9), ncp_points=7))]
    store.cards = [(early, 2, CYCLE, Scorecard("r-1", "books", (4,) * 11))]
    store.nominations = [(early, 2, nomination(id=1))]
    store.records = [(SELLER, replace(record("case", "closed"), recorded_at=early))]
    if timed:
        assert sweep(store, rules, VirtualClock(NOW)) == SweepResult(moved=1)
    else:
        with store.begin() as transaction:
            seen = load_one(transaction, 1, CYCLE)
            fire(transaction, rules, seen, "close", actor=OWNER, now=NOW)
    assert store.paths[2].state == "barred"
    assert store.journal[-1].verdicts["ready"] == (True, "7 1 1 1 ['shut']", None)
    assert store.status(2, "bell") == ["cancelled"]


def test_a_second_open_path_is_a_conflict() -> None:
    """programme.md, nomination: one open path a seller; what failed leaves nothing behind."""
    made = MemoryStore()
    open_door(made)
    with pytest.raises(ConflictError):  # known beforehand, so that no number is used up
        open_door(made)
    made.paths.clear()
    with pytest.raises(ConflictError):  # the store has the last word
        open_door(made)
    assert not made.paths


def test_an_open_state_elsewhere_needs_no_place() -> None:
    """A path that opens in a state that holds no place takes none."""
    states = (State("ajar", "waiting"), State("shut", "success", final=True))
    made = MemoryStore()
    open_door(made, rulebook(table(states=states)))
    assert made.slots == {}
