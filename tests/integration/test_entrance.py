"""What a caller hands over is checked before anything is done, whatever it is."""

from __future__ import annotations

import inspect
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.commands.turnover_record import TurnoverRecord
from lazsa_flow.award.programme import Programme
from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.service.entrance import checked
from tests.integration.world import EMPLOYEE, World

if TYPE_CHECKING:
    from collections.abc import Mapping

NAIVE = datetime(2026, 10, 1)  # noqa: DTZ001 - what must be refused
CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("nominate", "seller", {"seller": 17, "actor": EMPLOYEE}),
    ("nominate", "seller", {"seller": "a\0b", "actor": EMPLOYEE}),
    ("nominate", "actor", {"seller": "s1", "actor": "employee:x"}),
    ("nominate", "key", {"seller": "s1", "actor": EMPLOYEE, "key": "\ud800"}),
    ("nominate", "statement", {"seller": "s1", "actor": EMPLOYEE, "statement": b"x"}),
    ("fire", "version", {"path": "award-1", "trigger": "x", "actor": EMPLOYEE, "version": "1"}),
    ("fire", "version", {"path": "award-1", "trigger": "x", "actor": EMPLOYEE, "version": 2**70}),
    ("due", "until", {"until": date(2026, 10, 1)}),
    ("due", "until", {"until": NAIVE}),
    ("due", "until", {"until": datetime.min.replace(tzinfo=UTC)}),
    ("due", "limit", {"limit": -1}),
    ("panel", "cycle_on", {"country": "SG", "cycle_on": "2026-10-01"}),
    ("panel", "cycle_on", {"country": "SG", "cycle_on": datetime(2026, 10, 1, tzinfo=UTC)}),
    ("import_facts", "file", {"file": StringIO("x")}),
    ("import_facts", "file", {"file": "a\0b"}),
    ("import_nominations", "rejects", {"file": "x.csv", "rejects": "\ud800", "actor": EMPLOYEE}),
    ("picture", "names", {"names": "award-1"}),
    ("retry_notices", "keys", {"keys": [17], "actor": EMPLOYEE}),
    ("assign_reviewers", "reviewers", {"country": "SG", "cycle_on": date(2026, 10, 1)}
     | {"reviewers": ["r-1"], "actor": EMPLOYEE}),
    ("consent", "given", {"seller": "s1", "given": "yes", "actor": EMPLOYEE}),
    ("sweep", "done", {"done": True}),
    ("sweep", "chunk", {"chunk": 0}),
    ("relay", "channels", {"channels": {"mail": object()}}),
    ("open_relay", "random", {"random": 7}),
    ("apply_entry", "records", {"applicant": "a", "country": "SG", "category": "x"}
     | {"records": [{}], "provenance": "own", "actor": EMPLOYEE}),
    ("open_path", "data", {"lifecycle": "award", "subject": "s", "country": "SG"}
     | {"data": {"a": float("nan")}, "actor": EMPLOYEE}),
)  # fmt: skip


@pytest.mark.parametrize(("method", "field", "arguments"), CALLS)
def test_what_is_refused_is_named(
    world: World, method: str, field: str, arguments: Mapping[str, Any]
) -> None:
    """Method, parameter, value and what was expected: no guessing what was wrong."""
    with pytest.raises(InputError) as refused:
        getattr(world.programme, method)(**arguments)
    [problem] = refused.value.problems
    assert (problem.where, problem.field) == (method, field)
    assert problem.value.isprintable()
    assert problem.expected


def test_arguments_by_place_are_checked_too(world: World) -> None:
    """It does not matter how an argument is handed over."""
    with pytest.raises(InputError, match="panel: cycle_on: got None"):
        world.programme.panel("SG", None)  # type: ignore[arg-type]


def test_what_opens_a_programme_is_checked() -> None:
    """Class methods are entrances as well."""
    for arguments in ({"url": None}, {"url": "sqlite://", "config": {}}, {"url": "a\0b"}):
        with pytest.raises(InputError):
            Programme.open(**arguments)
    with pytest.raises(InputError, match="migrate: clock"):
        Programme.migrate("sqlite://", clock=datetime.now)  # type: ignore[arg-type]  # noqa: TID251


def test_every_public_method_is_an_entrance() -> None:
    """No method can be added that is not checked."""
    for name, method in inspect.getmembers(Programme, callable):
        if not name.startswith("_"):
            assert hasattr(method, "__wrapped__"), name


def test_what_cannot_be_checked_is_no_method() -> None:
    """A parameter of which nobody knows how to check it is an error as soon as it is written."""

    class Odd:
        def ask(self, what: complex) -> None:
            """Ask."""

    with pytest.raises(TypeError, match=r"Odd\.ask: what: complex"):
        checked(Odd)


def test_a_parameter_without_annotation_is_no_parameter() -> None:
    """Nothing can be handed over unchecked because its parameter says nothing of it."""

    class Odd:
        def ask(self, who, when: date) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
            """Ask."""

    with pytest.raises(TypeError, match=r"Odd\.ask: annotate every parameter"):
        checked(Odd)


@pytest.mark.parametrize(
    "changes",
    [
        *({"amount": "12"}, {"amount": 1.5}, {"usd_rate": 3}, {"rate_on": NAIVE}, {"month": None}),
        *({"amount": Decimal("1E+99")}, {"amount": Decimal("NaN")}, {"currency": b"EUR"}),
        *({"platform": "a\0b"}, {"account": 7}, {"account": "\ud800"}, {"category": b"x"}),
    ],
)
def test_a_record_of_turnover_is_checked(world: World, changes: dict[str, Any]) -> None:
    """What an applicant hands over holds values of the right kind, key or no key."""
    sound = {"platform": "amazon", "account": "a", "month": "2026-09", "category": "x"}
    record = TurnoverRecord(**{"amount": Decimal(7), **sound, **changes})
    with pytest.raises(InputError, match=f"record 1: {next(iter(changes))}: got"):
        world.programme.apply_entry(
            "a1",
            country="SG",
            category="x",
            records=[record],
            provenance="own",
            actor=Actor("seller", "a1"),
            key="k",
        )
