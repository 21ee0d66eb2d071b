"""Output in any encoding: what a terminal or pipe cannot encode degrades, and never raises."""

from __future__ import annotations

import codecs
import io
import sys
from typing import Final

_ERRORS: Final = "lazsa_flow.degrade"
_PLAIN: Final = {
    "→": "->",
    "…": "...",
    "–": "-",
    "—": "-",
    "×": "x",
    "·": "*",
    "≥": ">=",
    "≤": "<=",
}
"""ASCII replacements for characters of our own texts; any other is escaped, as JSON would."""


def degrade_unencodable() -> None:
    """Let standard output and standard error write what their encoding has no character for."""
    codecs.register_error(_ERRORS, _replace_unencodable)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_ERRORS)


def encodes_all() -> bool:
    """Return whether standard output can encode every character."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return codecs.lookup(encoding).name.startswith("utf")


def _replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(_PLAIN.get(each) or _escape_character(each) for each in text), error.end


def _escape_character(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
