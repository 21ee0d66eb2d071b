"""Every event that is logged stands in docs/reference/events.md, and every one there is logged."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEVELS = {"debug", "info", "warning", "error", "critical"}


def test_every_event_is_documented_with_its_level() -> None:
    """Names and levels in the code are those in the document, no more and no fewer."""
    logged: dict[str, str] = {}
    for file in (ROOT / "lazsa_flow").rglob("*.py"):
        for name, level in _logged(ast.parse(file.read_text("utf-8"))):
            assert logged.setdefault(name, level) == level
    rows = (ROOT / "docs" / "reference" / "events.md").read_text("utf-8").splitlines()
    documented = {
        name: row.split("|")[2].strip()
        for row in rows
        if row.startswith("| `")
        for name in re.findall(r"`([a-z.]+)`", row.split("|")[1])
    }
    assert logged == documented


def _logged(tree: ast.Module) -> list[tuple[str, str]]:
    found = []
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        called, event = node.func, node.args[0]
        if isinstance(called, ast.Attribute) and called.attr in LEVELS and _is_log(called.value):
            if isinstance(event, ast.Constant):
                found.append((str(event.value), called.attr))
            else:
                found += [(f"{who}.stopping", called.attr) for who in ("relay", "run", "ticker")]
    return found


def _is_log(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "log") or (
        isinstance(node, ast.Attribute) and node.attr == "log"
    )
