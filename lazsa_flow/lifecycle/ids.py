"""Ids: which texts may name a person, case, team or key, and which two name the same person.

All ids are parsed here: those of library calls, of the command line and of files. An id is opaque.
It is stored in Unicode's composed form (NFC), so that a name typed on two machines is one id.
Characters that cannot be seen or distinguished are refused: control characters, characters that
print as nothing, lone surrogates, full-width forms.

Permissions compare ids exactly. Where a person must not count twice, or must abstain, two ids
that differ only in case belong to the same person: see :func:`same_person`.
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
        where: Its origin, for the error: a command, a file's line.
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
    """Return whether a text is an id as :func:`parse_id` returns it."""
    try:
        return parse_id(text, where="", field="") == text
    except InputError:
        return False


@lru_cache(maxsize=65536)
def fold(name: str) -> str:
    """Return what the names of one person, or of one team, have in common however typed."""
    return normalize("NFC", normalize("NFC", name.strip()).casefold())


def same_person(one: str, other: str) -> bool:
    """Return whether two ids belong to one person: compared trimmed, in NFC, ignoring case."""
    return one == other or fold(one) == fold(other)


def is_among(person: str, persons: Iterable[str]) -> bool:
    """Return whether a person is one of several, by :func:`same_person`."""
    return any(same_person(person, each) for each in persons)
