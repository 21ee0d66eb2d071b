"""Connections of their own: the outbox's, and those of the ticker that leads.

Most processes neither send notices nor lead, so each is opened when it is first asked for.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lazsa_flow.errors import ClosedError
from lazsa_flow.logs import log
from lazsa_flow.store.connect import close, connect
from lazsa_flow.store.retry import reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import sqlalchemy as sa

    from lazsa_flow.store.brakes import Brakes
    from lazsa_flow.store.outbox import SqlOutbox


class OwnConnections:
    """A store's connections apart from its pool.

    Args:
        url: The database's URL.
        probe: Called by name at each point at which a process could die.
        brakes: What stops this process from writing.
    """

    def __init__(self, url: str, probe: Callable[[str], None], brakes: Brakes) -> None:
        self._url = url
        self._probe = probe
        self._brakes = brakes
        self._opening = threading.Lock()  # each is opened once, and none after the end
        self._closed = False
        self._outbox: SqlOutbox | None = None
        self._leader: sa.Engine | None = None

    def _connect(self, *, durable: bool = True) -> sa.Engine:
        if self._closed:
            raise ClosedError
        return connect(self._url, durable=durable)

    @property
    def outbox(self) -> SqlOutbox:
        """The outbox.

        Raises:
            ClosedError: The store was closed before it was asked for.
        """
        from lazsa_flow.store.outbox import SqlOutbox

        with self._opening:
            if self._outbox is None:
                engine = self._connect(durable=False)
                self._outbox = SqlOutbox(engine, self._probe, self._brakes)
            return self._outbox

    def _open_leader(self) -> sa.Engine:
        with self._opening:
            if self._leader is None:
                self._leader = self._connect()
            return self._leader

    @contextmanager
    def leading(self) -> Iterator[bool]:
        """Return whether this process leads among the tickers; see :meth:`.store.SqlStore.leading`.

        Raises:
            ClosedError: The store was closed.
            UnavailableError: The database cannot be read.
        """
        from lazsa_flow.store.monitoring import STANDSTILL_S, end_stalled, take_lead

        with reading(), self._open_leader().connect() as connection, connection.begin():
            leads = take_lead(connection)
            if leads and (ended := end_stalled(connection, STANDSTILL_S)):
                log.warning("sessions.ended", sessions=ended)
            yield leads

    def close(self) -> None:
        """Close what was opened; what is asked for later is refused with a ClosedError."""
        with self._opening:
            self._closed = True
        if self._outbox is not None:
            self._outbox.close()
        if self._leader is not None:
            close(self._leader)
