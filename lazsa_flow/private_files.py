"""Private files: only its own user can read what lazsa_flow writes.

Most of these files hold statements, comments, addresses or decisions. An existing file keeps its
mode.
"""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700


def create_file(file: Path) -> None:
    """Create an empty file, unless there is one; its folder must be there."""
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))
    except FileExistsError:
        return


def create_folder(folder: Path) -> None:
    """Create a folder and its parents, unless they exist."""
    try:
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)
    except FileNotFoundError:
        create_folder(folder.parent)
        folder.mkdir(mode=FOLDER_MODE, exist_ok=True)


def open_file(file: Path, mode: str = "w", **options: Any) -> IO[Any]:
    """Open a file for writing, as ``open`` does.

    Args:
        file: Where it is, or is to be.
        mode: ``w`` or ``wb``.
        options: Encoding and newline.
    """
    return open(file, mode, opener=lambda name, flags: os.open(name, flags, FILE_MODE), **options)


def write_file(file: Path, content: bytes) -> None:
    """Write a whole file."""
    with open_file(file, "wb") as out:
        out.write(content)
