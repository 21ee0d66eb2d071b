"""Subject commands: a command on a subject who may have no open path yet.

It reads what it needs in one round trip, as a command on a path does, and asks along with it
whether the rules still hold and whether timers are overdue. Only where they are is there a second
transaction, after they have fired.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.rulebook import RulesChangedError
from lazsa_flow.service.run_once import request_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from lazsa_flow.service.context import Context
    from lazsa_flow.store.subject_prefetch import SubjectSeen


class _OverdueError(Exception):
    """Timers of open paths are overdue, and come before the command; it has the paths' numbers."""


def run_on_subjects(
    context: Context,
    subjects: Iterable[str],
    lifecycle: str,
    run: Callable[[Any, Mapping[str, SubjectSeen], datetime], Any],
    *,
    request: Mapping[str, Any],
    key: str | None,
) -> Any:
    """Run a command on subjects: overdue timers of their open paths, then the command, once.

    Args:
        context: Where and by whose rules.
        subjects: The subjects.
        lifecycle: In which lifecycle their open paths are looked for.
        run: The command: transaction, what is recorded and instant in, a JSON value out.
        request: What tells this command from another, as JSON values.
        key: The idempotency key.

    Raises:
        RulesChangedError: The rules are others than those of this context.
    """
    now = context.clock.now()
    asked, names = request_digest(key, request), names_of(context, subjects)

    def attempt(transaction: Any, *, fired: bool) -> Any:
        look = transaction.prefetch_subjects(names, key=key, request=asked)
        if look.stamp.version != context.version:
            raise RulesChangedError
        if look.result is not None:
            return look.result
        if not fired:
            _check_overdue(context, lifecycle, look.seen.values(), now)
        result = run(transaction, look.seen, now)
        if key is not None:
            transaction.remember(key, asked, result, now)
        return result

    lost = key is not None
    try:
        return context.store.transact(lambda each: attempt(each, fired=False), lost=lost)
    except _OverdueError as error:  # seldom: overdue timers have mostly fired at their instant
        with context.fire_overdue(error.args[0]):
            return context.store.transact(lambda each: attempt(each, fired=True), lost=lost)


def names_of(context: Context, subjects: Iterable[str]) -> dict[str, list[str]]:
    """Return every id of each subject, the one that holds first, by the rules' merges."""
    merged = context.rulebook.merged
    found = {}
    for subject in subjects:
        holder = merged.holder_of(subject)
        found[subject] = [holder, *sorted(merged.names_of(subject) - {holder})]
    return found


def _check_overdue(
    context: Context, lifecycle: str, seen: Iterable[SubjectSeen], now: datetime
) -> None:
    """Let subjects pass of whose open paths no timer should have fired by now.

    Raises:
        _OverdueError: One should have.
    """
    open_states = context.rulebook.lifecycle(lifecycle).open_states
    standing: list[int] = []
    due: set[int] = set()
    for each in seen:
        standing += [
            path.id
            for path in each.paths
            if path.lifecycle == lifecycle and path.state in open_states
        ]
        due.update(timer.path_id for timer in each.timers if timer.due_at <= now)
    if not due.isdisjoint(standing):
        raise _OverdueError(standing)
