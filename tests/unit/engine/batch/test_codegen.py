"""Functions made of text do what their text says, whatever the names in it."""

from __future__ import annotations

import enum
import json
from typing import Any

import pytest

from lazsa_flow.engine.batch.codegen import writer
from tests.factories import found

NAMES = ("ready", "it's", 'a"]\nraise SystemExit', "{0}", "{{x}}", "\\", "ไทย \U0001f600")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_literal_and_never_code(name: str) -> None:
    """Quotes, line breaks, braces and backslashes in a guard's name stay what they are."""
    [written] = json.loads(writer((name,))([(True, None, None)]))
    assert written["name"] == name


class Few(enum.IntEnum):
    """A number by another name."""

    TWO = 2


class Said(str):
    """A text by another name."""

    __slots__ = ()


@pytest.mark.parametrize("measured", [None, True, False, 0, -7, Few.TWO, "", 'a "b"', Said("c")])
def test_a_figure_is_written_as_json_writes_it(measured: Any) -> None:
    """Numbers, truths, texts and what is derived of them, and nothing, as ``json.dumps`` does."""
    text = writer(("bar",))([found(True, measured)])
    assert text == json.dumps(
        [{"earliest": None, "held": True, "measured": measured, "name": "bar"}],
        separators=(",", ":"),
    )


def test_nothing_found_is_an_empty_list() -> None:
    """A move without guards has no verdicts."""
    assert writer(())([]) == "[]"
