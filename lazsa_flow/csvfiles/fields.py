"""Fields of a table: what the text of one field says.

A parser takes text and returns its value, or raises :class:`UnfitError` with what it expected. None
guesses: no white space is trimmed, no exponent, sign, thousands separator or other digits than
ASCII are taken. :class:`Cells` applies them to a row and reports what they refuse.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeVar

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle import ids
from lazsa_flow.lifecycle.calendar import DATE_EXPECTED, YEARS, parse_date

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date

    from lazsa_flow.csvfiles.problems import Problems

T = TypeVar("T")

_COUNT: Final = re.compile(r"[0-9]{1,9}")
_AMOUNT: Final = re.compile(r"[0-9]{1,18}(\.[0-9]{1,12})?")
_CODE: Final = re.compile(r"[a-z][a-z0-9_]*")

AMOUNT_EXPECTED: Final = "a plain decimal of 0 or more, such as 1317.47"
RATE_EXPECTED: Final = "a plain decimal from 0 to 1, such as 0.85 for 85 %"


class UnfitError(ValueError):
    """A field's text is not what its column holds.

    Attributes:
        expected: What was expected.
        text: The part of the text at fault; ``None`` where it is the whole.
    """

    def __init__(self, expected: str, text: str | None = None) -> None:
        self.expected = expected
        self.text = text
        super().__init__(expected)


def parse_id(text: str) -> str:
    """Read an opaque id, in NFC; see :func:`lazsa_flow.lifecycle.ids.parse_id`.

    Raises:
        UnfitError: It is none.
    """
    try:
        return ids.parse_id(text, where="", field="")
    except InputError:
        raise UnfitError(ids.expected_id()) from None


def parse_ids(texts: Sequence[str]) -> Sequence[str]:
    """Read ids together; each becomes what :func:`parse_id` makes of it.

    Raises:
        UnfitError: One of them is no id.
    """
    joined = "".join(texts)
    plain = (
        joined.isascii()
        and joined.isprintable()
        and all(texts)
        and max(map(len, texts), default=0) <= ids.ID_CHARS
        and all(map(str.__eq__, texts, map(str.strip, texts)))
    )
    return texts if plain else [parse_id(text) for text in texts]


def parse_day(text: str) -> date:
    """Read a date.

    Raises:
        UnfitError: It is not written as YYYY-MM-DD, does not exist, or is outside :data:`YEARS`.
    """
    try:
        on = parse_date(text)
    except InputError:
        raise UnfitError(DATE_EXPECTED) from None
    if on.year not in YEARS:
        msg = f"a date in the years {YEARS[0]} to {YEARS[-1]}"
        raise UnfitError(msg)
    return on


def parse_count(text: str) -> int:
    """Read a whole number of at most nine digits.

    Raises:
        UnfitError: It is something else.
    """
    if not _COUNT.fullmatch(text):
        msg = "a whole number of 0 or more, at most 9 digits"
        raise UnfitError(msg)
    return int(text)


def parse_amount(text: str) -> Decimal:
    """Read an amount, or a share without upper bound: at most 18 digits, and 12 after the point.

    Raises:
        UnfitError: It is something else.
    """
    if not _AMOUNT.fullmatch(text):
        raise UnfitError(AMOUNT_EXPECTED)
    return Decimal(text)


def parse_rate(text: str) -> Decimal:
    """Read a rate. Units: a fraction of one, both ends included.

    Raises:
        UnfitError: It is something else, or above 1, as a figure in per cent would be.
    """
    if not _AMOUNT.fullmatch(text) or (rate := Decimal(text)) > 1:
        raise UnfitError(RATE_EXPECTED)
    return rate


def parse_flag(text: str) -> bool:
    """Read ``true`` or ``false``.

    Raises:
        UnfitError: It is something else.
    """
    if text not in ("true", "false"):
        msg = "true or false"
        raise UnfitError(msg)
    return text == "true"


def parse_code(text: str) -> str:
    """Read a reason code.

    Raises:
        UnfitError: It is no lower-case word of letters, digits and ``_``.
    """
    if not _CODE.fullmatch(text):
        msg = "a code of a-z, 0-9 and _, such as conflict_of_interest"
        raise UnfitError(msg)
    return text


def one_of(choices: Collection[str]) -> Callable[[str], str]:
    """Make a parser of one of the choices."""
    expected = f"one of {', '.join(sorted(choices))}"

    def parse(text: str) -> str:
        if text not in choices:
            raise UnfitError(expected)
        return text

    return parse


def set_of(choices: Collection[str]) -> Callable[[str], frozenset[str]]:
    """Make a parser of choices with ``;`` between, each at most once."""
    expected = f"any of {', '.join(sorted(choices))}, with ; between, each once"

    def parse(text: str) -> frozenset[str]:
        items = text.split(";")
        found = frozenset(items)
        if len(found) != len(items) or not found.issubset(choices):
            raise UnfitError(expected)
        return found

    return parse


class Cells:
    """The fields of one row, each asked for by its column and parser.

    Attributes:
        refused: Whether any field was refused, so that the row has no value.
    """

    __slots__ = ("_line", "_problems", "_texts", "refused")

    def __init__(self, problems: Problems, line: int, texts: Mapping[str, str]) -> None:
        self._problems = problems
        self._line = line
        self._texts = texts
        self.refused: bool = False

    def text(self, column: str) -> str:
        """Return a field unchanged."""
        return self._texts[column]

    def take(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Return the value of a required field; ``None`` only if it is refused."""
        try:
            return parse(self._texts[column])
        except UnfitError as unfit:
            self.refuse(column, unfit.expected, unfit.text)
            return None

    def maybe(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Return the value of a field, ``None`` where it is empty: not known."""
        return self.take(column, parse) if self._texts[column] else None

    def refuse(self, column: str, expected: str, text: str | None = None) -> None:
        """Report a field, or a part of its text."""
        self.refused = True
        text = self._texts[column] if text is None else text
        self._problems.refuse(self._line, column, text, expected)
