"""Row writer for PostgreSQL.

New rows go straight into their table by COPY in binary form. What changes rows that are there goes
the same way into a small temporary table, and one statement takes it from there: measured at two
and a half times the speed of arrays. A few rows are not worth that; they go as arrays, in one round
trip.

The temporary tables have no statistics, nor has the chunk that a sweep reads by; so for a
transaction that takes chunks the plans are pinned to the only ones that are right: from the few, by
index. Reading plans again each time, for the numbers it is given; writing must not, for then
PostgreSQL would plan again for each row's foreign key, too: half of what a row cost it.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.fast.driver import driver_connection
from lazsa_flow.store.fast.writer import REVIVED, written_columns
from lazsa_flow.store.rows import MOVED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lazsa_flow.store.fast.writer import Row

FEW: Final = 32
"""Up to so many rows go as arrays."""

PIN: Final = "; ".join(
    f"SET LOCAL {setting}"
    for setting in (
        "enable_seqscan = off",
        "enable_hashjoin = off",
        "enable_mergejoin = off",
        "max_parallel_workers_per_gather = 0",
        "jit = off",
        "plan_cache_mode = force_custom_plan",
    )
)
_WRITE: Final = "SET LOCAL plan_cache_mode = auto"


@dataclass(frozen=True)
class Batch:
    """Rows on their way, and the statement that takes them.

    Attributes:
        name: Of the temporary table.
        table: Whose columns these are.
        columns: The columns' names, by the names they have on the way.
        statement: What takes them; it reads them from ``{rows}``, named ``d``.
    """

    name: str
    table: sa.Table
    columns: dict[str, str]
    statement: str

    @cached_property
    def types(self) -> list[str]:
        """The columns' types."""
        return _list_types(self.table, tuple(self.columns.values()))

    @cached_property
    def arrays(self) -> str:
        """The statement on arrays, one a column."""
        values = ", ".join(f"%s::{each}[]" for each in self.types)
        return self.statement.format(rows=f"unnest({values}) AS d({', '.join(self.columns)})")

    @cached_property
    def staged(self) -> str:
        """The statement on the temporary table."""
        return self.statement.format(rows=f"pg_temp.{self.name} AS d")

    @cached_property
    def stage(self) -> str:
        """What makes the temporary table, or empties it."""
        columns = ", ".join(
            f"{name} {type_}" for name, type_ in zip(self.columns, self.types, strict=True)
        )
        return (
            f"CREATE TEMPORARY TABLE IF NOT EXISTS {self.name} ({columns}) ON COMMIT DELETE ROWS;"
            f" DELETE FROM pg_temp.{self.name}"
        )


@lru_cache
def _list_types(table: sa.Table, columns: tuple[str, ...]) -> list[str]:
    kinds = (sa.BigInteger, "int8"), (sa.Integer, "int4"), (sa.Boolean, "bool")
    types = {column.name: column.type for column in table.columns}  # their keys may differ
    return [
        next((name for kind, name in kinds if isinstance(types[column], kind)), "text")
        for column in columns
    ]


def _same_names(*names: str) -> dict[str, str]:
    return {name: name for name in names}


_KEY: Final = "t.path_id = d.path_id AND t.name = d.name AND t.due_at = d.due_at"
_TIMER: Final = written_columns(schema.timers)
_SLOT: Final = written_columns(schema.slots)

