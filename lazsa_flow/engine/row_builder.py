"""Rows of a move: the journal row of a path, and its pending timers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.engine.journal import JournalRow
from lazsa_flow.lifecycle.model import TimerRow

if TYPE_CHECKING:
    from datetime import date, datetime

    from lazsa_flow.engine.journal import Findings
    from lazsa_flow.lifecycle.model import GuardContext, Path


def replanned_row(context: GuardContext, before: Path) -> JournalRow:
    """Build the journal row of a path that stays where it is while its plan changes."""
    return journal_row(context, before, None, before.state, context.reason, {})


def journal_row(
    now: GuardContext,
    path: Path,
    trigger: str | None,
    dest: str,
    reason: str | None,
    findings: Findings,
    *,
    as_of: date | None = None,
    data_digest: str | None = None,
) -> JournalRow:
    """Build the journal row that follows a path's latest one."""
    return JournalRow(
        path=path.ref,
        path_id=path.id,
        seq=path.seq + 1,
        effective_at=now.at,
        recorded_at=now.recorded_at,
        trigger=trigger,
        source=path.state or None,
        dest=dest,
        actor=str(now.actor),
        reason=reason,
        policy=f"{path.lifecycle}/{now.policy.version}",
        facts_as_of=as_of,
        verdicts=findings,
        prev_hash=path.head,
        data_digest=data_digest,
    )


def timer_row(context: GuardContext, name: str, due_at: datetime, *, decides: bool) -> TimerRow:
    """Build a pending timer of the context's path, in the books of its country and cycle."""
    calendar, path = context.calendar, context.path
    due_on = calendar.local_date(due_at)
    return TimerRow(
        path_id=path.id,
        name=name,
        due_at=due_at,
        due_on=due_on,
        zone=calendar.zone,
        country=path.country,
        book_on=calendar.book_on(due_on),
        decides=decides,
    )
