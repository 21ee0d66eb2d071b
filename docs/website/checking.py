"""Is the site that was built whole? Links, anchors, ids, other hosts, and text that is no text."""

from __future__ import annotations

import re
from functools import cached_property
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FETCHED: Final = {("img", "src"), ("script", "src"), ("link", "href"), ("source", "srcset")}
"""What a browser fetches by itself."""
_UNFORMATTED: Final = re.compile(r"^(?:[-*] |1\. |\| )", re.MULTILINE)


class BuiltPage(HTMLParser):
    """What a built page links to, the ids it has, and its paragraphs."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.paragraphs: list[str] = []
        self._in_paragraph = False
        self._in_code = False
        self.feed(file.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, an id, or that a paragraph begins."""
        for name, value in attrs:
            if name in {"href", "src", "srcset"} and value is not None:
                rel = dict(attrs).get("rel") or ""
                if rel != "canonical":
                    self.links.append((tag, name, value))
            elif name == "id" and value:
                self.ids.append(value)
        if tag == "p":
            self._in_paragraph = True
            self.paragraphs.append("")
        self._in_code = self._in_code or tag == "code"

    def handle_endtag(self, tag: str) -> None:
        """Note that a paragraph or code ends."""
        self._in_paragraph = self._in_paragraph and tag != "p"
        self._in_code = self._in_code and tag != "code"

    def handle_data(self, data: str) -> None:
        """Keep what a paragraph says, but for its code."""
        if self._in_paragraph and not self._in_code:
            self.paragraphs[-1] += data


class BuiltSite:
    """A site that was built, whose pages are read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def pages(self) -> dict[Path, BuiltPage]:
        """Return the pages of the site by their files."""
        return {file: BuiltPage(file) for file in sorted(self.folder.rglob("*.html"))}

    def list_faults(self) -> Iterator[str]:
        """List what is wrong, each with the page it is on."""
        for file, page in self.pages.items():
            name = file.relative_to(self.folder)
            for tag, attribute, target in page.links:
                fault = self._judge(file, tag, attribute, target)
                if fault is not None:
                    yield f"{name}: {target}: {fault}"
            for each in sorted({one for one in page.ids if page.ids.count(one) > 1}):
                if not each.startswith("__"):
                    yield f"{name}: the id {each} stands twice"
            for paragraph in page.paragraphs:
                if _UNFORMATTED.search(paragraph):
                    yield f"{name}: a list or table shown as text: {paragraph[:60]!r}"

    def _judge(self, file: Path, tag: str, attribute: str, target: str) -> str | None:
        """Return what is wrong with a link; None if nothing."""
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            fetched = (tag, attribute) in _FETCHED and parts.scheme != "data"
            return "is fetched from another host" if fetched else None
        goal = (file.parent / unquote(parts.path)).resolve() if parts.path else file
        if goal.is_dir():
            goal /= "index.html"
        if not goal.is_file():
            return "leads to no file"
        anchor = unquote(parts.fragment)
        if anchor and goal.suffix == ".html" and not anchor.startswith(("__", "only-")):
            return None if anchor in self.pages[goal].ids else "leads to no anchor"
        return None
