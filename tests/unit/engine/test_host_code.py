"""What a lifecycle's own functions raise or return sets one path aside, and is never written."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pendulum
import pytest

from lazsa_flow.engine.explain import explain
from lazsa_flow.engine.fire import fire
from lazsa_flow.engine.journal import digest, verify_path
from lazsa_flow.engine.loading import load_one
from lazsa_flow.engine.opening import open_path
from lazsa_flow.engine.sweep_result import SweepResult
from lazsa_flow.errors import GuardError, HostCodeError
from lazsa_flow.lifecycle.calendar import Moment
from lazsa_flow.lifecycle.effects import Notify, Schedule
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.table import Edge, Permit, Step, Timer
from tests.factories import (
    CYCLE,
    context,
    guard,
    midnight,
    path,
    rulebook,
    sweep_at,
    table,
    timer,
)
from tests.fakes import MemoryStore
from tests.strange import ACCEPTED, NOON, REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.table import Lifecycle

PACKAGE = Path(__file__).parents[3] / "lazsa_flow"
DUE = midnight(CYCLE)
SELLER = Actor("seller", "seller-1")


def doors(count: int = 3) -> MemoryStore:
    """Return a store with doors that close at midnight."""
    store = MemoryStore()
    for id_ in range(1, count + 1):
        made = path("ajar", id=id_, lifecycle="door", subject=f"seller-{id_}")
        store.paths[id_] = made
        store.slots["door", made.subject] = id_
        store.timers.append(timer(path_id=id_))
    return store


def finding(found: Callable[[], Any], *, reads: frozenset[str] | None = None) -> Rulebook:
    """Return the rules of a door whose second seller's guard finds something odd."""

    def check(context: Any) -> Any:
        odd = reads is not None or context.path.subject == "seller-2"
        return found() if odd else (True, "fit", None)

    ready = replace(guard(), check=check, reads=reads)
    lock = Edge("lock", ("ajar",), "shut", (Permit("seller", ("leaving",)),), ("ready",))
    return rulebook(table(guards={"ready": ready}, edges=(*table().edges[:1], lock)))


def check_journal(rules: Rulebook, store: MemoryStore) -> None:
    """Make sure that every row verifies, from its own text as well."""
    for id_ in store.paths:
        rows = [row for row in store.journal if row.path_id == id_]
        for row in rows:
            assert digest(row.fields()) == row.hash
        if rows and rows[0].seq == 1:
            verify_path(
                rules.lifecycle("door"), [{**row.fields(), "hash": row.hash} for row in rows]
            )


@pytest.mark.parametrize("where", ["measured", "held", "earliest", "all"])
@pytest.mark.parametrize("name", REFUSED)
def test_a_sweep_sets_that_path_aside(name: str, where: str) -> None:
    """The others move; nothing is written of the one, and after five attempts it is parked."""

    def found() -> Any:
        odd = REFUSED[name]()
        return (
            odd
            if where == "all"
            else tuple(
                odd if where == each else fit
                for each, fit in (("held", True), ("measured", "fit"), ("earliest", None))
            )
        )

    store, rules = doors(), finding(found)
    assert sweep_at(store, rules, DUE) == SweepResult(moved=2, failed=1)
    assert store.failures[2].error == "GuardError"
    assert {row.path for row in store.journal} == {"door-1", "door-3"}
    check_journal(rules, store)
    for day in range(1, 5):
        sweep_at(store, rules, DUE + timedelta(days=day))
    assert store.failures[2].retry_at is None, "parked"


@pytest.mark.parametrize("name", REFUSED)
def test_paths_that_are_decided_together(name: str) -> None:
    """A guard that says what it reads is checked where its answer is kept for many."""
    store, rules = doors(), finding(lambda: (True, REFUSED[name](), None), reads=frozenset())
    assert sweep_at(store, rules, DUE) == SweepResult(failed=3)
    assert not store.journal


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_can_be_recorded_moves_paths(name: str) -> None:
    """Alone or together, the journal has the plain value, and its hash follows from it."""
    measured, recorded = ACCEPTED[name]
    for reads in (None, frozenset[str]()):
        store, rules = doors(), finding(lambda: (True, measured, None), reads=reads)
        assert sweep_at(store, rules, DUE) == SweepResult(moved=3)
        assert store.journal[1].verdicts["ready"][1] == recorded
        check_journal(rules, store)


@pytest.mark.parametrize("name", REFUSED)
def test_a_command_is_refused_with_the_guard_and_the_path(name: str) -> None:
    """An error of ours; nothing is written."""
    store, rules = doors(), finding(lambda: (True, REFUSED[name](), None))
    with store.begin() as transaction:
        seen = load_one(transaction, 2, CYCLE)
        with pytest.raises(GuardError, match=r"^guard ready on door-2: measured is "):
            fire(transaction, rules, seen, "lock", actor=SELLER, now=DUE, reason="leaving")
    assert not store.journal


def test_an_explanation_is_refused_with_the_guard_and_the_path() -> None:
    """What explain would show is checked like what a move would write."""
    store, rules = doors(), finding(lambda: (True, 0.5, None))
    with store.begin() as transaction:
        seen = load_one(transaction, 2, CYCLE)
    with pytest.raises(GuardError, match=r"^guard ready on door-2: measured is float"):
        explain(rules, seen, DUE)


