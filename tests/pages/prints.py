"""What a page shows as printed, compared with what is printed."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

from tests.pages.blocks import PageError

if TYPE_CHECKING:
    from collections.abc import Sequence

ANY: Final = "…"


def check_printed(shown: Sequence[str], printed: str, place: str) -> None:
    """Compare lines that a page shows with what was printed.

    ``…`` in a line stands for any text, and alone in a line for any lines.

    Raises:
        PageError: They differ; the message shows both.
    """
    wanted = [line.rstrip() for line in shown]
    got = [line.rstrip() for line in printed.splitlines()]
    while got and not got[-1]:
        del got[-1]
    if not re.fullmatch(_pattern(wanted), "".join(f"{line}\n" for line in got)):
        lines = difflib.unified_diff(wanted, got, "the page", "printed", lineterm="")
        raise PageError(f"{place}: printed otherwise than the page shows\n" + "\n".join(lines))


def _pattern(lines: Sequence[str]) -> str:
    parts = []
    for line in lines:
        if line.strip() == ANY:
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*".join(map(re.escape, line.split(ANY))) + r"\n")
    return "".join(parts)
