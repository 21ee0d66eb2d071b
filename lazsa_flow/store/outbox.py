"""The outbox: what waits to be sent, and who holds it.

A claim is a committed lease: the row's ``next_at`` moves to the lease's end, so that a relay that
dies gives back what it held by doing nothing. A report on a claim names the lease it had;
what another has claimed since is left alone. A notice that was delivered leaves the outbox, and
``lazsa_deliveries`` keeps when and how: the thirty days of an appeal run from it, and counts of
what was sent can be compared with the journal for ever.

A delivery is written without waiting for the disk. A process that is killed loses nothing by that;
a power cut can lose the last few, and then they are sent again under the same key, which
at-least-once allows and which their receivers can tell.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa

from lazsa_flow.engine.outbox_values import Claimed
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.lifecycle.stored_recipients import recipient_class
from lazsa_flow.store import schema
from lazsa_flow.store.connect import READ_ONLY, close
from lazsa_flow.store.dialect import upsert
from lazsa_flow.store.driver_transaction import transact_by_driver
from lazsa_flow.store.fast.driver import compiled, driver_connection, fetch, ids_value
from lazsa_flow.store.lock_wait import lock_timeout_s
from lazsa_flow.store.monitoring import RELAY
from lazsa_flow.store.outbox_rows import (
    HELD,
    about_keys,
    address_row,
    data_about_keys,
    is_for,
    is_ready,
    move_lease,
    read_claimed,
    read_waiting,
    record_delivery,
)
from lazsa_flow.store.retry import reading, retrying
from lazsa_flow.store.transaction_stamp import read_stamp

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.engine.outbox_values import Waiting
    from lazsa_flow.store import decode
    from lazsa_flow.store.brakes import Brakes

_Result = TypeVar("_Result")
_OUTBOX = schema.outbox
_PATHS = schema.paths
_TAKE_OUT = sa.delete(_OUTBOX).where(_OUTBOX.c.key == sa.bindparam("key"))


class SqlOutbox:
    """The outbox of a SQL database. Thread-safe: each call has a connection of its own.

    Args:
        engine: Of its own, whose commits need not wait for the disk.
        probe: Called by name at each point at which a process could die.
        brakes: What stops this process from taking notices: a schema of another release.
    """

    def __init__(self, engine: sa.Engine, probe: Callable[[str], None], brakes: Brakes) -> None:
        self._engine = engine
        self._probe = probe
        self._brakes = brakes
        self._dialect = engine.dialect.name

    def close(self) -> None:
        """Close every connection, for good."""
        close(self._engine)

    # -- what the relay asks for; see lazsa_flow.notices.ports.Outbox

    def claim(
        self, now: datetime, until: datetime, limit: int, *, without: Collection[str] = ()
    ) -> Sequence[Claimed]:
        """Take the notices that have waited longest, for nobody else until the lease ends."""
        due = (
            sa.select(_OUTBOX.c.key)
            .where(is_ready(now), ~is_for(without))
            .order_by(_OUTBOX.c.next_at, _OUTBOX.c.key)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )

        def run(connection: sa.Connection) -> list[str]:
            keys = list(connection.scalars(due))
            if keys:
                self._hold(connection, keys, until)
            return keys

        return self._claimed(self._transact(run))

    def waiting(self, now: datetime, to: Collection[str]) -> Sequence[Waiting]:
        """Return what may be tried now for these recipients, without taking it."""
        return self._list(is_ready(now) & is_for(to))

    def take(self, keys: Collection[str], now: datetime, until: datetime) -> Sequence[Claimed]:
        """Take just these notices; none at all where one of them is no longer to be had."""
        wanted = (
            sa.select(_OUTBOX.c.key)
            .where(is_ready(now), _OUTBOX.c.key.in_(list(keys)))
            .order_by(_OUTBOX.c.key)
            .with_for_update()
        )

        def run(connection: sa.Connection) -> list[str]:
            found = list(connection.scalars(wanted))
            if len(found) != len(keys):
                return []
            self._hold(connection, found, until)
            return found

        taken = self._claimed(self._transact(run))
        return taken if len(taken) == len(keys) else []

    def postpone(self, notices: Collection[Claimed | Waiting], at: datetime) -> None:
        """Let notices wait until an instant, as they have not been tried."""
        self._change(notices, next_at=at)

    def delivered(self, notices: Collection[Claimed], channel: str, at: datetime) -> None:
        """Take notices out that a channel has accepted, and record that they were delivered."""
        self._probe("relay.sent")
        rows = [
            {
                "key": notice.key,
                "path_id": notice.path.id,
                "kind": notice.kind,
                "recipient": notice.to,
                "country": notice.path.country,
                "channel": channel,
                "recorded_at": instant_text(at),
            }
            for notice in notices
        ]

        def run(driver: Any) -> None:
            statements = (_TAKE_OUT, record_delivery(self._dialect))
            mark = [compiled(each, self._dialect) for each in statements]
            for row in rows:
                for statement in mark:
                    statement.run(driver, row)

        self._retrying(lambda: transact_by_driver(self._engine, run))
        self._probe("relay.marked")

    def withdraw(self, notices: Collection[Claimed]) -> None:
        """Take notices out that are held and are not to be sent."""
        rows = [{"b_key": each.key, "b_next_at": each.lease} for each in notices]
        take_out = sa.delete(_OUTBOX).where(HELD)
        self._transact(lambda connection: connection.execute(take_out, rows))

    def address(
        self, notices: Collection[Claimed], to: Mapping[str, Sequence[str]], now: datetime
    ) -> None:
        """Put notices for single persons in place of notices that are held, all or none.

        Args:
            notices: What is held, for a class of recipients.
            to: By the key of each, whom it is for; for nobody, it is taken out.
            now: From when they may be tried.
        """
        copied = [
            sa.insert(_OUTBOX).from_select(
                [column.name for column in _OUTBOX.columns],
                sa.select(*address_row(f"{notice.key}.{number}", person, now)).where(
                    _OUTBOX.c.key == notice.key, _OUTBOX.c.next_at == notice.lease
                ),
            )
            for notice in notices
            for number, person in enumerate(to.get(notice.key, ()), 1)
        ]
        rows = [{"b_key": each.key, "b_next_at": each.lease} for each in notices]

        def run(connection: sa.Connection) -> None:
            for each in copied:
                connection.execute(each)
            connection.execute(sa.delete(_OUTBOX).where(HELD), rows)

        self._transact(run)

    def failed(self, notices: Collection[Claimed], error: str, again_at: datetime | None) -> None:
        """Count an attempt that failed; without an instant to try again at, park them."""
        then = {"parked": True} if again_at is None else {"next_at": again_at}
        self._change(notices, attempts=_OUTBOX.c.attempts + 1, error=error, **then)

    def beat(self, at: datetime) -> None:
        """Record that a relay was at work, for checks that one is running."""
        insert = upsert(self._engine.dialect.name)(schema.heartbeats)
        insert = insert.values(process=RELAY, seen_at=at)
        beat = insert.on_conflict_do_update(
            index_elements=["process"], set_={"seen_at": insert.excluded.seen_at}
        )
        self._transact(lambda connection: connection.execute(beat))

    def next_at(self) -> datetime | None:
        """Return when the next notice may be tried."""
        query = sa.select(sa.func.min(_OUTBOX.c.next_at)).where(~_OUTBOX.c.parked)
        with self._read() as connection:
            found: datetime | None = connection.scalar(query)
            return found

    # -- what operators ask for

    def entries(self, *, parked: bool | None = None) -> Sequence[Waiting]:
        """Return what stands in the outbox, oldest first: parked, not parked, or all of it."""
        return self._list(sa.true() if parked is None else _OUTBOX.c.parked == parked)

    def retry(self, keys: Collection[str] | None, now: datetime) -> int:
        """Let parked notices be tried again, with no attempts counted; return how many.

        Args:
            keys: These; ``None``: all that are parked.
            now: From when.
        """
        again = sa.update(_OUTBOX).where(_OUTBOX.c.parked)
        if keys is not None:
            again = again.where(_OUTBOX.c.key.in_(list(keys)))
        again = again.values(parked=False, attempts=0, error=None, next_at=now)
        return self._transact(lambda connection: connection.execute(again).rowcount)

    def deliveries(self) -> dict[tuple[str, str, str], int]:
        """Count what was delivered, by kind, class of recipient and country."""
        table = schema.deliveries
        query = sa.select(table.c.kind, table.c.recipient, table.c.country, sa.func.count())
        counts: dict[tuple[str, str, str], int] = {}
        with self._read() as connection:
            grouped = query.group_by(table.c.kind, table.c.recipient, table.c.country)
            for kind, recipient, country, count in connection.execute(grouped):
                name = (kind, recipient_class(recipient), country)
                counts[name] = counts.get(name, 0) + count
        return counts

    # -- helpers

    def _list(self, condition: sa.ColumnElement[bool]) -> list[Waiting]:
        query = (
            sa.select(_OUTBOX, _PATHS.c.lifecycle, _PATHS.c.country)
            .join(_PATHS, _PATHS.c.id == _OUTBOX.c.path_id)
            .where(condition)
            .order_by(_OUTBOX.c.created_at, _OUTBOX.c.key)
        )
        with self._read() as connection:
            return [read_waiting(row) for row in connection.execute(query)]

    def _claimed(self, keys: list[str]) -> list[Claimed]:
        """Read what notices are about that are ours now, when nobody has to wait for it.

        One may be gone: who held it when its lease ran out has delivered it after all.
        """
        values = {"ids": ids_value(self._engine.dialect.name, keys)}

        def attempt() -> list[list[decode.Row]]:
            with self._lend() as connection:
                about = (about_keys(self._dialect), data_about_keys(self._dialect))
                return [fetch(connection, each, values) for each in about]

        if not keys:
            return []
        rows, handed_over = self._retrying(attempt)
        found = {row[0]: row for row in rows}
        data: dict[int, list[decode.Row]] = {}
        for row in handed_over:
            data.setdefault(row[0], []).append(row)
        return [read_claimed(found[k], data.get(found[k][1], ())) for k in keys if k in found]

    def _hold(self, connection: sa.Connection, keys: list[str], until: datetime) -> None:
        """Move ``next_at`` to the lease's end.

        Raises:
            SchemaError: The schema is another revision's.
        """
        self._brakes.check_schema(read_stamp(connection))
        ids = ids_value(connection.dialect.name, keys)
        with driver_connection(connection) as driver:
            lease = compiled(move_lease(self._dialect), self._dialect)
            lease.run(driver, {"ids": ids, "until": instant_text(until)})

    def _change(self, notices: Collection[Claimed | Waiting], **values: Any) -> None:
        """Change notices that are still held as they were when they were read."""
        rows = [
            {
                "b_key": each.key,
                "b_next_at": each.lease if isinstance(each, Claimed) else each.next_at,
            }
            for each in notices
        ]
        change = sa.update(_OUTBOX).where(HELD, ~_OUTBOX.c.parked).values(**values)
        if rows:
            self._transact(lambda connection: connection.execute(change, rows))

    def _transact(self, run: Callable[[sa.Connection], _Result]) -> _Result:
        """Run a transaction, and again where the database gave up on it."""

        def attempt() -> _Result:
            with self._engine.begin() as connection:
                return run(connection)

        return self._retrying(attempt)

    def _retrying(self, attempt: Callable[[], _Result]) -> _Result:
        wait_s = lock_timeout_s(self._engine)
        return retrying(attempt, again=True, lost=True, lock_timeout_s=wait_s)

    @contextmanager
    def _read(self) -> Iterator[sa.Connection]:
        with reading(), self._lend() as connection:
            yield connection

    @contextmanager
    def _lend(self) -> Iterator[sa.Connection]:
        """Lend a connection for reading; what the driver raises is for :func:`retrying`."""
        engine = self._engine.execution_options(**{READ_ONLY: True})
        with engine.connect() as connection, connection.begin():
            yield connection
