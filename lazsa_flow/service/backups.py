"""Backups of an SQLite database, taken while others work on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from lazsa_flow.store.backup import Backup


class Backups(Part):
    """Backups."""

    def backup(self, file: Path | str, *, overwrite: bool = False) -> Backup:
        """Copy the SQLite database into one file, while others work on it, and check the copy.

        Args:
            file: The backup.
            overwrite: Whether it may take the place of a file that is there.

        Returns:
            The file that was written, and what it holds.

        Raises:
            InputError: The database is not SQLite's, or the file cannot be written.
            DamagedError: The database is damaged; nothing is left of the copy.
            UnavailableError: The database cannot be read, or there is no room.
        """
        return self._runtime.store.backup(Path(file), overwrite=overwrite)
