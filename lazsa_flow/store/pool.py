"""The connection pool: lends at most so many connections, and says so where none comes free."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow.errors import UnavailableError

if TYPE_CHECKING:
    from lazsa_flow.store.options import ConnectionOptions


class BoundedPool(sa.pool.QueuePool):
    """SQLAlchemy's pool, whose time-out is an error of ours, for every caller."""

    # SQLAlchemy names a pool's logger by its module: its events are not to be among ours
    __module__ = sa.pool.QueuePool.__module__

    def _do_get(self) -> sa.pool.ConnectionPoolEntry:
        """Lend a connection.

        Raises:
            UnavailableError: None came free in time.
        """
        try:
            return super()._do_get()
        except sa.exc.TimeoutError:
            raise UnavailableError(
                f"no database connection came free within {self._timeout:g} s; "
                f"the pool has {self.size()} (pool_size)"
            ) from None


def pool_arguments(options: ConnectionOptions) -> dict[str, Any]:
    """Return the pool's arguments of :func:`sqlalchemy.create_engine`."""
    return {
        "poolclass": BoundedPool,
        "pool_size": options.pool_size,
        "max_overflow": 0,
        "pool_timeout": options.pool_timeout_s,
    }
