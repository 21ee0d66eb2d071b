"""References in docstrings lead somewhere: no module or name that has moved is still named."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
REFERENCE: Final = re.compile(r":(?:mod|class|func|data|meth|attr|exc):`~?(\.?\w[\w.]*)`")
PRIVATE: Final = re.compile(r"`(_[a-z]\w+)`")
PLACED: Final = re.compile(r"`(\w+)`\s+(?:in|of)\s+\[[^\]]*\]\(([^)#]+\.py)\)")


def _leads_somewhere(dotted: str) -> bool:
    """Tell whether a dotted name is a module, or what a module or one of its classes has."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for name in parts[end:]:
            if name in getattr(found, "__annotations__", {}):
                return True
            if not hasattr(found, name):
                return False
            found = getattr(found, name)
        return True
    return False


def test_references_lead_somewhere() -> None:
    """Each reference to a module or name of ours, relative or whole, can be followed."""
    lost = []
    for file in sorted((ROOT / "lazsa_flow").rglob("*.py")):
        package = ".".join(file.relative_to(ROOT).parent.parts)
        for name in REFERENCE.findall(file.read_text("utf-8")):
            dotted = f"{package}{name}" if name.startswith(".") else name
            if dotted.startswith("lazsa_flow.") and not _leads_somewhere(dotted):
                lost.append(f"{file.relative_to(ROOT)}: {name}")
    assert not lost


def _list_pages() -> list[Path]:
    pages = [ROOT / "CONTRIBUTING.md", ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in pages if "decisions" not in page.parts]  # those tell of their day


def test_pages_name_code_that_is_there() -> None:
    """A private name on a page is one of our code; what is "in" a linked file stands in it."""
    code = "\n".join(
        file.read_text("utf-8")
        for folder in ("lazsa_flow", "tests", "docs")
        for file in (ROOT / folder).rglob("*.py")
    )
    known = set(re.findall(r"\b_[a-z]\w+", code))
    lost = []
    for page in _list_pages():
        text = page.read_text("utf-8")
        lost += [
            f"{page.relative_to(ROOT)}: {name}"
            for name in PRIVATE.findall(text)
            if name not in known
        ]
        for name, place in PLACED.findall(text):
            file = page.parent / place
            if not re.search(rf"\b{name}\b", file.read_text("utf-8")):
                lost.append(f"{page.relative_to(ROOT)}: {name} in {place}")
    assert not lost
