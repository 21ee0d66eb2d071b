"""Paths that open alike open together, unless something hangs on more than it says."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.engine.batch.openings import OpeningBatch
from lazsa_flow.engine.opening import SubjectHistory, build_unopened_path, open_path
from lazsa_flow.errors import NotAllowedError, RefusedError
from lazsa_flow.lifecycle.effects import Begin, Notify, Reserve, Schedule
from lazsa_flow.lifecycle.guards import paths, records
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.table import Edge, Permit
from lazsa_flow.logs import LOGGER
from tests.factories import CYCLE, guard, midnight, record, rulebook, table
from tests.fakes import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lazsa_flow.engine.batch.openings import BuiltOpenings
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.model import GuardContext, Statement

NOW = midnight(CYCLE)
TEAM = Actor("employee", "e-1")
OTHER = Actor("employee", "e-2")
FOUR = tuple(f"seller-{n}" for n in range(1, 5))
BARRED = {"seller-2": (record("bar", "began", as_of=CYCLE),)}


@dataclass
class Opened:
    """What opening doors has left behind."""

    store: MemoryStore
    built: BuiltOpenings | None = None

    @property
    def sizes(self) -> tuple[int, list[int]]:
        """How many opened by themselves, and how many with each other."""
        assert self.built is not None
        return len(self.built.changes), [len(each.each) for each in self.built.batch_changes]

    @property
    def state(self) -> Any:
        """All that is recorded, in an order that does not tell who was written first."""
        store = self.store
        timers = sorted(store.timers, key=lambda each: (each.path_id, each.name))
        journal = sorted(store.journal, key=lambda each: (each.path_id, each.seq))
        notices = sorted(store.notices, key=lambda each: each.key)
        said = sorted(store.records, key=lambda each: each[0])
        return store.paths, timers, journal, notices, said, store.slots


def opening(*effects: Any, guards: Sequence[Guard] = (), **changes: Any) -> Rulebook:
    """Return the rules of a door that employees open, and sellers for themselves."""
    edge = Edge(
        "open",
        (),
        "ajar",
        (Permit("employee"), Permit("seller", relation="self")),
        tuple(each.name for each in guards),
        (Schedule("evening"), Notify("nominated", to="seller"), *effects),
    )
    known = {each.name: each for each in (guard(), *guards)}
    return rulebook(table(opening=edge, guards=known, **changes))


def together(
    rules: Rulebook,
    actors: Sequence[Actor] = (TEAM,) * 4,
    said: Mapping[str, tuple[Statement, ...]] | None = None,
) -> Opened:
    """Open a door for four sellers at once."""
    opened, said = Opened(MemoryStore()), said or {}
    with opened.store.begin() as transaction:
        batch = OpeningBatch(transaction, rules)
        checked = [
            batch.check(
                build_unopened_path("door", seller, "SG", NOW, cycle_on=CYCLE),
                actor=actor,
                records=(),
                history=SubjectHistory(said.get(seller, ()), ()),
            )
            for seller, actor in zip(FOUR, actors, strict=True)
        ]
        opened.built = built = batch.build(checked, iter(range(1, 5)))
        transaction.write_chunk(built.changes, built.batch_changes)
    assert built.paths == [opened.store.paths[number] for number in range(1, 5)]
    for path, timers in zip(built.paths, built.timers, strict=True):
        assert timers == {each.name for each in opened.store.timers if each.path_id == path.id}
    return opened


def alone(
    rules: Rulebook,
    actors: Sequence[Actor] = (TEAM,) * 4,
    said: Mapping[str, tuple[Statement, ...]] | None = None,
) -> Opened:
    """Open the same doors, each by itself."""
    opened, said = Opened(MemoryStore()), said or {}
    for seller, actor in zip(FOUR, actors, strict=True):
        with opened.store.begin() as transaction:
            about = said.get(seller, ())
            given: dict[str, Any] = {"actor": actor, "now": NOW, "cycle_on": CYCLE}
            open_path(transaction, rules, "door", seller, "SG", records=about, **given)
    return opened


@pytest.fixture(autouse=True)
def _propagating(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LOGGER, "propagate", True)


def test_who_opens_alike_opens_together(caplog: pytest.LogCaptureFixture) -> None:
    """What is recorded is the same as if each had opened by itself, hash for hash."""
    no_bar = replace(guard("no_bar"), reads=frozenset({records("bar"), paths("door")}))
    rules = opening(guards=[no_bar])
    found = together(rules)
    assert found.sizes == (0, [4])
    assert found.state == alone(rules).state
    assert len({row.hash for row in found.store.journal}) == 4
    assert "batch.fallback" not in caplog.text


def test_each_actor_has_rows_of_their_own() -> None:
    """The journal names who opened each path, and a statement who made it."""
    rules = opening(Begin("watch", of="subject"))
    actors = (TEAM, OTHER, TEAM, Actor("seller", "seller-4"))
    found = together(rules, actors)
    assert found.sizes == (0, [2, 1, 1])
    assert found.state == alone(rules, actors).state
    names = {row.path: row.actor for row in found.store.journal}
    assert names == {f"door-{n}": str(actor) for n, actor in enumerate(actors, 1)}


def test_of_whom_something_is_recorded_opens_alone() -> None:
    """A guard may find another thing for them."""

    def check(context: GuardContext) -> tuple[bool, int, None]:
        return True, len(context.snapshot.records), None

    counting = replace(guard("no_bar"), check=check, reads=frozenset({records("bar")}))
    rules = opening(guards=[counting])
    found = together(rules, said=BARRED)
    assert found.sizes == (1, [3])
    counts = {row.path: row.verdicts["no_bar"][1] for row in found.store.journal}
    assert counts == {"door-1": 0, "door-2": 1, "door-3": 0, "door-4": 0}
    assert found.state == alone(rules, said=BARRED).state


def test_each_right_is_checked() -> None:
    """That the first may open a path does not let the second."""
    seller = Actor("seller", "seller-1")
    with pytest.raises(NotAllowedError):
        together(opening(), (seller,) * 4)


def test_a_guard_that_does_not_hold_refuses_each() -> None:
    """Nothing is taken over from an opening that was refused."""
    rules = opening(guards=[replace(guard("never", held=False), reads=frozenset())])
    store = MemoryStore()
    with store.begin() as transaction:
        batch = OpeningBatch(transaction, rules)
        for seller in FOUR:
            path = build_unopened_path("door", seller, "SG", NOW, cycle_on=CYCLE)
            with pytest.raises(RefusedError):
                batch.check(path, actor=TEAM, records=(), history=SubjectHistory((), ()))


def by_subject(context: GuardContext) -> tuple[bool, Any, None]:
    """Find who is nominated, which no guard of many may look at."""
    return True, context.path.subject, None


def by_instant(context: GuardContext) -> tuple[bool, Any, None]:
    """Find when the path opened, which is not shown to a guard of many either."""
    return True, context.path.opened_at.isoformat(), None


@pytest.mark.parametrize("check", [by_subject, by_instant])
def test_a_guard_that_reads_more_than_it_says(check: Any, caplog: pytest.LogCaptureFixture) -> None:
    """It is found out, told of, and each path opens by itself."""
    rules = opening(guards=[replace(guard("liar"), check=check, reads=frozenset())])
    found = together(rules)
    assert found.sizes == (4, [])
    assert found.state == alone(rules).state
    assert "batch.fallback" in caplog.text


def test_a_guard_may_ask_about_the_actor(caplog: pytest.LogCaptureFixture) -> None:
    """Then each path opens by itself; nobody has to declare whom it asks about."""

    def check(context: GuardContext) -> tuple[bool, Any, None]:
        return True, context.actor.id, None

    rules = opening(guards=[replace(guard("nosy"), check=check, reads=frozenset())])
    actors = (TEAM, OTHER, TEAM, OTHER)
    found = together(rules, actors)
    assert found.sizes == (4, [])
    assert found.state == alone(rules, actors).state
    assert "batch.fallback" not in caplog.text


def test_an_instant_that_hangs_on_the_actor() -> None:
    """A table's function that looks at the actor is found out when the change is built."""

    def dusk(context: GuardContext) -> Any:
        return context.calendar.start(context.judged_on) if context.actor.id else None

    rules = opening(instants={"dusk": dusk})
    found = together(rules, (TEAM, OTHER, TEAM, OTHER))
    assert found.sizes == (4, [])
    assert found.state == alone(rules, (TEAM, OTHER, TEAM, OTHER)).state


