"""How large a file and a function may be, so that a reader can hold one in mind."""

from __future__ import annotations

import ast
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
FILE_LINES: Final = 350
FUNCTION_LINES: Final = 50
LARGE_FILES: Final[frozenset[str]] = frozenset({})
"""Files that are still to be split; a file leaves the list with the change that splits it."""
LONG_FUNCTIONS: Final[frozenset[str]] = frozenset({})
"""Functions that are still to be split."""


def _sources() -> dict[str, str]:
    """Return the text of each file of the package and its workers, but for migrations."""
    files = chain((ROOT / "lazsa_flow").rglob("*.py"), (ROOT / "workers").rglob("*.py"))
    named = ((file.relative_to(ROOT).as_posix(), file) for file in files)
    return {
        name: file.read_text("utf-8")
        for name, file in named
        if not name.startswith("lazsa_flow/store/migrations/")
    }


def _functions(name: str, text: str) -> Iterator[tuple[str, int]]:
    """Yield each function's name and its lines, signature and docstring included."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{name}::{node.name}", node.end_lineno - node.lineno + 1


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    """Return the text of each file."""
    return _sources()


def test_no_file_is_too_long(sources: dict[str, str]) -> None:
    """A file has at most 350 lines; those that still have more are listed, and no others."""
    large = {name for name, text in sources.items() if text.count("\n") > FILE_LINES}
    assert large == LARGE_FILES


def test_no_function_is_too_long(sources: dict[str, str]) -> None:
    """A function has at most 50 lines; those that still have more are listed, and no others."""
    found = chain.from_iterable(_functions(name, text) for name, text in sources.items())
    long = {name for name, lines in found if lines > FUNCTION_LINES}
    assert long == LONG_FUNCTIONS
