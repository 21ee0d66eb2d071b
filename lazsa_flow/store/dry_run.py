"""The store of a dry run: commands run on it as they are, and all that they write is undone.

It is an inner store (see :mod:`.inner_store`) of a transaction that is always rolled back. What
was written is kept as values, so that a dry run can say what would have happened.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import sqlalchemy as sa

from lazsa_flow.store import path_numbers, schema
from lazsa_flow.store.apply_changes import flatten
from lazsa_flow.store.inner_store import InnerStore
from lazsa_flow.store.retry import retrying
from lazsa_flow.store.transaction import SqlTransaction

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from lazsa_flow.engine.values import BatchChange, Change
    from lazsa_flow.store.scratch.copying import Due
    from lazsa_flow.store.store import SqlStore

_Result = TypeVar("_Result")


class DeletedText(NamedTuple):
    """A text that would be deleted: about whom, and of which kind; never what it says."""

    subject: str
    kind: str


class Written:
    """What a dry run has written and undone.

    Attributes:
        changes: Every change of a path, in order, linked ones included.
        texts: Every text that was deleted.
    """

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.texts: list[DeletedText] = []


class DryRunTransaction(SqlTransaction):
    """A part of a dry run; it keeps what it writes.

    See :func:`dry_run_class`, which makes one of an application's class of transactions.
    """

    written: Written

    def write_chunk(
        self, changes: Sequence[Change], batch_changes: Sequence[BatchChange] = ()
    ) -> None:
        """Write changes whole, and keep them."""
        super().write_chunk(changes, batch_changes)
        every = chain(changes, *(each.changes() for each in batch_changes))
        self.written.changes += flatten(every)

    def next_path_id(self) -> int:
        """Return a number that is free now, without taking it out of the sequence."""
        return path_numbers.find_number(self._connection)

    def _delete_texts(self, which: sa.ColumnElement[bool]) -> int:
        table = schema.texts
        query = sa.select(table.c.subject, table.c.kind).where(which).order_by(table.c.id)
        self.written.texts += (DeletedText(*row) for row in self._connection.execute(query))
        return super()._delete_texts(which)


def dry_run_class(transaction_class: type[SqlTransaction]) -> type[DryRunTransaction]:
    """Return the class of an application's transactions that keep what they write."""
    name = f"DryRun{transaction_class.__name__}"
    return type(name, (DryRunTransaction, transaction_class), {})


class DryRunStore(InnerStore):
    """State on a transaction that will be rolled back.

    Attributes:
        written: What the commands that ran on it have written.
    """

    def __init__(self, connection: sa.Connection, like: SqlStore) -> None:
        super().__init__(connection, like=like)
        self.written = Written()
        self._recording = dry_run_class(self.transaction_class)
        self._committed = like

    def copy_due(self, scratch: Path, due: Due) -> int:
        """Copy what falls due, as it is committed."""
        return self._committed.copy_due(scratch, due)

    def _transaction(self, *, write: bool) -> DryRunTransaction:
        transaction = self._recording(
            self._connection,
            self._probe,
            write=write,
            own=False,
            brakes=self.brakes,
            sources=self.sources,
        )
        transaction.written = self.written
        return transaction


def dry_run(store: SqlStore, run: Callable[[DryRunStore], _Result]) -> _Result:
    """Run a function on a store of which nothing remains, and again where the database gave up.

    Raises:
        ContendedError: The database gave up every time.
        UnavailableError: It cannot be reached.
    """

    def attempt() -> _Result:
        with store.undone() as connection:
            return run(DryRunStore(connection, store))

    return retrying(attempt, again=True, lost=True, lock_timeout_s=store.lock_timeout_s)
