"""Row writer for SQLite.

One prepared statement, run by the driver for one tuple after the other: there is no server to go
to, and the row found by its key is changed in place.

Parameters are plain ``?`` in the order of the statement: the driver warns of numbered ones that are
given as a sequence, and newer versions of Python refuse them. The rows begin with their key, which
an UPDATE names last, so they are put into its order on the way.
"""

from __future__ import annotations

from contextlib import nullcontext
from functools import lru_cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.store import schema
from lazsa_flow.store.fast.driver import driver_connection
from lazsa_flow.store.fast.writer import REVIVED, written_columns
from lazsa_flow.store.rows import MOVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager

    import sqlalchemy as sa

from lazsa_flow.store.fast.writer import Row

_MOVE: Final = (
    f"UPDATE lazsa_paths SET {', '.join(f'{name} = ?' for name in MOVED)} WHERE id = ? AND seq = ?"
)
_move_order: Final = itemgetter(*range(2, 2 + len(MOVED)), 0, 1)
_END: Final = (
    "UPDATE lazsa_timers SET status = ?, seq = ? WHERE path_id = ? AND name = ? AND due_at = ?"
)
_end_order: Final = itemgetter(3, 4, 0, 1, 2)
_AGAIN: Final = (
    f" ON CONFLICT (path_id, name, due_at) DO UPDATE SET {REVIVED} WHERE status = 'cancelled'"
)
_FREE: Final = "DELETE FROM lazsa_slots WHERE lifecycle = ? AND subject = ?"
_IF_FREE: Final = " ON CONFLICT DO NOTHING"


@lru_cache
def _insert(table: sa.Table, *, numbered: bool = False) -> str:
    names = written_columns(table, numbered=numbered)
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO main.{table.name} ({', '.join(names)}) VALUES ({marks})"


class SqliteWriter:
    """See :class:`lazsa_flow.store.fast.writer.RowWriter`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def _run(self, statement: str, rows: Iterable[Row]) -> Any:
        with driver_connection(self._connection) as driver:
            return driver.executemany(statement, rows)

    def pin_plans(self) -> None:
        """Do nothing: a join goes in the order in which its statement is written."""

    def flush(self, commit: Callable[[], None] | None = None) -> None:
        """Commit: nothing is held."""
        if commit is not None:
            commit()

    def discard(self) -> None:
        """Do nothing: nothing is held."""

    def pipelined(self, most: int) -> AbstractContextManager[None]:
        """Do nothing: there is no server to go to."""
        return nullcontext()

    def insert(self, table: sa.Table, rows: Sequence[Row], *, numbered: bool = False) -> None:
        """Append rows."""
        self._run(_insert(table, numbered=numbered), rows)

    def update_paths(self, rows: Sequence[Row]) -> int:
        """Set paths that still have the version they were read with; return how many had."""
        moved: int = self._run(_MOVE, map(_move_order, rows)).rowcount
        return moved

    def end_timers(self, rows: Sequence[Row]) -> None:
        """Set what became of timers."""
        self._run(_END, map(_end_order, rows))

    def set_timers(self, rows: Sequence[Row]) -> None:
        """Set timers; one that was cancelled for the same instant is set again."""
        self._run(_insert(schema.timers) + _AGAIN, rows)

    def free_slots(self, rows: Sequence[Row]) -> None:
        """Delete places."""
        self._run(_FREE, rows)

    def take_slots(self, rows: Sequence[Row]) -> int:
        """Take places that are free; return how many were."""
        taken: int = self._run(_insert(schema.slots) + _IF_FREE, rows).rowcount
        return taken
