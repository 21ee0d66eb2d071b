"""The pages that nobody writes by hand say what the tables say now."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


def _generate() -> Any:
    """Return docs/generate.py as a module."""
    spec = importlib.util.spec_from_file_location("docs_pages", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    return generate


def test_no_page_is_stale() -> None:
    """Every generated page and picture is what docs/generate.py would write now."""
    assert _generate().stale() == []


def test_every_lifecycle_is_shown() -> None:
    """The page of the lifecycles has each table's picture, on both papers, and its Mermaid text."""
    text = (ROOT / "docs" / "reference" / "lifecycles.md").read_text("utf-8")
    for lifecycle in _generate().TABLES:
        assert f'<img src="{lifecycle.name}.svg"' in text
        assert f'srcset="{lifecycle.name}-dark.svg"' in text
    assert text.count("```mermaid") == 3
