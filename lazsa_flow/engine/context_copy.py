"""A copy of a context, down to its path, whose fields a draft may set."""

from __future__ import annotations

from lazsa_flow.lifecycle.model import GuardContext, Path, Snapshot


def copy_guard_context(context: GuardContext, *, number: int | None = None) -> GuardContext:
    """Copy a guard context down to its path; far faster than ``copy`` or ``replace``.

    Args:
        context: The context.
        number: The number that the copy's path gets, if another.
    """
    seen, path = context.snapshot, context.snapshot.path
    own = copy_path(path, path.id if number is None else number, path.subject, path.head)
    evidence = Snapshot(
        own,
        seen.values,
        seen.records,
        seen.others,
        seen.timers,
        seen.taken,
        seen.data,
        seen.dates,
    )
    return GuardContext(
        evidence,
        context.at,
        context.on,
        context.recorded_at,
        context.policy,
        context.calendar,
        context.actor,
        context.reason,
    )


def copy_path(path: Path, number: int, subject: str, head: str) -> Path:
    """Copy a path under another number, of another subject, with another head."""
    return Path(
        number,
        path.lifecycle,
        subject,
        path.country,
        path.state,
        path.seq,
        head,
        path.cycle_on,
        path.opened_at,
        path.entered_at,
        path.parked,
        path.periods,
        path.data,
        path.recorded_at,
    )
