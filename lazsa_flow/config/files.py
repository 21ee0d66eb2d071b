"""Configuration files: listed and read safely, whatever else a directory holds.

A file that cannot be read is a :class:`ConfigError` that names it, never an error of Python's.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import ConfigError, Problem

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

LARGEST: Final = 1_000_000
"""Units: bytes. No file of a configuration is larger; what is larger is no configuration."""
SUFFIX: Final = ".toml"


def read_file(file: Traversable, *, where: str) -> str:
    """Read a file's text; a byte order mark and Windows' line ends are left out of it.

    Args:
        file: Which.
        where: Its name, for the error.

    Raises:
        ConfigError: It is no regular file, is too large, cannot be read, or is not UTF-8.
    """
    try:
        if not file.is_file():
            raise ConfigError([Problem(where, "", "no regular file", "a readable text file")])
        if isinstance(file, Path) and file.stat().st_size > LARGEST:
            expected = f"at most {LARGEST:,} bytes"
            raise ConfigError([Problem(where, "", "a larger file", expected)])
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        got = f"the byte 0x{error.object[error.start]:02x} at {error.start}"
        raise ConfigError([Problem(where, "", got, "text in UTF-8")]) from None
    except OSError as error:
        got = error.strerror or type(error).__name__
        raise ConfigError([Problem(where, "", got, "a readable text file")]) from None
    return text.replace("\r\n", "\n")


def list_folder(folder: Traversable, *, where: str) -> list[Traversable]:
    """Return what is in a folder, by name; nothing where there is none.

    Raises:
        ConfigError: It is no folder, or cannot be listed.
    """
    try:
        if folder.is_dir():
            return sorted(folder.iterdir(), key=lambda file: file.name)
        if folder.is_file():
            raise ConfigError([Problem(where, "", "a file", "a folder")])
    except OSError as error:
        got = error.strerror or type(error).__name__
        raise ConfigError([Problem(where, "", got, "a readable folder")]) from None
    return []


def toml_files(folder: Traversable, *, where: str) -> list[Traversable]:
    """Return the TOML files of a folder, by name.

    Raises:
        ConfigError: The folder cannot be listed.
    """
    found = list_folder(folder, where=where)
    return [file for file in found if file.name.endswith(SUFFIX) and not is_hidden(file)]


def is_hidden(file: Traversable) -> bool:
    """Return whether a file's name marks it as hidden or a backup."""
    return file.name.startswith(".")
