"""Problems: what is wrong with an input, in words that show no more of it than they must."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input.

    Attributes:
        where: The place: a key's path (``panel.mean``), or ``file:line`` of a table.
        field: The field or column, or ``""`` where the whole row or file is meant.
        value: The refused value as text, shortened and escaped.
        expected: What was expected instead.
    """

    where: str
    field: str
    value: str
    expected: str

    def __str__(self) -> str:
        field = f" {self.field}:" if self.field else ""
        where = printable(self.where, _PLACE_CHARS)
        return f"{where}:{field} got {self.value}, expected {self.expected}"


_PLACE_CHARS: Final = 4096
"""How much of a place is shown: it may be a whole path."""


def shown(value: object, limit: int = 60) -> str:
    """Show a refused value: escaped to printable ASCII and cut at ``limit`` characters."""
    try:
        text = ascii(value[: limit + 1] if isinstance(value, str | bytes) else value)
    except Exception:  # an integer of too many digits, too deep a nesting, a host's own __repr__
        text = f"a {type(value).__name__} too large to be shown"
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def type_name(value: object) -> str:
    """Return the name of a value's type, for a message that must not show the value itself."""
    kind = type(value)
    builtin = kind.__module__ == "builtins"
    name = kind.__qualname__ if builtin else f"{kind.__module__}.{kind.__qualname__}"
    return shown(name)[1:-1]


def printable(text: str, limit: int = 200) -> str:
    """Return a name unchanged if it can be printed, otherwise escaped and shortened."""
    shortened = text if len(text) <= limit else f"{text[: limit - 1]}…"
    return shortened if shortened.isprintable() else ascii(shortened)[1:-1]
