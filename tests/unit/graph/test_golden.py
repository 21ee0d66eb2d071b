"""The pictures that were looked at, byte for byte."""

from __future__ import annotations

import pytest

from tests.golden.regenerate import FOLDER, GOLDEN, HINT, content
from tests.golden.surface import SNAPSHOT


@pytest.mark.parametrize("name", GOLDEN)
def test_the_golden_file(name: str) -> None:
    """Every renderer writes what was reviewed, byte for byte, on every machine."""
    assert content(GOLDEN[name]) == (FOLDER / name).read_bytes(), HINT


def test_no_golden_file_is_left_over() -> None:
    """Every file in the folder is made by a renderer, but the list of public names."""
    files = (file for file in FOLDER.rglob("*.*") if file.suffix not in (".py", ".pyc"))
    kept = {file.relative_to(FOLDER).as_posix() for file in files}
    assert kept == {*GOLDEN, SNAPSHOT.name}
