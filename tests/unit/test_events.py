"""Every event that is logged stands in docs/reference/events.md, with its level and its fields."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
LEVELS = {"debug", "info", "warning", "error", "critical"}


@dataclass(slots=True)
class Logged:
    """How an event is logged.

    Attributes:
        fields: Those that its calls name.
        open: Whether a call has others besides, as ``**about``.
    """

    level: str
    fields: set[str] = field(default_factory=set)
    open: bool = False


def test_every_event_is_documented_with_its_level_and_fields() -> None:
    """Names, levels and fields in the code are those in the document, no more and no fewer."""
    logged: dict[str, Logged] = {}
    for file in (ROOT / "lazsa_flow").rglob("*.py"):
        for name, level, keywords in _find_calls(ast.parse(file.read_text("utf-8"))):
            found = logged.setdefault(name, Logged(level))
            assert found.level == level, name
            found.fields |= {each.arg for each in keywords if each.arg}
            found.open |= any(each.arg is None for each in keywords)
    documented = _read_page()
    assert {name: each.level for name, each in logged.items()} == {
        name: level for name, (level, _) in documented.items()
    }
    for name, each in logged.items():
        told = documented[name][1]
        assert each.fields <= told if each.open else each.fields == told, name


def _read_page() -> dict[str, tuple[str, set[str]]]:
    """Return level and fields of each event of the page."""
    found: dict[str, tuple[str, set[str]]] = {}
    for row in (ROOT / "docs" / "reference" / "events.md").read_text("utf-8").splitlines():
        if row.startswith("| `"):
            _, names, level, fields, *_ = (each.strip() for each in row.split("|"))
            told = set(re.findall(r"[a-z][a-z0-9_]*", fields.replace(" or ", " ")))
            found |= dict.fromkeys(re.findall(r"`([a-z.]+)`", names), (level, told))
    return found


def _find_calls(tree: ast.Module) -> Iterator[tuple[str, str, list[ast.keyword]]]:
    """Yield name, level and keywords of each event that a module logs."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and node.args):
            continue
        called, event = node.func, node.args[0]
        if isinstance(called, ast.Attribute) and called.attr in LEVELS and _is_log(called.value):
            stopping = [f"{who}.stopping" for who in ("relay", "run", "ticker")]
            names = [str(event.value)] if isinstance(event, ast.Constant) else stopping
            for name in names:
                yield name, called.attr, node.keywords


def _is_log(node: ast.expr) -> bool:
    return (isinstance(node, ast.Name) and node.id == "log") or (
        isinstance(node, ast.Attribute) and node.attr == "log"
    )
