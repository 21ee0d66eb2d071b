"""Options and arguments: each is declared once, in a module of options."""

from __future__ import annotations

import ast
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[3] / "lazsa_flow"
FOLDERS: Final = (ROOT / "cli", ROOT / "award" / "cli")


def _declarations(file: Path) -> Iterator[str]:
    """Yield each option or argument that a module declares, as it stands there."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = ast.unparse(node.func)
            if name in ("typer.Option", "typer.Argument"):
                yield ast.unparse(node)


def test_command_modules_declare_none() -> None:
    """A command names the type of an option; no command module declares one."""
    modules = chain.from_iterable(folder.glob("*.py") for folder in FOLDERS)
    found = {file.name for file in modules if any(_declarations(file))}
    assert found == {"options.py", "process_options.py", "foresight_options.py"}


def test_each_is_declared_once() -> None:
    """No two options or arguments are declared alike, nor do two have one name."""
    files = list(chain.from_iterable(folder.glob("*options.py") for folder in FOLDERS))
    declared = list(chain.from_iterable(map(_declarations, files)))
    assert len(declared) == len(set(declared)) > 100
    names = [
        target.id
        for file in files
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    ]
    assert len(names) == len(set(names))