def test_an_instant_that_hangs_on_the_path(caplog: pytest.LogCaptureFixture) -> None:
    """A table's function that looks at the subject is found out when the change is built."""

    def dusk(context: GuardContext) -> Any:
        return context.calendar.start(context.judged_on) if context.path.subject else None

    rules = opening(instants={"dusk": dusk})
    found = together(rules)
    assert found.sizes == (4, [])
    assert found.state == alone(rules).state
    assert "batch.fallback" in caplog.text


@pytest.mark.parametrize(
    ("rules", "name"),
    [
        (opening(guards=[guard("any")]), "a guard that may read anything"),
        (
            opening(guards=[replace(guard("rich"), reads=frozenset({"ncp_points"}))]),
            "a guard that reads evidence",
        ),
        (opening(Reserve("key")), "an effect that takes keys"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_is_each_ones_own(
    rules: Rulebook, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Where each path may open otherwise, each opens by itself, and nobody is told of it."""
    found = together(rules)
    assert found.sizes == (4, []), name
    assert found.state == alone(rules).state
    assert "batch.fallback" not in caplog.text


def test_records_and_periods_begin_for_each() -> None:
    """What an opening begins of the subject or of the path, it begins for each of them."""
    rules = opening(Begin("watch", of="subject"), Begin("award"))
    found = together(rules)
    assert found.sizes == (0, [4])
    assert [subject for subject, _ in found.store.records] == list(FOUR)
    assert found.state == alone(rules).state
