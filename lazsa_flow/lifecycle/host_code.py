"""Calls of code that a host or a lifecycle brings, whose exceptions and values are never trusted.

The checks of guards have their own rules, see :mod:`~.findings`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from lazsa_flow.clock import SystemClock, VirtualClock
from lazsa_flow.errors import ConfigError, HostCodeError, type_name
from lazsa_flow.lifecycle.calendar import Moment

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.clock import Clock

_Result = TypeVar("_Result")

CLOCK_YEARS: Final = range(1970, 9000)
"""The instants a clock may show: dates decades later are computed from them and must exist."""


class HasSnapshot(Protocol):
    """A guard's context, or a substitute for it."""

    @property
    def snapshot(self) -> Any:
        """The evidence, with the path that is judged."""
        ...


def ref_of(context: HasSnapshot) -> str | None:
    """Return the reference of the path that is judged; none where it is masked or not open yet."""
    try:
        path = context.snapshot.path
        return path.ref if path.id else None
    except AttributeError:
        return None


def call_host(
    part: str, function: Callable[..., _Result], *arguments: Any, path: str | None = None
) -> _Result:
    """Call a function of the host's.

    Args:
        part: What the function is, for the error: ``instant due``.
        function: The function.
        arguments: What it is called with.
        path: The path that it is called for.

    Raises:
        HostCodeError: It raised.
        ConfigError: It asked a calendar for cycle dates that a country's file does not name.
    """
    try:
        return function(*arguments)
    except (HostCodeError, ConfigError):  # of code that it called; of a calendar without cycles
        raise
    except Exception as error:
        name = type_name(error)
        raise HostCodeError(part, f"raised {name}", path=path, raised=name) from error


def plain_instant(value: Any) -> datetime | None:
    """Return an aware datetime of any class and zone as a plain one in UTC, else ``None``."""
    kind = type(value)
    if kind is datetime and value.tzinfo is UTC:
        instant: datetime = value
        return instant
    try:
        if not issubclass(kind, datetime) or datetime.utcoffset(value) is None:
            return None
        utc = datetime.astimezone(value, UTC)
    except Exception:  # of a zone of the host's own, or of an instant before or after all years
        return None
    return datetime.combine(datetime.date(utc), datetime.time(utc), UTC)


def plain_moment(value: Any, part: str, path: str | None) -> Moment | None:
    """Return what an instant of a lifecycle's table returned, as plain values.

    Raises:
        HostCodeError: It is no moment.
    """
    if value is None:
        return None
    if issubclass(type(value), Moment) and type(value[0]) is date:
        at = plain_instant(value[1])
        if at is not None:
            return value if at is value[1] else Moment(value[0], at)
    expected = "a Moment of a date and an aware datetime, or None"
    raise HostCodeError(part, f"returned {type_name(value)}, expected {expected}", path=path)


def plain_date(value: Any, part: str, path: str | None) -> date:
    """Return what a round of a lifecycle's table returned.

    Raises:
        HostCodeError: It is no date.
    """
    if type(value) is date:
        return value
    what = f"returned {type_name(value)}, expected a date"
    raise HostCodeError(part, what, path=path)


class CheckedClock:
    """A host's own clock, whose answers are checked.

    Args:
        clock: Anything with ``now``.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        """Return the present instant, as a plain datetime in UTC.

        Raises:
            HostCodeError: The clock raised, or returned no aware datetime of a year within
                :data:`CLOCK_YEARS`.
        """
        shown = call_host("clock", self._clock.now)
        instant = plain_instant(shown)
        if instant is not None and instant.year in CLOCK_YEARS:
            return instant
        years = f"{CLOCK_YEARS.start} to {CLOCK_YEARS.stop - 1}"
        expected = f"an aware datetime in the years {years}"
        raise HostCodeError("clock", f"returned {type_name(shown)}, expected {expected}")


def check_clock(clock: Clock) -> Clock:
    """Return a clock whose answers can be trusted: ours unchanged, a host's own with checks."""
    return clock if type(clock) in (SystemClock, VirtualClock) else CheckedClock(clock)
