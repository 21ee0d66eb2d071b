"""Free text and JSON that a caller hands over: what can be stored, and read again as it was."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, Final

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.ids import parse_id

TEXT_CHARS: Final = 100_000
"""The longest text, and the longest JSON document. Units: characters."""
DEPTH: Final = 32
"""How deep a JSON document may be nested."""
WHOLE_NUMBERS: Final = 2**53
"""Up to it every whole number is the same in JSON, in both databases, and here."""


def parse_text(text: object, *, where: str, field: str) -> str:
    """Read free text; it is personal data, so an error does not show it.

    Raises:
        InputError: It is no text, is too long, or holds NUL or a lone surrogate.
    """
    if isinstance(text, str) and len(text) <= TEXT_CHARS and "\0" not in text and _encodes(text):
        return str(text)
    got = "(text)" if isinstance(text, str) else type(text)
    expected = f"text in Unicode without NUL, of at most {TEXT_CHARS} characters"
    raise InputError.of(where, field, got, expected)


def parse_json(value: object, *, where: str, field: str) -> dict[str, Any]:
    """Read a JSON object, as a copy of plain values.

    Raises:
        InputError: It is none; a name in it is no id; it is too deep or too long, or holds a
            number that JSON cannot hold exactly.
    """
    read = _plain(value, where, field, DEPTH)
    if not isinstance(read, dict):
        raise InputError.of(where, field, value, "an object of JSON values by name")
    if len(json.dumps(read)) > TEXT_CHARS:
        expected = f"JSON of at most {TEXT_CHARS} characters"
        raise InputError.of(where, field, f"{len(json.dumps(read))} characters", expected)
    return read


def _plain(value: object, where: str, field: str, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return parse_text(value, where=where, field=field)
    if isinstance(value, int) and abs(value) <= WHOLE_NUMBERS:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if depth and isinstance(value, Mapping):
        return {
            parse_id(name, where=where, field=field): _plain(each, where, field, depth - 1)
            for name, each in value.items()
        }
    if depth and isinstance(value, list | tuple):
        return [_plain(each, where, field, depth - 1) for each in value]
    expected = f"JSON values, numbers finite and up to 2**53, nested at most {DEPTH} deep"
    raise InputError.of(where, field, value, expected)


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
