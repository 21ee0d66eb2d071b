"""Findings: what the check of a guard may return, and what is made of it before it is written.

A finding is hashed and written to the append-only journal. So what a check returns is never
trusted: :func:`plain_finding` converts it to a plain value, or refuses it with an error that says
what to return instead.

Source:
    RFC 8785: the journal holds text, whole numbers, truth values and null. Numbers beyond
    :data:`LARGEST` are not read the same way by every JSON library (RFC 7493, 2.2).
"""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final, NamedTuple

from lazsa_flow.errors import type_name
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.verdicts import Measured

Recordable = Measured | Decimal | date | Enum
"""What a check may return as measured; see :func:`plain_measured`."""

LARGEST: Final = 2**53 - 1
"""The largest whole number that may be measured; larger ones are measured as text."""
LONGEST: Final = 2000
"""How many characters a measured text may have."""
_DIGITS: Final = 100
"""How many digits a measured decimal may have."""
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters but tab and line end, and halves of a character: no file takes them all."""
_FIT: Final = (
    "text, a whole number, True, False, None, a Decimal, a date, an aware datetime, or an "
)
_EXPECTED: Final = f"{_FIT}Enum of these; of anything else, the text that people should read"


class Finding(NamedTuple):
    """What a check found.

    Attributes:
        held: Whether the guard holds.
        measured: The figure that was compared, ``NOT_KNOWN``, or ``STALE``. A decimal, a date and
            an aware datetime are recorded as their text, an Enum as its value.
        earliest: The first local date on which it could hold, as far as the clock alone decides;
            ``None`` where it holds already or no date can be named.
    """

    held: bool
    measured: Recordable = None
    earliest: date | None = None


Found = tuple[bool, Measured, "date | None"]
"""A finding of plain values: what the engine decides by and the journal records."""


class UnfitError(ValueError):
    """A check returned what cannot be recorded; the message says what, and what to return."""


def plain_finding(found: Any) -> Found:
    """Return what a check returned as plain values, which nobody can change any more.

    Raises:
        UnfitError: It is no finding, or one of its values cannot be recorded.
    """
    kind = type(found)
    if (kind is not tuple and kind is not Finding) or len(found) != 3:
        found = _three(found)
    held, measured, earliest = found
    if (held is True or held is False) and (earliest is None or type(earliest) is date):
        kind = type(measured)
        if (
            measured is None
            or kind is bool
            or (kind is str and len(measured) <= LONGEST and measured.isprintable())
            or (kind is int and -LARGEST <= measured <= LARGEST)
        ):
            fit: Found = found
            return fit
    return _held(held), plain_measured(measured), _earliest(earliest)


def _three(found: Any) -> tuple[Any, Any, Any]:
    """Return the values of a host's own kind of tuple."""
    if issubclass(type(found), tuple) and tuple.__len__(found) == 3:
        held, measured, earliest = tuple.__iter__(found)
        return held, measured, earliest
    raise UnfitError(_unfit("it", found, "a Finding, or a tuple of held, measured and earliest"))


def _held(held: Any) -> bool:
    if held is True or held is False:
        return bool(held)
    raise UnfitError(_unfit("held", held, "True or False"))


def _earliest(earliest: Any) -> date | None:
    if earliest is None:
        return None
    kind = type(earliest)
    if issubclass(kind, date) and not issubclass(kind, datetime):
        return _plain_date(earliest)
    expected = "a date or None; of a datetime, its local date"
    raise UnfitError(_unfit("earliest", earliest, expected))


def plain_measured(measured: Any) -> Measured:
    """Return a measured value as it is recorded.

    Raises:
        UnfitError: It cannot be recorded.
    """
    kind = type(measured)
    if measured is None or kind is bool:
        plain: Measured = measured
        return plain
    if issubclass(kind, str):
        return _plain_text(str.__str__(measured))
    if issubclass(kind, int):
        return _plain_number(int.__int__(measured))
    if issubclass(kind, Enum):
        return plain_measured(measured.value)
    if issubclass(kind, Decimal):
        return _plain_decimal(measured)
    if issubclass(kind, datetime):
        return _plain_instant(measured)
    if issubclass(kind, date):
        return _plain_date(measured).isoformat()
    raise UnfitError(_unfit("measured", measured, _EXPECTED))


def _plain_text(text: str) -> str:
    if len(text) > LONGEST:
        raise UnfitError(
            f"measured is a text of {len(text)} characters, expected {LONGEST} at most"
        )
    if _UNFIT.search(text):
        expected = "one without control characters and lone surrogates"
        raise UnfitError(f"measured is the text {text[:60]!a}, expected {expected}")
    return text


def _plain_number(number: int) -> int:
    if not -LARGEST <= number <= LARGEST:
        expected = "from -(2**53 - 1) to 2**53 - 1; of a larger one, its text"
        what = f"measured is a whole number of {number.bit_length()} bits"
        raise UnfitError(f"{what}, expected one {expected}")
    return number


def _plain_decimal(number: Decimal) -> str:
    if not Decimal.is_finite(number):
        raise UnfitError("measured is a Decimal that is no number, expected a finite one, or text")
    _sign, digits, exponent = Decimal.as_tuple(number)
    assert isinstance(exponent, int)  # of a finite one
    if len(digits) + abs(exponent) > _DIGITS:
        raise UnfitError(f"measured is a Decimal of more than {_DIGITS} digits, expected fewer")
    return Decimal.__format__(number, "f")


def _plain_instant(at: datetime) -> str:
    if datetime.utcoffset(at) is None:
        raise UnfitError("measured is a naive datetime, expected an aware one, or a date")
    return instant_text(at)


def _plain_date(on: date) -> date:
    return date(on.year, on.month, on.day)


def _unfit(what: str, value: Any, expected: str) -> str:
    plain = type(value) in (float, bool) or (type(value) is int and -LARGEST <= value <= LARGEST)
    return f"{what} is {type_name(value)}{f' ({value!r})' if plain else ''}, expected {expected}"
