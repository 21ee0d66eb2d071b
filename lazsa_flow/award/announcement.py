"""Announcements: what a team or manager may write to ambassadors and members, and to whom.

The text belongs to the programme and is not personal data. It appears in no error and no log.

Source:
    programme.md, "The year between".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lazsa_flow.award.rules.perks import is_entitled
from lazsa_flow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lazsa_flow.lifecycle.model import Path

AMBASSADORS: Final = "ambassadors"
MEMBERS: Final = "members"
AUDIENCES: Final = (AMBASSADORS, MEMBERS, "both")
PERKS: Final = {
    "product_update": {AMBASSADORS: "product_updates"},
    "event": {AMBASSADORS: "ambassador_events"},
    "campaign": {AMBASSADORS: "invitations", MEMBERS: "campaign_updates"},
    "case_studies": {AMBASSADORS: "case_study_videos"},
}
"""The perk that each kind of announcement asks for, by audience."""
TITLE_CHARS: Final = 200
TEXT_CHARS: Final = 10_000
LINK_CHARS: Final = 2000
_URL: Final = re.compile(r"\b([a-z][a-z0-9+.-]*):(?://|(?=\S))", re.IGNORECASE)
_SCRIPTS: Final = frozenset({"javascript", "data", "vbscript", "file", "blob"})
_LINK: Final = re.compile(r"https://[^\s<>\"'\\^`{|}]+")
_MAY_STAND: Final = frozenset("\n\t")
_REFUSED: Final = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS: Final = frozenset("\u200c\u200d")
"""Format characters that scripts need; others can hide or reverse what is read."""


@dataclass(frozen=True, slots=True)
class AnnouncementText:
    """What an announcement says.

    Attributes:
        title: One line, the subject of the mail.
        text: Paragraphs, with an empty line between; a line that begins with ``- `` is an item.
        link: Where to read more, ``https`` alone.

    Raises:
        InputError: One of them cannot be sent; it names the field and never shows the text.
    """

    title: str
    text: str
    link: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", _check_title(self.title))
        object.__setattr__(self, "text", _check_text(self.text))
        object.__setattr__(self, "link", _check_link(self.link))


def audiences_of(audience: str, kind: str) -> dict[str, str]:
    """Return the audiences of an announcement, each with the perk that it requires.

    Raises:
        InputError: There is no such audience or kind.
    """
    if audience not in AUDIENCES:
        raise InputError.of("announcement", "audience", audience, f"one of {', '.join(AUDIENCES)}")
    if kind not in PERKS:
        raise InputError.of("announcement", "kind", kind, f"one of {', '.join(PERKS)}")
    return {name: perk for name, perk in PERKS[kind].items() if audience in (name, "both")}


def audience_at(
    paths: Iterable[Path], asked: dict[str, str], at: datetime
) -> tuple[str, Path] | None:
    """Return the audience in which a seller gets an announcement, and the path that entitles them.

    Args:
        paths: The seller's paths.
        asked: As :func:`audiences_of` returned it.
        at: The instant.
    """
    for audience, span in ((AMBASSADORS, "award"), (MEMBERS, "membership")):
        for path in paths:
            perk = asked.get(audience)
            if perk and path.period(span, at) and is_entitled([path], perk, at):
                return audience, path
    return None


def _check_title(title: object) -> str:
    if not isinstance(title, str) or not title.strip() or len(title) > TITLE_CHARS:
        raise _field_error("title", title, f"one line of 1 to {TITLE_CHARS} characters")
    if "\n" in title or "\t" in title:
        raise _field_error("title", title, "one line, without line breaks and tabs")
    _check_characters("title", title)
    return title.strip()


def _check_text(text: object) -> str:
    if not isinstance(text, str) or not text.strip() or len(text) > TEXT_CHARS:
        raise _field_error("text", text, f"text of 1 to {TEXT_CHARS} characters")
    read = text.replace("\r\n", "\n")
    _check_characters("text", read)
    return read.strip()


def _check_characters(field: str, text: str) -> None:
    for character in text:
        category = unicodedata.category(character)
        if character in _MAY_STAND or character in _JOINERS:
            continue
        if category in _REFUSED or category == "Cf":
            expected = f"text without control characters; U+{ord(character):04X} is one"
            raise _field_error(field, text, expected)
    for match in _URL.finditer(text):
        scheme = match[1].lower()
        if scheme in _SCRIPTS or (match[0].endswith("://") and scheme != "https"):
            raise _field_error(field, text, f"links that begin with https://, not {scheme}:")


def _check_link(link: object) -> str | None:
    if link is None:
        return None
    expected = "a link such as https://example.com/page, without user name or password"
    if not isinstance(link, str) or len(link) > LINK_CHARS or not _LINK.fullmatch(link):
        raise _field_error("link", link, expected)
    try:
        parts = urlsplit(link)
        fits = bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        fits = False
    if not fits or not link.isascii():
        raise _field_error("link", link, expected)
    return link


def _field_error(field: str, value: object, expected: str) -> InputError:
    got = f"{len(value)} characters" if isinstance(value, str) else type(value).__name__
    return InputError.of("announcement", field, got, expected)
