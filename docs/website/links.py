"""The links of a Markdown page, and the anchors that a link to it may name."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FENCE: Final = re.compile(r"^( *)(`{3,}|~{3,}).*?^\1\2`*~* *$", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(
    r"(?P<before>\]\(|\b(?:src|srcset|href)=\")(?P<target>[^)\s\"]+)"
    r"(?P<after>(?: \"[^\"]*\")?[)\"])"
)
_HEADING: Final = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_ID: Final = re.compile(r"\bid=\"([^\"]+)\"")
_SHOWN: Final = re.compile(r"^::: (\S+)$", re.MULTILINE)
"""What mkdocstrings shows, which has its own name as its anchor."""
_ELSEWHERE: Final = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_MARKUP: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)|<[^>]+>")


class Link(NamedTuple):
    """Where a link leads: a file, relative to its page ("" for the page itself), and an anchor."""

    file: str
    anchor: str


def split_target(target: str) -> Link | None:
    """Split a link's target.

    Args:
        target: As it stands between the parentheses.

    Returns:
        The file and the anchor; None if the link leads to another host.
    """
    if _ELSEWHERE.match(target) or target.startswith("//"):
        return None
    file, _, anchor = target.partition("#")
    return Link(file, anchor)


def list_links(text: str) -> Iterator[Link]:
    """List the links of a page that lead to a file or an anchor, code blocks left out."""
    for match in _LINK.finditer(_without_code(text)):
        link = split_target(match["target"])
        if link is not None:
            yield link


def replace_links(text: str, change: Callable[[Link], str | None]) -> str:
    """Replace the targets of a page's links.

    Args:
        text: The page.
        change: Takes a link that leads to a file; returns its new target, or None to leave it.

    Returns:
        The page with the new targets; code blocks are as they were.
    """

    def replaced(match: re.Match[str]) -> str:
        link = split_target(match["target"])
        target = change(link) if link is not None and link.file else None
        return match[0] if target is None else f"{match['before']}{target}{match['after']}"

    parts, position = [], 0
    for fence in _FENCE.finditer(text):
        parts += [_LINK.sub(replaced, text[position : fence.start()]), fence[0]]
        position = fence.end()
    return "".join((*parts, _LINK.sub(replaced, text[position:])))


def list_anchors(text: str) -> set[str]:
    """List the anchors of a page: its headings, names that it shows, and ids that it sets."""
    prose = _without_code(text)
    anchors = {*_ID.findall(prose), *_SHOWN.findall(prose)}
    counts: dict[str, int] = {}
    for heading in _HEADING.findall(prose):
        slug = _slug(heading)
        count = counts[slug] = counts.get(slug, -1) + 1
        anchors.add(f"{slug}_{count}" if count else slug)
    return anchors


def _without_code(text: str) -> str:
    return re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", _keep_links_text, _FENCE.sub("", text))


def _keep_links_text(match: re.Match[str]) -> str:
    """Keep what code spans hold, but for what would read as a link."""
    return match[0].replace("](", "] (").replace("<", "").replace('="', "= ")


def _slug(heading: str) -> str:
    """Return the anchor of a heading, as the site and the viewers of repositories make it."""
    plain = _MARKUP.sub(lambda match: match[1] or "", heading.replace("`", ""))
    kept = re.sub(r"[^\w\- ]", "", unicodedata.normalize("NFC", plain)).strip().lower()
    return kept.replace(" ", "-")
