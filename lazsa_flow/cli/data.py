"""The options ``--data`` and ``--data-file``: data that comes with a trigger, as a JSON object."""

from __future__ import annotations

import json
import sys
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lazsa_flow.errors import InputError

_EXPECTED: Final = 'a JSON object, such as {"amount": "60.10"}'
_MOST: Final = 1_000_000
"""How much of a file is read. Units: bytes."""


def read_data(text: str | None, file: Path | None) -> Mapping[str, Any] | None:
    """Read the data that one of the two options gives; ``None`` where neither does.

    A number with a fraction is read as a decimal, so that no digit of it is lost. An error shows
    nothing of the text, for it may be personal data.

    Raises:
        InputError: Both are given, the file cannot be read, or it is no JSON object.
    """
    if text is not None and file is not None:
        raise _input_error("--data-file", "both --data and --data-file", "one of the two")
    if file is not None:
        return _parse_json("--data-file", _read_file(file))
    return None if text is None else _parse_json("--data", text)


def _read_file(file: Path) -> str:
    try:
        if str(file) == "-":
            return sys.stdin.read(_MOST)
        with file.open(encoding="utf-8") as opened:
            return opened.read(_MOST)
    except (OSError, UnicodeDecodeError) as error:
        got = f"{file.name}: {type(error).__name__}"
        raise _input_error("--data-file", got, "a file of JSON in UTF-8, or - for input") from None


def _parse_json(option: str, text: str) -> Mapping[str, Any]:
    try:
        read = json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_require_unique,
        )
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise _input_error(option, "text that is not shown", _EXPECTED)
    return read


def _require_unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of these pairs; a duplicate name would lose one of its values."""
    if any(times > 1 for times in Counter(name for name, _ in pairs).values()):
        raise ValueError
    return dict(pairs)


def _refuse_constant(_constant: str) -> NoReturn:
    raise ValueError


def _input_error(option: str, got: str, expected: str) -> InputError:
    from lazsa_flow.errors import InputError, Problem

    return InputError([Problem("option", option, got, expected)])
