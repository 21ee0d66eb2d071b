"""What becomes of pending timers when the rules change under them?

A country suspends a cycle, a seller moves to another country, a policy is released: each pending
timer is set to the instant that table, calendar and policy now give it. The anchor never moves. An
instant that now lies in the past fires at the next sweep. The journal tells of it in a row that
moves nothing, with the reason.

Source:
    programme.md, "Who and where" and "Versions and data".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lazsa_flow.engine.draft import replanned_row, timer_row
from lazsa_flow.engine.ports import Change

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.domain.cycles import Calendar, Moment
    from lazsa_flow.domain.model import Actor, Evidence, Path, TimerRow
    from lazsa_flow.engine.rules import Rulebook


def replan(
    rulebook: Rulebook,
    seen: Evidence,
    after: Path,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    overdue: bool = False,
) -> Change | None:
    """Draft what changes for one path.

    Args:
        rulebook: Whose rules hold from now on.
        seen: The path's evidence.
        after: The path as it will be: another round, another country, or the same.
        actor: Who changes it.
        now: The present instant.
        reason: A code for the journal, such as ``moved_country``.
        overdue: Whether timers that are due already move to the beginning of their local date in
            the zone of now. Otherwise they keep the rules of their own day.

    Returns:
        The change, or ``None`` where neither the path nor a timer of it changes.
    """
    lifecycle = rulebook.lifecycle(after.lifecycle)
    situation = rulebook.situation(
        replace(seen, path=after), at=now, recorded_at=now, actor=actor, reason=reason
    )
    scheduled: list[TimerRow] = []
    cancelled: list[TimerRow] = []
    for timer in seen.timers:
        if timer.due_at > now:
            moment = lifecycle.instant(lifecycle.timer(timer.name).at, situation)
        elif overdue:
            moment = _same_date(situation.calendar, timer)
        else:
            continue
        planned = moment and timer_row(situation, timer.name, moment.at, decides=timer.decides)
        if planned == timer:
            continue
        cancelled.append(timer)
        if planned is not None:
            scheduled.append(planned)
    if not scheduled and not cancelled and after == seen.path:
        return None
    row = replanned_row(situation, seen.path)
    return Change(
        before=seen.path,
        after=replace(after, seq=row.seq, head=row.hash),
        recorded_at=now,
        row=row,
        scheduled=tuple(scheduled),
        cancelled=tuple(cancelled),
    )


def _same_date(calendar: Calendar, timer: TimerRow) -> Moment:
    """Return the beginning of a timer's local date, or its instant where that lies within a day."""
    if timer.due_at == replace(calendar, zone=timer.zone).start(timer.due_on).at:
        return calendar.start(timer.due_on)
    return calendar.moment(timer.due_at)
