"""Buffered writing: a single move goes to PostgreSQL as one statement, the commit behind it.

The few rows of a move are held until the transaction commits, or until something is read in it.
Then they go as the parts of one statement, with the commit in the same round trip. All parts of a
statement see the tables as they were before it; so what would touch a row that is touched already
sends what is held first.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from functools import lru_cache
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy.exc import DBAPIError

from lazsa_flow.store import schema
from lazsa_flow.store.fast.driver import driver_connection, run_numbered
from lazsa_flow.store.fast.writer import REVIVED, MovedError, written_columns
from lazsa_flow.store.fast.writer_postgresql import PostgresWriter
from lazsa_flow.store.rows import MOVED

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Sequence

    import sqlalchemy as sa

    from lazsa_flow.store.fast.writer import Row

HELD: Final = 3
"""So many rows of a kind are held; more are no single move's, and go at once."""
_STALE: Final = "22012"
"""The state of the error by which the server refuses the commit: division_by_zero."""


class Part(NamedTuple):
    """A statement that writes one row; its parameters are ``{0}``, ``{1}`` ...

    Attributes:
        must: Whether it may write none, and then nothing of the transaction may stay.
    """

    text: str
    must: bool = False


@lru_cache
def _inserting(table: sa.Table, *, numbered: bool = False) -> str:
    names = written_columns(table, numbered=numbered)
    marks = ", ".join(f"{{{n}}}" for n in range(len(names)))
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"


_MOVE: Final = Part(
    f"UPDATE lazsa_paths SET {', '.join(f'{name} = {{{n}}}' for n, name in enumerate(MOVED, 2))}"
    " WHERE id = {0} AND seq = {1}",
    must=True,
)
_END: Final = Part(
    "UPDATE lazsa_timers SET status = {3}, seq = {4}"
    " WHERE path_id = {0} AND name = {1} AND due_at = {2}"
)
_SET: Final = Part(
    f"{_inserting(schema.timers)} ON CONFLICT (path_id, name, due_at) DO UPDATE"
    f" SET {REVIVED}"
    " WHERE lazsa_timers.status = 'cancelled'"
)
_FREE: Final = Part("DELETE FROM lazsa_slots WHERE lifecycle = {0} AND subject = {1}")
_TAKE: Final = Part(f"{_inserting(schema.slots)} ON CONFLICT DO NOTHING", must=True)


@lru_cache(maxsize=256)
def _composed(parts: tuple[tuple[Part, int], ...], *, last: bool) -> str:
    """Make one statement out of parts, each with the number of its parameters.

    It returns how many of the rows it has written that it must; the last one of a transaction
    fails unless it has written all of them, so that the commit behind it is none.
    """
    ends = accumulate((count for _, count in parts), initial=0)
    named = [
        f"w{n} AS ({part.text.format(*(f'${k + 1}' for k in range(*span)))} RETURNING 1)"
        for n, ((part, _), span) in enumerate(zip(parts, pairwise(ends), strict=True))
    ]
    needed = [f"(SELECT count(*) FROM w{n})" for n, (part, _) in enumerate(parts) if part.must]
    written = " + ".join(needed) or "0"
    result = f"1 / ({written} = {len(needed)})::int" if last else written
    return f"WITH {', '.join(named)} SELECT {result}"


class BufferedWriter(PostgresWriter):
    """See :class:`lazsa_flow.store.fast.writer.RowWriter`."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(connection)
        self._held: list[tuple[Part, Row]] = []
        self._touched: set[Hashable] = set()

    def flush(self, commit: Callable[[], None] | None = None) -> None:
        """Write what is held; commit in the same round trip, where that is all there is."""
        held, self._held = self._held, []
        self._touched.clear()
        if held:
            text = _composed(tuple((part, len(row)) for part, row in held), last=bool(commit))
            values = list(chain.from_iterable(row for _, row in held))
            if commit:
                self._flush_and_commit(text, values, commit)
                return
            with driver_connection(self._connection) as driver:
                [(written,)] = run_numbered(driver, text, values).fetchall()
            if written != sum(part.must for part, _ in held):
                raise MovedError
        elif commit:
            commit()

    def discard(self) -> None:
        """Forget what is held: what it belongs to is undone."""
        self._held.clear()
        self._touched.clear()

    def _flush_and_commit(self, text: str, values: list[Any], commit: Callable[[], None]) -> None:
        try:
            with driver_connection(self._connection) as driver, driver.pipeline():
                run_numbered(driver, text, values)
                run_numbered(driver, "COMMIT", [])
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != _STALE:
                raise
            with driver_connection(self._connection) as driver:
                driver.rollback()
            raise MovedError from None
        commit()  # of what is committed: SQLAlchemy takes part

    @contextmanager
    def pipelined(self, most: int) -> Iterator[None]:
        """Send what is written in the block in one round trip; what is held goes so anyway."""
        with nullcontext() if most <= HELD else super().pipelined(most):
            yield

    def insert(self, table: sa.Table, rows: Sequence[Row], *, numbered: bool = False) -> None:
        """Append rows."""
        touched = [(table.name, row[0]) for row in rows] if table is schema.paths else []
        if not self._hold(Part(_inserting(table, numbered=numbered)), rows, touched):
            super().insert(table, rows, numbered=numbered)

    def update_paths(self, rows: Sequence[Row]) -> int:
        """Set paths that still have the version they were read with; return how many had.

        For paths that are held this is found when they are sent.
        """
        held = self._hold(_MOVE, rows, [(schema.paths.name, row[0]) for row in rows])
        return len(rows) if held else super().update_paths(rows)

    def end_timers(self, rows: Sequence[Row]) -> None:
        """Set what became of timers."""
        if not self._hold(_END, rows, [row[:3] for row in rows]):
            super().end_timers(rows)

    def set_timers(self, rows: Sequence[Row]) -> None:
        """Set timers; one that was cancelled for the same instant is set again."""
        if not self._hold(_SET, rows, [row[:3] for row in rows]):
            super().set_timers(rows)

    def free_slots(self, rows: Sequence[Row]) -> None:
        """Delete places."""
        if not self._hold(_FREE, rows, [(schema.slots.name, *row[:2]) for row in rows]):
            super().free_slots(rows)

    def take_slots(self, rows: Sequence[Row]) -> int:
        """Take places that are free; return how many were.

        For places that are held this is found when they are sent.
        """
        held = self._hold(_TAKE, rows, [(schema.slots.name, *row[:2]) for row in rows])
        return len(rows) if held else super().take_slots(rows)

    def _hold(self, part: Part, rows: Sequence[Row], touched: Sequence[Hashable]) -> bool:
        """Hold rows, unless they are many; what touches a row that is held sends that first."""
        few = len(rows) <= HELD
        if not few or not self._touched.isdisjoint(touched):
            self.flush()
        if few:
            self._held += [(part, row) for row in rows]
            self._touched.update(touched)
        return few
