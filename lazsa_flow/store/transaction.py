"""Transactions: what is read and written within one, for the engine and for commands.

An application whose lifecycles have tables of their own opens transactions of a subclass; see
:class:`lazsa_flow.store.store.SqlStore`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.engine.values import Notice
from lazsa_flow.store import decode, failures, idempotency, schema
from lazsa_flow.store.configuration_rows import RulesSide
from lazsa_flow.store.encode import notice_row, timer_row
from lazsa_flow.store.fast.driver import execute, rows_of
from lazsa_flow.store.fast.statements import insert_row, parameter
from lazsa_flow.store.fast.writer import written_columns
from lazsa_flow.store.import_rows import ImportSide
from lazsa_flow.store.night_reminder_rows import NightReminderSide
from lazsa_flow.store.night_rows import NightSide
from lazsa_flow.store.personal_data import PersonalSide
from lazsa_flow.store.request_rows import RequestSide
from lazsa_flow.store.rows import PATH_COLUMNS
from lazsa_flow.store.subject_lookups import SubjectSide
from lazsa_flow.store.timer_counts import count_pending, recount_timers

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date, datetime

    from lazsa_flow.lifecycle.model import Path, Statement, TimerRow


_CANCEL: Final = (
    sa.update(schema.timers)
    .where(
        schema.timers.c.path_id == parameter("path_id", schema.timers.c.path_id),
        schema.timers.c.name == parameter("name", schema.timers.c.name),
        schema.PENDING,
    )
    .values(status=sa.literal_column("'cancelled'"))
)


class SqlTransaction(
    ImportSide, SubjectSide, PersonalSide, RulesSide, NightSide, RequestSide, NightReminderSide
):
    """One transaction on a SQL database: the engine's side, and the commands'."""

    # -- reading

    def paths_in(
        self, lifecycle: str, states: Collection[str], *, country: str | None = None
    ) -> list[Path]:
        """Return the paths of a lifecycle in some states, of a country or of all, oldest first."""
        table = schema.paths
        query = (
            sa.select(*PATH_COLUMNS)
            .where(table.c.lifecycle == lifecycle, table.c.state.in_(list(states)))
            .order_by(table.c.id)
        )
        if country is not None:
            query = query.where(table.c.country == country)
        return [decode.path(row) for row in rows_of(self._connection, query)]

    def open_in(self, lifecycle: str, country: str | None) -> list[Path]:
        """Return the open paths of a lifecycle, in a country or in all, oldest first."""
        table, slots = schema.paths, schema.slots
        query = (
            sa.select(*PATH_COLUMNS)
            .join(slots, slots.c.path_id == table.c.id)
            .where(slots.c.lifecycle == lifecycle)
            .order_by(table.c.id)
        )
        if country is not None:
            query = query.where(table.c.country == country)
        return [decode.path(row) for row in rows_of(self._connection, query)]

    def subjects_recorded(self, kind: str, value: str) -> set[str]:
        """Return the subjects about whom a record of this kind and value stands."""
        table = schema.records
        query = sa.select(table.c.subject).where(table.c.kind == kind, table.c.value == value)
        return set(self._connection.scalars(query))

    # -- writing

    def add_text(
        self,
        *,
        subject: str,
        author: str,
        kind: str,
        body: str,
        at: datetime,
        path_id: int | None = None,
        keep_until: date | None = None,
    ) -> int:
        """Put free text into the erasable table; return its id."""
        row = {
            "subject": subject,
            "author": author,
            "kind": kind,
            "body": body,
            "path_id": path_id,
            "keep_until": keep_until,
            "recorded_at": at,
            "batch_id": self.batch_id,
        }
        return self._insert(schema.texts, row)

    def add_record(self, subject: str, record: Statement) -> int:
        """Append a dated statement about a subject; return the row's id."""
        row = {
            "subject": subject,
            **{name: getattr(record, name) for name in written_columns(schema.records)[1:]},
        }
        return self._insert(schema.records, row)

    def add_notice(self, path: Path, key: str, kind: str, to: str, at: datetime) -> None:
        """Put a notice that belongs to no move into the outbox."""
        row = notice_row(path, Notice(key, kind, to), at)
        self._bulk.insert(schema.outbox, [row])

    def set_timer(self, timer: TimerRow) -> None:
        """Set a timer, instead of any pending one of its path and name."""
        self.cancel_timer(timer.path_id, timer.name)
        self._bulk.set_timers([timer_row(timer)])
        count_pending(self._connection, timer.path_id, timer.name)

    def cancel_timer(self, path_id: int, name: str) -> None:
        """Cancel the pending timer of a path and name, if there is one."""
        count_pending(self._connection, path_id, name, ended=True)
        execute(self._connection, _CANCEL, {"path_id": path_id, "name": name})

    def recount_timers(self) -> None:
        """Put the counts of the timers that pend right, where they are not what pends."""
        recount_timers(self._connection)

    def unpark(self, path_id: int) -> int:
        """Let a parked path go on; return how many of its timers are pending again."""
        return failures.unpark(self._connection, path_id)

    # -- idempotency

    def recall(self, key: str, request: str) -> Any | None:
        """Return the result stored under an idempotency key, or ``None``.

        Args:
            key: The key.
            request: A digest of the command.

        Raises:
            KeyReusedError: The key was used for another command.
        """
        return idempotency.recall(self._connection, key, request)

    def remember(self, key: str, request: str, result: Any, at: datetime) -> None:
        """Store a command's result under its idempotency key."""
        idempotency.remember(self._bulk, key, request, result, at)

    def _insert(self, table: sa.Table, row: dict[str, Any]) -> int:
        return insert_row(self._connection, table, row)
