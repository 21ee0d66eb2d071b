"""Identity of an SQLite file: a process writes to the file that its path names, or not at all.

A file that is moved to another's place leaves every process that had the other open with a file
that has no name any more: what they wrote there would be lost, and their log would stand next to
the new file under its name. So each transaction asks whether the path still names the file that was
opened first. Where it does not, the process has to be started again, or the old file put back.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lazsa_flow.errors import ReplacedError
from lazsa_flow.logs import log

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


class FileIdentity:
    """The file that the connections of one engine have open.

    Args:
        file: Its path.
    """

    def __init__(self, file: Path) -> None:
        self._path, self._name = os.fspath(file), file.name
        self._opened: tuple[int, int] | None = None

    def note(self) -> None:
        """Take note of which file the first connection has opened."""
        if self._opened is None:
            self._opened = self._identity()

    def check(self, driver: sqlite3.Connection) -> None:
        """Let a transaction begin whose file is the one that the path names.

        Args:
            driver: The connection on which it has begun; it is rolled back where it may not.

        Raises:
            ReplacedError: The file was replaced or removed.
        """
        if self._identity() == self._opened:
            return
        driver.rollback()
        log.critical("database.replaced", file=self._name)
        raise ReplacedError

    def _identity(self) -> tuple[int, int] | None:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - asked before each write, and twice as fast
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino
