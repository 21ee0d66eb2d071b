"""The store within a transaction of another store's: its own transactions are savepoints in it.

So several commands become one: they take effect together, when that transaction commits, or not at
all. A dry run is one that is rolled back (:mod:`.dry_run`).
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from lazsa_flow.store.host_transaction import BoundStore

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from lazsa_flow.store.store import SqlStore
    from lazsa_flow.store.transaction import SqlTransaction


class InnerStore(BoundStore):
    """State within a transaction that another store commits, rolls back, or runs again."""

    def _telling(self, *, write: bool) -> AbstractContextManager[None]:
        """Do nothing: the code that runs the transaction again must see what the driver raised."""
        del write
        return nullcontext()


def open_inner(store: SqlStore, transaction: SqlTransaction) -> BoundStore:
    """Return a store whose transactions are parts of one of another store's.

    Args:
        store: The other store; one that is bound to a transaction already is returned itself.
        transaction: Its transaction.
    """
    if isinstance(store, BoundStore):
        return store
    return InnerStore(transaction._connection, like=store)  # noqa: SLF001 - of the same layer