MOVES: Final = Batch(
    "lazsa_stage_moves",
    schema.paths,
    {"id": "id", "was": "seq", **_same_names(*MOVED)},
    f"UPDATE lazsa_paths t SET {', '.join(f'{name} = d.{name}' for name in MOVED)}"
    " FROM {rows} WHERE t.id = d.id AND t.seq = d.was",
)
ENDS: Final = Batch(
    "lazsa_stage_ends",
    schema.timers,
    _same_names("path_id", "name", "due_at", "status", "seq"),
    f"UPDATE lazsa_timers t SET status = d.status, seq = d.seq FROM {{rows}} WHERE {_KEY}",
)
SETS: Final = Batch(
    "lazsa_stage_timers",
    schema.timers,
    _same_names(*_TIMER),
    f"INSERT INTO lazsa_timers AS t ({', '.join(_TIMER)}) SELECT * FROM {{rows}}"
    " ON CONFLICT (path_id, name, due_at) DO UPDATE"
    f" SET {REVIVED}"
    " WHERE t.status = 'cancelled'",
)
FREED: Final = Batch(
    "lazsa_stage_slots",
    schema.slots,
    _same_names("lifecycle", "subject"),
    "DELETE FROM lazsa_slots t USING {rows}"
    " WHERE t.lifecycle = d.lifecycle AND t.subject = d.subject",
)


TAKEN: Final = Batch(
    "lazsa_stage_taken",
    schema.slots,
    _same_names(*_SLOT),
    f"INSERT INTO lazsa_slots ({', '.join(_SLOT)}) SELECT * FROM {{rows}} ON CONFLICT DO NOTHING",
)


@lru_cache
def appending(table: sa.Table, *, numbered: bool = False) -> Batch:
    """Return the batch that appends rows to a table; see :meth:`.writer.RowWriter.insert`."""
    names = written_columns(table, numbered=numbered)
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT * FROM {{rows}}"
    return Batch(f"stage_{table.name}", table, _same_names(*names), statement)


class PostgresWriter:
    """See :class:`lazsa_flow.store.fast.writer.RowWriter`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._reads = False  # pinned, as reading wants it

    def pin_plans(self) -> None:
        """Hold the database, until the transaction ends, to plans that go from the few by index."""
        self._connection.exec_driver_sql(PIN)
        self._reads = True

    @contextmanager
    def pipelined(self, most: int) -> Iterator[None]:
        """Send what is written in the block in one round trip, unless COPY has a part in it."""
        with (
            driver_connection(self._connection) as driver,
            driver.pipeline() if most <= FEW else nullcontext(),
        ):
            yield

    def insert(self, table: sa.Table, rows: Sequence[Row], *, numbered: bool = False) -> None:
        """Append rows."""
        batch = appending(table, numbered=numbered)
        if len(rows) <= FEW:
            self._take(batch, rows)
            return
        with driver_connection(self._connection) as driver, driver.cursor() as cursor:
            _copy_rows(cursor, table.name, batch, rows)

    def update_paths(self, rows: Sequence[Row]) -> int:
        """Set paths that still have the version they were read with; return how many had."""
        return self._take(MOVES, rows)

    def end_timers(self, rows: Sequence[Row]) -> None:
        """Set what became of timers."""
        self._take(ENDS, rows)

    def set_timers(self, rows: Sequence[Row]) -> None:
        """Set timers; one that was cancelled for the same instant is set again."""
        self._take(SETS, rows)

    def free_slots(self, rows: Sequence[Row]) -> None:
        """Delete places."""
        self._take(FREED, rows)

    def take_slots(self, rows: Sequence[Row]) -> int:
        """Take places that are free; return how many were."""
        return self._take(TAKEN, rows)

    def _take(self, batch: Batch, rows: Sequence[Row]) -> int:
        """Run a batch's statement on rows; return how many it has written."""
        with driver_connection(self._connection) as driver, driver.cursor() as cursor:
            if len(rows) <= FEW:
                cursor.execute(batch.arrays, [list(column) for column in zip(*rows, strict=True)])
            else:
                if self._reads:
                    cursor.execute(_WRITE)
                    self._reads = False
                cursor.execute(batch.stage)
                _copy_rows(cursor, f"pg_temp.{batch.name}", batch, rows)
                cursor.execute(batch.staged)
            written: int = cursor.rowcount
            return written


def _copy_rows(cursor: Any, table: str, batch: Batch, rows: Sequence[Row]) -> None:
    columns = ", ".join(batch.columns)
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types(batch.types)
        for row in rows:
            copy.write_row(row)
