"""Which texts and JSON values can be stored?"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.text import DEPTH, TEXT_CHARS, parse_json, parse_text

DEEP: Any = {}
for _ in range(DEPTH + 1):
    DEEP = {"a": DEEP}


@pytest.mark.parametrize("value", [7, None, b"x", "a\0b", "\ud800", "x" * (TEXT_CHARS + 1)])
def test_text_that_cannot_be_stored(value: object) -> None:
    """Another type, NUL, a lone surrogate or a text too long is refused, and never shown."""
    with pytest.raises(InputError, match="nominate: statement: got") as refused:
        parse_text(value, where="nominate", field="statement")
    assert "xxx" not in str(refused.value)


def test_json_is_copied() -> None:
    """JSON values come back as plain ones that are nobody else's."""
    given = {"é": [1, -2.5, True, None, ("x", {"y": "z"})]}
    read = parse_json(given, where="open_path", field="data")
    assert read == {"é": [1, -2.5, True, None, ["x", {"y": "z"}]]}
    read["é"].append(3)
    assert len(given["é"]) == 5


@pytest.mark.parametrize(
    "value",
    [
        *(None, 7, "x", [], [1], {1: 2}, {"": 1}, {"a\0": 1}, {"a": "\ud800"}, {"a": object()}),
        *({"a": float("nan")}, {"a": float("inf")}, {"a": 2**60}, {"a": Decimal(1)}, {"a": {1}}),
        *({"a": b"x"}, DEEP, {"a": ["x" * 60_000, "y" * 60_000]}),
    ],
)
def test_what_is_no_json_object(value: object) -> None:
    """What JSON cannot hold exactly, or what is too deep or too long, is refused."""
    with pytest.raises(InputError, match="open_path: data: got"):
        parse_json(value, where="open_path", field="data")
