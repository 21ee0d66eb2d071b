"""References in docstrings lead somewhere: no module or name that has moved is still named."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
REFERENCE: Final = re.compile(r":(?:mod|class|func|data|meth|attr|exc):`~?(\.?\w[\w.]*)`")


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
