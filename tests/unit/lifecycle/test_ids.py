"""Which texts are ids, and which two are one person's?"""

from __future__ import annotations

import pytest

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.ids import ID_CHARS, fold, is_among, is_id, parse_id, same_person
from lazsa_flow.lifecycle.model import Actor

COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"


@pytest.mark.parametrize(
    "text",
    ["s-1", "award-1", "=1+1", "[/red]", "a b", "programme:timers", "ร้าน-๑", "店", "x" * ID_CHARS],
)
def test_an_id_is_what_can_be_seen(text: str) -> None:
    """An id may be of any script and hold any mark; our own names are no others than these."""
    assert parse_id(text, where="nominate", field="seller") == text


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", " a", "a ", "\u00e9 ", "x" * (ID_CHARS + 1), "\u0958" * ID_CHARS),
        *("a\0b", "a\tb", "a\nb", "\x1b[2J", "a\x7fb", "a\x9bb", "\ud800", "a\udc80"),
        *("a\u200bb", "a\u200db", "a\u202eb", "\ufeffa", "a\u00adb", "a\u2060b", "a\u2028b"),
        *("\u3164", "a\u115fb", "a\uffa0", "a\ufe0f", "a\U000e0100", "a\u034fb", "a\u180bb"),
        *("a\u2800b", "\uff41", "a\uff0db", "a\u3000b", "a\u00a0b", "\ue000", "\U000e0041"),
    ],
)
def test_what_cannot_be_seen_is_no_id(text: str) -> None:
    """Control characters, surrogates, blanks, what prints as nothing and full width are refused."""
    with pytest.raises(InputError) as refused:
        parse_id(text, where="nominate", field="seller")
    [problem] = refused.value.problems
    assert (problem.where, problem.field) == ("nominate", "seller")
    assert str(refused.value).replace("…", "").isascii()
    assert str(refused.value).isprintable()
    assert len(problem.value) <= 60


@pytest.mark.parametrize("value", [17, None, b"s-1", ["s-1"], [10**5000], object()])
def test_what_is_no_text_is_no_id(value: object) -> None:
    """Another type is refused by name, whatever it is."""
    with pytest.raises(InputError, match="case: id: got"):
        parse_id(value, where="case", field="id")


def test_an_id_is_composed() -> None:
    """The same name typed on two machines, composed or not, is one id."""
    assert parse_id(DECOMPOSED, where="x", field="y") == COMPOSED
    assert Actor("employee", DECOMPOSED) == Actor("employee", COMPOSED)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("m-1", "m-1"),
        ("m-1", "M-1"),
        ("m-1", " m-1 "),
        (COMPOSED, DECOMPOSED.upper()),
        ("STRASSE", "straße"),
    ],
)
def test_ids_of_one_person(one: str, other: str) -> None:
    """programme.md, appeals: ids are compared trimmed, in NFC and case-folded."""
    assert same_person(one, other)
    assert fold(one) == fold(other)
    assert is_among(one, ["x", other])


@pytest.mark.parametrize(("one", "other"), [("m-1", "m-2"), ("a", "\u0430"), ("a b", "ab")])
def test_ids_of_two_persons(one: str, other: str) -> None:
    """Ids that differ in more than that are two persons'."""
    assert not same_person(one, other)
    assert not is_among(one, ["x", other])


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("s-1", True), (COMPOSED, True), (DECOMPOSED, False), ("a\0", False), (7, False)],
)
def test_whether_a_text_is_an_id(text: object, is_one: bool) -> None:
    """A text is an id as it is stored, or it is none."""
    assert is_id(text) is is_one
