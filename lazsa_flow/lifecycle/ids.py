"""Ids: which text may name a person, a case, a team or a key, and which two name one person.

Every entrance reads ids here: the library's methods, the command line, files. An id is opaque; it
is stored as it is read, in Unicode's composed form (NFC), so that a name typed on two machines is
one id. What nobody can see or tell apart is refused: control characters, characters that print as
nothing, lone surrogates, full-width forms.

Rights go by the id as it is. Where one person must not count twice, or must stand back, two ids
that differ in case alone are the same person's: see :func:`same_person`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from lazsa_flow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

ID_CHARS: Final = 128
KEY_CHARS: Final = 200
"""The longest id, and the longest idempotency key. Units: characters."""

_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uff00-\uffef"
    "\U000e0100-\U000e01ef]"
)
"""Of the characters that Python prints: those that show nothing, and full- and half-width forms.

Source:
    Unicode, DerivedCoreProperties: Default_Ignorable_Code_Point; U+2800 is a blank by its shape.
"""


def expected_id(limit: int = ID_CHARS) -> str:
    """Say what an id is."""
    return (
        f"an id of 1 to {limit} visible characters, without white space at its ends "
        "or full-width forms"
    )


def parse_id(text: object, *, where: str, field: str, limit: int = ID_CHARS) -> str:
    """Read an id.

    Args:
        text: The id.
        where: Where it comes from, for the error: a command, a file's line.
        field: Its name there.
        limit: The most characters that it may have.

    Returns:
        The id in NFC.

    Raises:
        InputError: It is no text, is empty or too long, has white space at an end, or holds a
            character that cannot be seen.
    """
    if isinstance(text, str) and 0 < len(text) <= limit and text.isprintable():
        if text.isascii():
            if text[0] != " " != text[-1]:
                return str(text)
        else:
            composed = normalize("NFC", text)
            fits = len(composed) <= limit and composed == composed.strip()
            if fits and not _UNSEEN.search(composed):
                return composed
    raise InputError.of(where, field, text, expected_id(limit))


def is_id(text: object) -> bool:
    """Tell whether a text is an id as :func:`parse_id` returns it."""
    try:
        return parse_id(text, where="", field="") == text
    except InputError:
        return False


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """Return what the names of one person, or of one team, have in common however typed."""
    return normalize("NFC", normalize("NFC", name.strip()).casefold())


def same_person(one: str, other: str) -> bool:
    """Tell whether two ids count as one person's: trimmed, in NFC, and whatever their case."""
    return one == other or fold(one) == fold(other)


def is_among(person: str, persons: Iterable[str]) -> bool:
    """Tell whether a person is one of several, by :func:`same_person`."""
    return any(same_person(person, each) for each in persons)
