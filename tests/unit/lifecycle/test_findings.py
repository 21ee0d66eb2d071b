"""What a check returns becomes plain values that can be recorded, or is refused with words."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import pendulum
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lazsa_flow.engine.batch.codegen import writer
from lazsa_flow.errors import GuardError, LazsaError, error_name
from lazsa_flow.lifecycle.findings import LONGEST, Finding, UnfitError, plain_finding
from lazsa_flow.lifecycle.guards import Guard, all_of, any_of, none_of
from tests.factories import context, found, path, policy
from tests.strange import ACCEPTED, ANYTHING, NOON, REFUSED, Pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.lifecycle.guards import Check

PLAIN = (type(None), bool, int, str)


def asking(check: Check) -> Guard:
    """Return a guard of this check."""
    return Guard("rate", check, lambda _: "0.85", "the seller", "tests", "{measured}")


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_can_be_recorded_is_recorded_as_a_plain_value(name: str) -> None:
    """Texts, whole numbers, truths and nothing as they are; decimals, dates and Enums as text."""
    measured, recorded = ACCEPTED[name]
    found = plain_finding((True, measured, None))
    assert found == (True, recorded, None)
    assert type(found[1]) in PLAIN
    [row] = json.loads(writer(("rate",))([found]))
    assert row["measured"] == recorded


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_recorded_is_refused(name: str) -> None:
    """As measured, as held and as earliest; the error is ours, and shows no value."""
    for finding in (
        lambda: Finding(True, REFUSED[name]()),
        lambda: (REFUSED[name](), "x", None),
        lambda: (True, "x", REFUSED[name]()),
        REFUSED[name],
    ):
        with pytest.raises(GuardError) as caught:
            asking(lambda _, made=finding: made()).ask(context())  # type: ignore[misc]
        assert str(caught.value).startswith("guard rate on award-1: ")
        assert "secret" not in str(caught.value)
        assert str(caught.value).isascii()
        assert len(str(caught.value)) < 400


def test_the_error_says_what_to_return() -> None:
    """It names guard, path, the value's type, and what is taken instead."""
    with pytest.raises(GuardError) as caught:
        asking(lambda _: (True, 0.85, None)).ask(context())  # type: ignore[arg-type,return-value]
    assert str(caught.value) == (
        "guard rate on award-1: measured is float (0.85), expected text, a whole number, True, "
        "False, None, a Decimal, a date, an aware datetime, or an Enum of these; of anything else, "
        "the text that people should read"
    )
    assert (caught.value.guard, caught.value.path) == ("rate", "award-1")
    assert isinstance(caught.value, LazsaError)


@pytest.mark.parametrize("held", [1, 0, "yes", None, Decimal(1)])
def test_held_is_a_truth(held: Any) -> None:
    """Nothing that is merely true or false in a condition."""
    with pytest.raises(UnfitError, match=r"held is .*, expected True or False"):
        plain_finding((held, None, None))


@pytest.mark.parametrize("earliest", ["2026-10-01", NOON, 20261001])
def test_earliest_is_a_date(earliest: Any) -> None:
    """No text and no instant; what stands behind it in the journal is read as a date."""
    with pytest.raises(UnfitError, match=r"earliest is .*, expected a date or None"):
        plain_finding((False, None, earliest))


def test_a_date_of_another_class_is_a_date() -> None:
    """A library's own date becomes a plain one, as earliest and as measured."""
    on = pendulum.date(2026, 10, 1)
    found = plain_finding((False, on, on))
    assert found == (False, "2026-10-01", date(2026, 10, 1))
    assert type(found[2]) is date


class PathOverrides(NamedTuple):
    """A host's own kind of finding."""

    held: bool
    measured: Any
    earliest: date | None


def test_a_tuple_of_another_class_is_a_tuple() -> None:
    """What is recorded is not the host's object."""
    found = plain_finding(PathOverrides(True, 1, None))
    assert found == (True, 1, None)
    assert type(found) is tuple


@pytest.mark.parametrize("found", [(), (True,), (True, 1), (True, 1, None, 1), Pair(True, "x"), []])
def test_a_finding_has_three_values(found: Any) -> None:
    """Neither fewer nor more."""
    with pytest.raises(UnfitError, match="expected a Finding, or a tuple of held, measured and"):
        plain_finding(found)


def test_the_longest_text() -> None:
    """A text is taken up to its limit."""
    assert plain_finding((True, "x" * LONGEST, None))[1] == "x" * LONGEST
    with pytest.raises(UnfitError, match=f"a text of {LONGEST + 1} characters"):
        plain_finding((True, "x" * (LONGEST + 1), None))


def boom(_: object) -> Any:
    """Raise, with a text that must not be shown."""
    raise KeyError("the seller's name")


def test_a_check_that_raises() -> None:
    """Guard and path are named, and the exception by its type; its text may hold anything."""
    with pytest.raises(GuardError) as caught:
        asking(boom).ask(context())
    assert str(caught.value) == "guard rate on award-1: raised KeyError"
    assert error_name(caught.value) == "KeyError"
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize("combine", [all_of, any_of, none_of])
def test_a_part_that_raises_is_named(combine: Callable[..., Guard]) -> None:
    """Of guards that are combined the one is named that failed, not the one around it."""
    whole = combine("whole", asking(boom), wording="{measured}")
    with pytest.raises(GuardError, match="guard rate on award-1: raised KeyError"):
        whole.ask(context())
    wrong = combine("whole", asking(lambda _: (1, None, None)), wording="{measured}")  # type: ignore[arg-type,return-value]
    with pytest.raises(GuardError, match=r"guard rate .*: held is int \(1\), expected True"):
        wrong.ask(context())


def test_a_check_cannot_be_interrupted_for_nothing() -> None:
    """What ends a process is no error of a guard's."""

    def stop(_: object) -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        asking(stop).ask(context())


def test_what_is_required_must_be_text() -> None:
    """A bar that cannot be told names its guard."""
    wrong: tuple[Any, ...] = (boom, lambda _: 5)
    for required in wrong:
        guard = Guard("rate", lambda _: Finding(True), required, "nobody", "tests", "{required}")
        with pytest.raises(GuardError, match=r"^guard rate: (raised KeyError|what is required is)"):
            guard.verdict(found(True), policy())


def test_a_path_that_is_masked_is_not_named() -> None:
    """The error of a guard that is shown no path's reference is one of ours all the same."""
    masked = context(path=path())
    object.__delattr__(masked.snapshot.path, "id")
    with pytest.raises(GuardError, match=r"^guard rate: raised KeyError"):
        asking(boom).ask(masked)


@settings(max_examples=40)
@given(
    st.tuples(st.booleans() | ANYTHING, ANYTHING, st.none() | st.dates() | ANYTHING)
    | st.lists(ANYTHING).map(tuple)
    | ANYTHING
)
def test_any_object(found: Any) -> None:
    """Whatever a check returns: it is written so that JSON reads the same, or it is refused."""
    try:
        plain = asking(lambda _: found).ask(context())
    except GuardError:
        return
    assert (type(plain[0]), type(plain[2])) in {(bool, date), (bool, type(None))}
    [row] = json.loads(writer(("rate",))([plain]))
    earliest = row["earliest"] and date.fromisoformat(row["earliest"])
    assert (row["held"], row["measured"], earliest) == plain
    assert type(row["measured"]) is type(plain[1])
    assert not isinstance(plain[2], datetime)