def test_an_opening_is_refused_with_the_guard() -> None:
    """The guard of an opening edge is asked in the same way; there is no path to be named yet."""
    opening = replace(table().opening, guards=("ready",))
    ready = replace(guard(), check=lambda _: (True, b"", None))  # type: ignore[arg-type,return-value]
    rules = rulebook(table(opening=opening, guards={"ready": ready}))
    store = MemoryStore()
    with store.begin() as transaction, pytest.raises(GuardError, match=r"^guard ready: "):
        open_path(transaction, rules, "door", "seller-1", "SG", actor=SELLER, now=DUE)
    assert not store.paths


def test_the_guard_of_an_effect() -> None:
    """Where an effect's condition cannot be told, the whole path is set aside."""
    odd = replace(guard("odd"), check=lambda _: ("yes", None, None))  # type: ignore[arg-type,return-value]
    close = replace(table().edges[0], effects=(Notify("closed", when="odd"),))
    rules = rulebook(
        table(guards={"ready": guard(), "odd": odd}, edges=(close, *table().edges[1:]))
    )
    store = doors()
    assert sweep_at(store, rules, DUE) == SweepResult(failed=3)
    assert not store.notices


def test_a_guard_that_changes_what_it_sees_is_found_out() -> None:
    """Values are frozen at run time: to set a field raises, and sets the path aside."""

    def check(context: Any) -> Any:
        context.path.state = "shut"
        return True, None, None

    rules = rulebook(table(guards={"ready": replace(guard(), check=check)}))
    store = doors()
    assert sweep_at(store, rules, DUE) == SweepResult(failed=3)
    assert {each.state for each in store.paths.values()} == {"ajar"}


def scheduling(instant: Callable[[Any], Any], round_: Callable[[Any], Any] | None = None) -> Any:
    """Return the rules of a door whose refused timer is set anew by an instant of the table's."""
    again = Schedule("evening", round="tomorrow" if round_ else None)
    evening = Timer("evening", ("ajar",), "dusk", (Step("close"),), (), (again,))
    return rulebook(
        table(
            guards={"ready": guard(held=False)},
            timers=(evening,),
            instants={"dusk": instant},
            rounds={"tomorrow": round_ or table().rounds["tomorrow"]},
        )
    )


ODD_MOMENTS: dict[str, Callable[[], Any]] = {
    **{name: make for name, make in REFUSED.items() if name != "a class"},
    "a tuple of two": lambda: (CYCLE, DUE),
    "a moment at a naive datetime": lambda: Moment(CYCLE, datetime(2026, 10, 1)),  # noqa: DTZ001
    "a moment on a datetime": lambda: Moment(DUE, DUE),
    "a moment of texts": lambda: Moment("2026-10-01", "2026-10-01"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", ODD_MOMENTS)
def test_an_instant_that_is_no_moment(name: str) -> None:
    """No timer is set to what is no instant; the table's function is named."""
    rules, store = scheduling(lambda _: ODD_MOMENTS[name]()), doors()
    assert sweep_at(store, rules, DUE) == SweepResult(failed=3)
    assert {timer.due_at for timer in store.timers} == {DUE}
    with pytest.raises(HostCodeError, match=r"^instant dusk on award-1: returned .* expected a M"):
        rules.lifecycle("door").instant("dusk", context())


@pytest.mark.parametrize("name", [*REFUSED, "a datetime"])
def test_a_round_that_is_no_date(name: str) -> None:
    """No path goes on to a round that is no date."""
    makers: dict[str, Callable[[], Any]] = {**REFUSED, "a datetime": lambda: NOON}
    make = makers[name]
    rules, store = scheduling(table().instants["dusk"], lambda _: make()), doors()
    assert sweep_at(store, rules, DUE) == SweepResult(failed=3)
    with pytest.raises(HostCodeError, match=r"^round tomorrow on award-1: returned .* a date"):
        rules.lifecycle("door").round("tomorrow", context())


def test_a_function_of_the_table_that_raises() -> None:
    """It is named with the path and the exception's type."""

    def boom(_: object) -> Any:
        raise LookupError("somebody")

    lifecycle = scheduling(boom, boom).lifecycle("door")
    for reckon, name in ((lifecycle.instant, "dusk"), (lifecycle.round, "tomorrow")):
        with pytest.raises(HostCodeError, match=f"{name} on award-1: raised LookupError$"):
            reckon(name, context())
    store = doors()
    sweep_at(store, scheduling(boom), DUE)
    assert {failure.error for failure in store.failures.values()} == {"LookupError"}


def test_an_error_of_host_code_is_told_once() -> None:
    """Where a table's function reckons by another, the inner one is named."""
    lifecycle: Lifecycle = table(
        instants={
            "dusk": lambda s: lifecycle.instant("dawn", s),
            "dawn": lambda _: 5,
        }
    )
    with pytest.raises(HostCodeError, match=r"^instant dawn on award-1: returned int, expected"):
        lifecycle.instant("dusk", context())


@pytest.mark.parametrize(
    "at", [pendulum.instance(NOON), NOON.astimezone(timezone(timedelta(hours=8))), NOON]
)
def test_an_instant_of_another_class_or_zone(at: datetime) -> None:
    """It becomes a plain datetime in UTC."""
    lifecycle = table(instants={"dusk": lambda _: Moment(CYCLE, at)})
    moment = lifecycle.instant("dusk", context())
    assert moment == Moment(CYCLE, NOON)
    assert type(moment.at) is datetime
    assert moment.at.tzinfo is UTC


def test_a_check_is_called_in_one_place() -> None:
    """Nothing in the package goes around :meth:`Guard.ask`, or calls a table's functions itself."""
    calls = set()
    for layer in ("engine", "commands", "facade", "cli", "viewer"):
        for file in (PACKAGE / layer).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in ("check", "instants", "rounds"):
                    calls.add(f"{file.name}: {node.attr}")
    assert calls == set()
