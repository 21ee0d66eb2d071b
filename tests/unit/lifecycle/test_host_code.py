"""A host's own clock is checked each time that it is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

import pendulum
import pytest
from hypothesis import given

from lazsa_flow.clock import SystemClock, VirtualClock
from lazsa_flow.errors import HostCodeError
from lazsa_flow.lifecycle.host_code import CLOCK_YEARS, CheckedClock, check_clock
from tests.strange import ANYTHING, NOON, REFUSED


class Telling:
    """A clock that tells what it is given, or raises it."""

    def __init__(self, told: Any) -> None:
        self.told = told

    def now(self) -> Any:
        """Tell it."""
        if type(self.told) is LookupError:
            raise self.told
        return self.told


@pytest.mark.parametrize("name", REFUSED)
def test_a_clock_tells_instants(name: str) -> None:
    """Nothing else is taken for the present; the error is one of ours."""
    with pytest.raises(HostCodeError, match=r"^clock: returned .*, expected an aware datetime in"):
        check_clock(Telling(REFUSED[name]())).now()


@pytest.mark.parametrize("year", [1, CLOCK_YEARS.start - 1, CLOCK_YEARS.stop, 9999])
def test_a_clock_tells_years_that_can_be_reckoned_from(year: int) -> None:
    """A date decades on must exist."""
    with pytest.raises(HostCodeError, match="in the years 1970 to 8999"):
        check_clock(Telling(datetime(year, 1, 1, tzinfo=UTC))).now()


def test_a_clock_that_raises() -> None:
    """It is named, and the exception by its type."""
    with pytest.raises(HostCodeError, match=r"^clock: raised LookupError$"):
        check_clock(Telling(LookupError("x"))).now()


def test_an_instant_that_has_none_in_utc() -> None:
    """A zone that leads out of all years, or raises, is no zone."""
    east = timezone(timedelta(hours=14))
    for at in (datetime(1, 1, 1, tzinfo=east), datetime(2026, 1, 1, tzinfo=Torn())):  # type: ignore[abstract]
        with pytest.raises(HostCodeError, match="expected an aware datetime"):
            check_clock(Telling(at)).now()


class Torn(tzinfo):
    """A zone that raises."""

    def utcoffset(self, at: datetime | None) -> timedelta | None:
        """Raise."""
        raise RuntimeError


def test_an_instant_of_another_class_is_a_plain_one() -> None:
    """In UTC, whatever the class and zone."""
    told = check_clock(Telling(pendulum.instance(NOON).in_timezone("Asia/Manila"))).now()
    assert (told, type(told), told.tzinfo) == (NOON, datetime, UTC)


def test_our_own_clocks_are_not_asked_twice() -> None:
    """What is right by construction is left as it is."""
    for ours in (SystemClock(), VirtualClock(NOON)):
        assert check_clock(ours) is ours
    assert isinstance(check_clock(Telling(NOON)), CheckedClock)


@given(ANYTHING)
def test_any_clock(told: Any) -> None:
    """Whatever it tells, what comes out is a plain instant or an error of ours."""
    try:
        now = check_clock(Telling(told)).now()
    except HostCodeError:
        return
    assert type(now) is datetime
    assert now.tzinfo is UTC
