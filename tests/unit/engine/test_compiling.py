"""Functions made of text do what their text says, whatever the names in it."""

from __future__ import annotations

import enum
import json
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.domain.guards import Finding
from lazsa_flow.engine.compiling import judge, writer
from tests.factories import situation

if TYPE_CHECKING:
    from lazsa_flow.domain.guards import Check, Found

NAMES = ("ready", "it's", 'a"]\nraise SystemExit', "{0}", "{{x}}", "\\", "ไทย \U0001f600")


def says(*, held: bool) -> Check:
    """Make a check that always finds the same."""
    return lambda _: (held, None, None)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_literal_and_never_code(name: str) -> None:
    """Quotes, line breaks, braces and backslashes in a guard's name stay what they are."""
    found: dict[str, Found] = {}
    assert judge([(name, says(held=True))], [])(situation(), found)
    assert found == {name: (True, None, None)}
    [written] = json.loads(writer((name,))(found.values()))
    assert written["name"] == name


@pytest.mark.parametrize("fresh", [(), (True,), (False,), (True, False), (True, True)])
@pytest.mark.parametrize("known", [(), (True,), (False,), (True, False)])
def test_an_edge_holds_where_all_its_guards_hold(
    fresh: tuple[bool, ...], known: tuple[bool, ...]
) -> None:
    """Every fresh guard is asked, even behind one that does not hold; known ones count as found."""
    found: dict[str, Found] = {f"known{n}": (held, None, None) for n, held in enumerate(known)}
    checks = [(f"fresh{n}", says(held=held)) for n, held in enumerate(fresh)]
    assert judge(checks, list(found))(situation(), found) is all(fresh + known)
    assert len(found) == len(fresh) + len(known)


class Few(enum.IntEnum):
    """A number by another name."""

    TWO = 2


class Said(str):
    """A text by another name."""

    __slots__ = ()


@pytest.mark.parametrize("measured", [None, True, False, 0, -7, Few.TWO, "", 'a "b"', Said("c")])
def test_a_figure_is_written_as_json_writes_it(measured: Any) -> None:
    """Numbers, truths, texts and what is derived of them, and nothing, as ``json.dumps`` does."""
    text = writer(("bar",))([Finding(True, measured)])
    assert text == json.dumps(
        [{"earliest": None, "held": True, "measured": measured, "name": "bar"}],
        separators=(",", ":"),
    )


def test_nothing_found_is_an_empty_list() -> None:
    """A move without guards has no verdicts."""
    assert writer(())([]) == "[]"
