"""One database as ``lazsa-flow doctor`` looks at it: also where nobody can write to it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lazsa_flow.errors import SchemaError
from lazsa_flow.store.connect import connect, file_of
from lazsa_flow.store.inspection import storage
from lazsa_flow.store.schema_revision import HEAD
from lazsa_flow.store.store import SqlStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lazsa_flow.store.inspection.storage import Room

_NOT_MIGRATED = "the database has no lazsa_flow schema; run: lazsa-flow migrate"


class InspectedDatabase:
    """A database that is examined.

    Args:
        url: The database's URL.
        store_class: The application's class of stores.

    Raises:
        InputError: The URL is none of ours.
        SchemaError: There is no such file, or it cannot be opened.
    """

    def __init__(self, url: str, store_class: type[SqlStore] = SqlStore) -> None:
        self._engine = connect(url)
        self.file: Path | None = file_of(self._engine.url)
        try:
            if self.file is not None and not self.file.exists():
                raise SchemaError(_NOT_MIGRATED)  # noqa: TRY301 - to connect would make an empty one
            self.store = store_class(url)
        except BaseException:
            self._engine.dispose()
            raise

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._engine.dialect.name

    def close(self) -> None:
        """Close every connection."""
        self.store.close()
        self._engine.dispose()

    @contextmanager
    def read(self) -> Iterator[Any]:
        """Open a transaction that only reads."""
        with self.store.begin(write=False) as transaction:
            yield transaction

    def revisions(self) -> tuple[str | None, str]:
        """Return the revision that the schema stands at, and this release's.

        Raises:
            SchemaError: There is nothing of ours in the database.
        """
        with self.read() as transaction:
            found = transaction.inspect().revision()
            if found is None and not transaction.inspect().has_tables():
                raise SchemaError(_NOT_MIGRATED)
        return found, HEAD

    def unwritable(self) -> list[str]:
        """Return the reasons why it cannot be written to."""
        return list(storage.find_write_obstacles(self._engine))

    def unlimited(self) -> list[str]:
        """Return the time limits that a session should have and has not; none on SQLite."""
        return storage.find_missing_limits(self._engine)

    def room(self) -> Room | None:
        """Return how much room there is next to its file; ``None`` where it has none."""
        return None if self.file is None else storage.measure_room(self.file)
