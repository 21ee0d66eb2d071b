"""Text for terminals and log files: what a terminal would obey instead of showing is escaped."""

from __future__ import annotations

import re
from typing import Final

_OBEYED: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Control characters but line end and tab, those that change the direction, lone surrogates."""


_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet would compute."""


def escape_controls(text: str) -> str:
    """Return a text whose every character a terminal shows, and none of which it obeys."""
    return _OBEYED.sub(_escaped, text)


def quote_for_spreadsheet(text: str) -> str:
    """Return a text as a cell of CSV that no spreadsheet takes for a formula."""
    return escape_controls(f"'{text}" if text.startswith(_FORMULA) else text)


def _escaped(found: re.Match[str]) -> str:
    """Escape a character as JSON does, so that a JSON document stays one."""
    return f"\\u{ord(found[0]):04x}"
