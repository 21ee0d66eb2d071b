"""One path moves when somebody asks: right, guards, effect, and nothing written if refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.domain.effects import Begin
from lazsa_flow.domain.lifecycle import Edge, Permit, State
from lazsa_flow.domain.model import Actor
from lazsa_flow.engine.fire import find_edge, fire, load_one, open_path
from lazsa_flow.errors import (
    ConflictError,
    NoEdgeError,
    NotAllowedError,
    NotFoundError,
    ParkedError,
    RefusedError,
    StaleVersionError,
)
from tests.factories import CYCLE, SELLER, guard, midnight, path, record, rulebook, table, timer
from tests.fakes import MemoryStore

if TYPE_CHECKING:
    from lazsa_flow.domain.model import Move, Path
    from lazsa_flow.engine.rules import Rulebook

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
        urgent=frozenset({"compliance"}),
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
    assert made.paths[1].spans["drift"][0].began_at == NOW


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
    assert [(v.name, v.held) for v in caught.value.verdicts] == [("ready", True), ("calm", False)]  # type: ignore[attr-defined]
    assert (made.journal, made.paths[1].seq) == ([], 1)


def open_door(made: MemoryStore, rules: Rulebook = DOOR, **options: Any) -> tuple[Path, Move]:
    """Open a door for the seller."""
    given: dict[str, Any] = {"actor": OWNER, "now": NOW, "cycle_on": CYCLE, **options}
    with made.begin() as transaction:
        return open_path(transaction, rules, "door", SELLER, "SG", **given)


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
    from lazsa_flow.lifecycles.award import AWARD
    from tests.factories import span

    sitting = path("awarded", id=1, spans={"award": (span(date(2026, 4, 1)),)})
    barred = record("good_standing", "ended", reason="code_of_conduct")
    rules = rulebook(AWARD)
    for known in ({"others": [sitting]}, {"records": [barred]}):
        with MemoryStore().begin() as transaction, pytest.raises(RefusedError):
            open_path(
                transaction,
                rules,
                "award",
                SELLER,
                "SG",
                actor=OWNER,
                now=NOW,
                cycle_on=CYCLE,
                **known,  # type: ignore[arg-type]
            )


def test_a_second_open_path_is_a_conflict() -> None:
    """programme.md, nomination: one open path a seller; what failed leaves nothing behind."""
    made = MemoryStore()
    open_door(made)
    with pytest.raises(ConflictError):
        open_door(made)
    with pytest.raises(ConflictError):  # known beforehand, so that no number is used up
        open_door(made, others=[made.paths[1]])
    assert set(made.paths) == {1}


def test_an_open_state_elsewhere_needs_no_place() -> None:
    """A path that opens in a state that holds no place takes none."""
    states = (State("ajar", "waiting"), State("shut", "ended_well", final=True))
    made = MemoryStore()
    open_door(made, rulebook(table(states=states)))
    assert made.slots == {}
