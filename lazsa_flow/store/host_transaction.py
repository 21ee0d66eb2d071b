"""The store on a connection that a host has opened, within the host's own transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from lazsa_flow.errors import InputError
from lazsa_flow.store.brakes import Brakes
from lazsa_flow.store.fast.driver import driver_connection
from lazsa_flow.store.open_imports import hide_open_imports
from lazsa_flow.store.retry import reading, working_once
from lazsa_flow.store.store import SqlStore, _Listing, _Transaction

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from lazsa_flow.store.backup import Backup
    from lazsa_flow.store.outbox import SqlOutbox
    from lazsa_flow.store.scratch.copying import Due

_Result = TypeVar("_Result")


class BoundStore(SqlStore[_Transaction, _Listing]):
    """State through one connection of the host's; every transaction is a savepoint of its own.

    Not thread-safe: it lives as long as the host's transaction, in the host's thread.

    Args:
        connection: A SQLAlchemy connection in a transaction.
        like: The store whose classes of transactions and lists, brakes and evidence sources it has;
            by default those of any application, and nothing but another schema stops it.

    Raises:
        InputError: It is no connection, no transaction has begun, or SQLite has seen no BEGIN.
    """

    def __init__(
        self, connection: Any, *, like: SqlStore[_Transaction, _Listing] | None = None
    ) -> None:
        if not isinstance(connection, sa.Connection):
            got = type(connection).__name__
            raise InputError.of("bind", "connection", got, "a sqlalchemy.Connection")
        if not connection.in_transaction():
            expected = "a connection on which the host has begun a transaction"
            raise InputError.of("bind", "connection", "no transaction", expected)
        if connection.dialect.name == "sqlite":
            _check_begun(connection)
            with driver_connection(connection) as driver:
                hide_open_imports(driver)
        self._bound = connection
        self._bound_in = connection.get_transaction()
        self._engine = connection.engine
        self._probe = lambda point: None
        self.brakes = Brakes() if like is None else like.brakes
        if like is not None:
            self.transaction_class, self.listing_class = like.transaction_class, like.listing_class
            self.sources = like.sources

    @property
    def _connection(self) -> sa.Connection:
        """The host's connection, for as long as the transaction goes on that it was bound in.

        SQLAlchemy would begin another one by itself, which nobody commits.

        Raises:
            InputError: The transaction has ended.
        """
        if self._bound.closed or self._bound.get_transaction() is not self._bound_in:
            expected = "the transaction that the programme was bound in; bind it again in each one"
            raise InputError.of("bind", "transaction", "one that has ended", expected)
        if self._bound.dialect.name == "sqlite" and not self._bound.invalidated:
            _check_begun(self._bound)
        return self._bound

    @property
    def takes_imports_in_parts(self) -> bool:
        """Whether a large import is taken in parts: never in a host's one transaction."""
        return False

    def close(self) -> None:
        """Do nothing: the connection is the host's."""

    @contextmanager
    def begin(self, *, write: bool = True) -> Iterator[_Transaction]:
        """Open a savepoint; it is released at the end of the block, or undone on an error.

        Raises as :func:`lazsa_flow.store.retry.working_once`.
        """
        with self._telling(write=write), self._connection.begin_nested():
            transaction = self._transaction(write=write)
            yield transaction
            transaction.flush()

    def _telling(self, *, write: bool) -> AbstractContextManager[None]:
        """Return what tells the driver's errors in our words."""
        return working_once("write" if write else "read")

    def _transaction(self, *, write: bool) -> _Transaction:
        transaction: _Transaction = self.transaction_class(
            self._connection,
            self._probe,
            write=write,
            own=False,
            brakes=self.brakes,
            sources=self.sources,
        )
        return transaction

    def transact(
        self,
        run: Callable[[_Transaction], _Result],
        *,
        again: bool = True,
        lost: bool = True,
    ) -> _Result:
        """Run a function in a savepoint, once: what to do after an error is the host's affair."""
        with self.begin() as transaction:
            return run(transaction)

    def outbox(self) -> SqlOutbox:
        """Refuse: nothing is sent inside a transaction, least of all a host's.

        Raises:
            InputError: Always.
        """
        expected = "a programme on connections of its own: nothing is sent inside a transaction"
        raise InputError.of("bind", "outbox", "a bound programme", expected)

    @contextmanager
    def leading(self) -> Iterator[bool]:
        """Refuse: a scheduler works on connections of its own.

        Raises:
            InputError: Always.
        """
        expected = "a programme on connections of its own: a scheduler outlives a transaction"
        raise InputError.of("bind", "leading", "a bound programme", expected)
        yield

    @contextmanager
    def undone(self) -> Iterator[sa.Connection]:
        """Lend the host's connection; what is written in the block is rolled back at its end."""
        savepoint = self._connection.begin_nested()
        try:
            yield self._connection
        finally:
            savepoint.rollback()

    def clear_log(self) -> None:
        """Do nothing: what the host has not committed yet is not in the way of its log."""

    def backup(self, file: Path, *, overwrite: bool) -> Backup:
        """Refuse: a backup is of what is committed.

        Raises:
            InputError: Always.
        """
        expected = "a programme on connections of its own: a backup is of what is committed"
        raise InputError.of("bind", "backup", "a bound programme", expected)

    def copy_due(self, scratch: Path, due: Due) -> int:
        """Refuse: a rehearsal is of what is committed.

        Raises:
            InputError: Always.
        """
        expected = "a programme on connections of its own: a rehearsal is of what is committed"
        raise InputError.of("bind", "rehearse", "a bound programme", expected)

    @contextmanager
    def _lend(self, *, snapshot: bool = False, once: bool = False) -> Iterator[sa.Connection]:
        yield self._connection

    def _repeat(self, attempt: Callable[[], _Result]) -> _Result:
        with reading():
            return attempt()


def _check_begun(connection: sa.Connection) -> None:
    driver = connection.connection.driver_connection
    if not getattr(driver, "in_transaction", False):
        expected = (
            "a connection on which BEGIN was really sent: the driver's default sends none before "
            "the first write, and a savepoint would commit by itself (see docs/how-to/embedding.md)"
        )
        raise InputError.of("bind", "connection", "no BEGIN", expected)
