"""The page on JSON: which keys it names."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs/reference/json.md"


def json_section(title: str) -> str:
    """Return a section of the page, up to the next one."""
    return PAGE.read_text("utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]


def json_keys(table: str) -> set[str]:
    """Return the keys in the first column of a table."""
    rows = re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}
