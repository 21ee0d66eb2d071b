"""Row writers: many rows written at once.

A :class:`RowWriter` takes rows as plain tuples, in the schema's column order and as text, and
writes them by the shortest way its database knows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from lazsa_flow.store.rows import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    import sqlalchemy as sa

Row = tuple[Any, ...]


class MovedError(Exception):
    """A path has moved since it was read; nothing of what was held may stay."""


class RowWriter(Protocol):
    """Writes within the transaction of a connection."""

    def pin_plans(self) -> None:
        """Hold the database, until the transaction ends, to plans that go from the few by index."""
        ...

    def flush(self, commit: Callable[[], None] | None = None) -> None:
        """Write what is held until now, and commit.

        Raises:
            MovedError: A path has moved since it was read; there is no commit.
        """
        ...

    def discard(self) -> None:
        """Forget what is held: what it belongs to is undone."""
        ...

    def pipelined(self, most: int) -> AbstractContextManager[None]:
        """Send what is written in the block in one round trip, where that can be.

        Args:
            most: How many rows the largest of it has.
        """
        ...

    def insert(self, table: sa.Table, rows: Sequence[Row], *, numbered: bool = False) -> None:
        """Append rows.

        Args:
            table: The table.
            rows: The rows; a number that the database counts up is left out of them.
            numbered: Whether it is not: the numbers were taken before.
        """
        ...

    def update_paths(self, rows: Sequence[Row]) -> int:
        """Set paths that still have the version they were read with; return how many had.

        Units:
            A row is the path's number, the version read, and :data:`lazsa_flow.store.rows.MOVED`.
        """
        ...

    def end_timers(self, rows: Sequence[Row]) -> None:
        """Set what became of timers.

        Units:
            A row is path, name, instant, status and ``seq``.
        """
        ...

    def set_timers(self, rows: Sequence[Row]) -> None:
        """Set timers; one that was cancelled for the same instant is set again."""
        ...

    def free_slots(self, rows: Sequence[Row]) -> None:
        """Delete places; a row is lifecycle and subject."""
        ...

    def take_slots(self, rows: Sequence[Row]) -> int:
        """Take places that are free, each for a path; return how many were."""
        ...


REVIVED = ", ".join(
    (
        "status = 'pending'",
        "seq = NULL",
        *(f"{name} = excluded.{name}" for name in ("due_on", "zone", "country", "book_on")),
    )
)
"""How a cancelled timer is set again at the same instant: it may be of another zone or country."""


def written_columns(table: sa.Table, *, numbered: bool = False) -> list[str]:
    """Return the columns that a row gives: all but a number that the database counts up.

    Args:
        table: The table.
        numbered: Whether a row gives that number, too.
    """
    if table.name in FIELDS:
        return list(FIELDS[table.name])
    counted = None if numbered else table.autoincrement_column
    return [column.name for column in table.columns if column is not counted]
