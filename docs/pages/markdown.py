"""Pieces of Markdown that the generated pages are made of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEADER: Final = "<!-- Written by docs/generate.py; change what it reads, not this page. -->"

_REFERENCE: Final = re.compile(r":(?:mod|class|func|data|meth|attr|exc):`~?\.?([\w.]+)`")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Render a table; what a cell holds must not contain a line break or a bare ``|``."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def cell(text: str) -> str:
    """Return a text as it may stand in a cell: on one line, with ``|`` escaped."""
    return " ".join(text.split()).replace("|", "\\|")


def plain(docstring: str) -> str:
    """Return a docstring's text as Markdown: references become code, and lines run on."""
    code = _REFERENCE.sub(lambda match: f"`{match[1].rpartition('.')[2]}`", docstring)
    return " ".join(code.replace("``", "`").split())
