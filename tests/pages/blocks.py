"""Code blocks: what a page of Markdown asks its reader to run or write, in order."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

FENCE: Final = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,}|~{3,})(?P<info>.*)$")
TITLE: Final = re.compile(r'title="([^"]+)"')
NOTE: Final = re.compile(r"^ *<!-- (at|goes on from|not run:|part of) (.+?) -->$")
GENERATED: Final = re.compile(r"<!-- Written by docs/generate\.py")
COMMENT: Final = {"<!--": True, "-->": False}
RUN: Final = ("console", "python")
DATA: Final = ("toml", "json", "csv", "ini", "jinja", "mermaid", "text", "diff", "markdown")
KINDS: Final = (*RUN, *DATA)


class PageError(AssertionError):
    """A page that is not as it says, with its place."""


@dataclass(frozen=True, slots=True)
class Block:
    """One code block.

    Attributes:
        place: Page and line, as errors name it.
        kind: Its language.
        text: Its lines, without the fences.
        title: The file that it is, where it is one.
        reason: Why it is not run, where it is not.
        hidden: Whether it stands in a comment, and no reader sees it.
    """

    place: str
    kind: str
    text: str
    title: str | None = None
    reason: str | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """What a comment of the page says: ``at`` an instant, or ``goes on from`` a page."""

    place: str
    kind: str
    text: str


def read_page(page: Path, name: str) -> list[Block | Note]:
    """Return the blocks and notes of a page, in order.

    Args:
        page: The page's file.
        name: Its name in places.

    Raises:
        PageError: A block is of no known kind, or has no end.
    """
    found: list[Block | Note] = []
    written = page.read_text("utf-8").splitlines()
    generated = "written by docs/generate.py" if GENERATED.match(written[0]) else None
    lines = iter(enumerate(written, 1))
    reason, hidden = None, False
    for number, line in lines:
        place = f"{name}:{number}"
        if note := NOTE.match(line):
            if note[1] in {"not run:", "part of"}:
                reason = note[2] if note[1] == "not run:" else f"part of {note[2]}"
            else:
                found.append(Note(place, note[1], note[2]))
        elif line in COMMENT:
            hidden = COMMENT[line]
        elif fence := FENCE.match(line):
            kind, _, rest = fence["info"].strip().partition(" ")
            if kind not in KINDS:
                raise PageError(f"{place}: got a block of kind {kind!r}, expected one of {KINDS}")
            title = TITLE.search(rest)
            text = _until_end(lines, fence, place)
            found.append(Block(place, kind, text, title and title[1], reason or generated, hidden))
            reason = None
        elif line.strip() and reason is not None:
            raise PageError(f"{place}: expected a block after 'not run: {reason}'")
    return found


def _until_end(lines: object, fence: re.Match[str], place: str) -> str:
    kept: list[str] = []
    for _, line in lines:  # type: ignore[attr-defined]
        if line.strip() == fence["ticks"]:
            return textwrap.dedent("".join(f"{each}\n" for each in kept))
        kept.append(line)
    raise PageError(f"{place}: the block has no end")
