"""Values that code of a host's returns where something else was expected."""

from __future__ import annotations

import enum
import itertools
import math
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable


class Colour(enum.Enum):
    """An Enum of texts."""

    RED = "red"


class Rate(enum.Enum):
    """An Enum of what can be recorded in its turn."""

    HALF = Decimal("0.50")


class Odd(enum.Enum):
    """An Enum of what cannot be recorded."""

    LIST = (1, 2)
    FLOAT = 0.5


class Level(enum.IntEnum):
    """A number by another name."""

    TWO = 2


class Word(enum.StrEnum):
    """A text by another name."""

    YES = "yes"


class Text(str):
    """A text that says something else when it is shown."""

    __slots__ = ()

    def __str__(self) -> str:
        return "another"


class Hostile:
    """An object of which everything raises that is asked of it."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __bool__(self) -> bool:
        raise RuntimeError

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __hash__(self) -> int:
        raise RuntimeError

    def __repr__(self) -> str:
        raise RuntimeError

    def __len__(self) -> int:
        raise RuntimeError

    def __iter__(self) -> Any:
        raise RuntimeError


class Truth:
    """What is true only where a truth is asked for, as a library's own kind of bool."""

    def __bool__(self) -> bool:
        return True


class Nowhere(tzinfo):
    """A zone that does not know its offset."""

    def utcoffset(self, at: datetime | None) -> timedelta | None:
        """Return nothing."""
        return None

    def tzname(self, at: datetime | None) -> str:
        """Return a name."""
        return "Nowhere"

    def dst(self, at: datetime | None) -> timedelta | None:
        """Return nothing."""
        return None


class Pair(NamedTuple):
    """A host's own kind of tuple, too short for a finding."""

    held: bool
    measured: str


NOON: Final = datetime(2026, 10, 1, 12, tzinfo=UTC)

ACCEPTED: Final[dict[str, tuple[Any, Any]]] = {
    "nothing": (None, None),
    "a text": ("0.85", "0.85"),
    "an empty text": ("", ""),
    "a text of another script": ("ไทย — \U0001f600", "ไทย — \U0001f600"),
    "a text with a joiner": ("a\u200db", "a\u200db"),
    "a text of lines": ("a\tb\r\nc", "a\tb\r\nc"),
    "a whole number": (7, 7),
    "a truth": (True, True),
    "the largest number": (2**53 - 1, 2**53 - 1),
    "a Decimal": (Decimal("0.8500"), "0.8500"),
    "a negative Decimal": (Decimal("-12.50"), "-12.50"),
    "a Decimal with an exponent": (Decimal("1E+3"), "1000"),
    "a date": (date(2026, 10, 1), "2026-10-01"),
    "an aware datetime": (NOON, "2026-10-01T12:00:00.000000Z"),
    "a datetime of another zone": (
        NOON.astimezone(timezone(timedelta(hours=8))),
        "2026-10-01T12:00:00.000000Z",
    ),
    "an Enum of a text": (Colour.RED, "red"),
    "an Enum of a Decimal": (Rate.HALF, "0.50"),
    "an IntEnum": (Level.TWO, 2),
    "a StrEnum": (Word.YES, "yes"),
    "a class of text": (Text("c"), "c"),
}
"""What may be measured, and what is recorded of it."""

REFUSED: Final[dict[str, Callable[[], Any]]] = {
    "a float": lambda: 0.85,
    "a whole float": lambda: 1.0,
    "not a number": lambda: math.nan,
    "infinity": lambda: -math.inf,
    "a complex number": lambda: 1j,
    "a Fraction": lambda: Fraction(17, 20),
    "a Decimal that is no number": lambda: Decimal("NaN"),
    "a Decimal that signals": lambda: Decimal("sNaN"),
    "an infinite Decimal": lambda: Decimal("-Infinity"),
    "a huge Decimal": lambda: Decimal("1E+999999"),
    "a Decimal of many digits": lambda: Decimal("1." + "3" * 200),
    "a huge number": lambda: 10**5000,
    "a number that other readers round": lambda: 2**53,
    "a huge text": lambda: "x" * 1_000_000,
    "a text with half a character": lambda: "a\ud800",
    "a text with NUL": lambda: "a\0b",
    "a text with an escape": lambda: "\x1b[2J",
    "bytes": lambda: b"0.85",
    "a bytearray": lambda: bytearray(b"x"),
    "a dict": lambda: {"rate": 1},
    "a list": lambda: [1, 2],
    "a set": lambda: {1},
    "a tuple": lambda: (1, 2),
    "a naive datetime": lambda: datetime(2026, 10, 1),  # noqa: DTZ001 - that is the fault
    "a datetime whose zone knows no offset": lambda: datetime(2026, 10, 1, tzinfo=Nowhere()),
    "a time": lambda: time(12),
    "a timedelta": lambda: timedelta(1),
    "an Enum of a tuple": lambda: Odd.LIST,
    "an Enum of a float": lambda: Odd.FLOAT,
    "a class": lambda: Decimal,
    "a function": lambda: len,
    "a generator": lambda: (n for n in range(3)),
    "what never ends": itertools.count,
    "a UUID": lambda: UUID(int=1),
    "a path of files": lambda: PurePosixPath("a"),
    "an exception": lambda: ValueError("secret"),
    "an ellipsis": lambda: ...,
    "an object": object,
    "an object of which everything raises": Hostile,
    "an object that is true": Truth,
}
"""What can be neither measured, nor held, nor earliest, nor an instant."""

ANYTHING: Final = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.text(),
    st.binary(),
    st.dates(),
    st.datetimes(),
    st.datetimes(timezones=st.timezones()),
    st.fractions(),
    st.complex_numbers(),
    st.lists(st.integers()),
    st.dictionaries(st.text(), st.integers()),
    st.sampled_from([name for name in REFUSED if "everything raises" not in name]).map(
        lambda name: REFUSED[name]()  # Hypothesis itself asks something of each
    ),
    st.sampled_from([measured for measured, _ in ACCEPTED.values()]),
)
"""Any Python object, those above among them."""
