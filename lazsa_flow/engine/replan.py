"""Replanning: pending timers after the rules have changed.

A country suspends a cycle, a subject moves to another country, a policy is released: each pending
timer is set to the instant that table, calendar and policy now give it. The anchor never moves. An
instant that now lies in the past fires at the next sweep. The journal tells of it in a row that
moves nothing, with the reason.

Source:
    programme.md, "Who and where" and "Versions and data".
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from lazsa_flow.engine.recorded_instant import not_before
from lazsa_flow.engine.row_builder import replanned_row, timer_row
from lazsa_flow.engine.rulebook import clock_actor
from lazsa_flow.engine.values import Change, Notice
from lazsa_flow.errors import HostCodeError
from lazsa_flow.lifecycle.calendar import TICK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from lazsa_flow.engine.journal import JournalRow
    from lazsa_flow.engine.needed_timers import Missing
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.calendar import Moment
    from lazsa_flow.lifecycle.model import Actor, GuardContext, Path, Snapshot, TimerRow
    from lazsa_flow.lifecycle.table import Lifecycle


def replan(
    rulebook: Rulebook,
    seen: Snapshot,
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
    now = not_before(now, [seen.path.recorded_at])
    context = rulebook.guard_context(
        replace(seen, path=after), at=now, recorded_at=now, actor=actor, reason=reason
    )
    scheduled, cancelled = _move_timers(rulebook, seen, context, overdue=overdue)
    if after.cycle_on != seen.path.cycle_on:
        scheduled += _list_restarted(lifecycle, context)
    if not scheduled and not cancelled and after == seen.path:
        return None
    row = replanned_row(context, seen.path)
    return Change(
        before=seen.path,
        after=replace(after, seq=row.seq, head=row.hash, recorded_at=row.recorded_at),
        recorded_at=now,
        row=row,
        scheduled=tuple(scheduled),
        cancelled=tuple(cancelled),
        notices=tuple(_other_dates(lifecycle, row, scheduled, cancelled)),
    )


def _move_timers(
    rulebook: Rulebook, seen: Snapshot, context: GuardContext, *, overdue: bool
) -> tuple[list[TimerRow], list[TimerRow]]:
    """Return the timers that are set again, and those that they replace.

    Args:
        rulebook: Whose rules hold from now on.
        seen: The path's evidence.
        context: The path as it will be.
        overdue: Whether timers that are due already move as well.
    """
    lifecycle = rulebook.lifecycle(context.path.lifecycle)
    scheduled: list[TimerRow] = []
    cancelled: list[TimerRow] = []
    for timer in seen.timers:
        if timer.due_at > context.recorded_at:
            moment = lifecycle.instant(lifecycle.timer(timer.name).at, context)
        elif overdue:
            moment = right_moment(rulebook, seen, timer)
        else:
            continue
        planned = moment and timer_row(context, timer.name, moment.at, decides=timer.decides)
        if planned == timer:
            continue
        cancelled.append(timer)
        if planned is not None:
            scheduled.append(planned)
    return scheduled, cancelled


def _other_dates(
    lifecycle: Lifecycle, row: JournalRow, scheduled: list[TimerRow], cancelled: list[TimerRow]
) -> Iterator[Notice]:
    """Notify of each promised date that has changed; an instant on the same date is no change."""
    was = {timer.name: timer.due_on for timer in cancelled}
    moved = (timer for timer in scheduled if was.get(timer.name) != timer.due_on)
    promised = (lifecycle.promised[each.name] for each in moved if each.name in lifecycle.promised)
    for number, notice in enumerate(promised, 1):
        yield Notice(f"{row.path}.{row.seq}.{number}", notice.kind, notice.to)


def _list_restarted(lifecycle: Lifecycle, context: GuardContext) -> Iterator[TimerRow]:
    """Yield the reminders of a round that are over and are set again for its other date."""
    waiting = {timer.name for timer in context.snapshot.timers}
    for timer in lifecycle.timers:
        if context.path.state in timer.restarts and timer.name not in waiting:
            moment = lifecycle.instant(timer.at, context)
            if moment is not None and moment.at > context.at:
                yield timer_row(context, timer.name, moment.at, decides=False)


def right_moment(rulebook: Rulebook, seen: Snapshot, timer: TimerRow) -> Moment:
    """Return the date and instant that a timer should have by the zones and calendars of now.

    Where its table sets it to the beginning of its local date, that date stays, and the instant
    follows from it. One that was set to an instant within a day keeps that, and its date follows.

    Args:
        rulebook: Whose calendars hold.
        seen: The path's evidence.
        timer: The timer as it is stored.
    """
    calendar = rulebook.calendar(timer.country)
    start = calendar.start(timer.due_on)
    if timer.due_at == start.at:
        return start
    # what is set to "now" cannot come out as the beginning of a date at such instants
    asked = (seen.path.entered_at + TICK, timer.due_at - timedelta(days=1) + TICK)
    planned = [_plan_instant(rulebook, seen, timer.name, at) for at in asked]
    return start if start in planned else calendar.moment(timer.due_at)


def needed_timer(
    rulebook: Rulebook, seen: Snapshot, missing: Missing, now: datetime
) -> TimerRow | None:
    """Return a timer that a path should have, as its table plans it; ``None`` where it has none.

    Args:
        rulebook: Whose rules hold.
        seen: The path's evidence, of the instant at which the timer was to be set.
        missing: The timer.
        now: The present instant: when a reminder is set, which its table may find too late.
    """
    lifecycle = rulebook.lifecycle(seen.path.lifecycle)
    timer = lifecycle.timer(missing.name)
    context = rulebook.guard_context(
        seen,
        at=missing.set_at,
        recorded_at=missing.set_at if timer.steps else now,
        actor=clock_actor(missing.name),
    )
    if missing.when is not None and not lifecycle.guards[missing.when].holds(context):
        return None
    moment = lifecycle.instant(timer.at, context)
    if moment is None or (missing.restarted and moment.at <= now):
        return None
    return timer_row(context, timer.name, moment.at, decides=bool(timer.steps))


def repair_timers(
    rulebook: Rulebook,
    seen: Snapshot,
    moments: Sequence[tuple[TimerRow, Moment]],
    needed: Sequence[TimerRow],
    *,
    actor: Actor,
    now: datetime,
    reason: str,
) -> Change:
    """Draft the change that sets timers of one path to the right moments, and sets missing ones.

    Args:
        rulebook: Whose calendars hold.
        seen: The path's evidence.
        moments: Timers of it, each with the moment it should have.
        needed: Timers that it should have and has not.
        actor: Who asked for it.
        now: The present instant.
        reason: A code for the journal.
    """
    now = not_before(now, [seen.path.recorded_at])
    context = rulebook.guard_context(seen, at=now, recorded_at=now, actor=actor, reason=reason)
    moved = []
    for timer, right in moments:
        calendar = rulebook.calendar(timer.country)
        book_on = calendar.book_on(right.on)
        moved.append(
            replace(timer, due_at=right.at, due_on=right.on, zone=calendar.zone, book_on=book_on)
        )
    row = replanned_row(context, seen.path)
    return Change(
        before=seen.path,
        after=replace(seen.path, seq=row.seq, head=row.hash, recorded_at=row.recorded_at),
        recorded_at=now,
        row=row,
        scheduled=(*moved, *needed),
        cancelled=tuple(timer for timer, _ in moments),
    )


def _plan_instant(rulebook: Rulebook, seen: Snapshot, name: str, at: datetime) -> Moment | None:
    """Return when a timer's table would set it, asked at an instant."""
    lifecycle = rulebook.lifecycle(seen.path.lifecycle)
    context = rulebook.guard_context(seen, at=at, recorded_at=at, actor=clock_actor(name))
    try:
        return lifecycle.instant(lifecycle.timer(name).at, context)
    except HostCodeError:  # it is computed from what does not exist at every instant
        return None
