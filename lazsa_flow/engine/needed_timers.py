"""Needed timers: which timers a path must have, by its table and its journal.

The journal tells every move of a path, and the table tells which timers each move sets, keeps and
cancels. What should wait by both, and is not there, is missing: nothing would ever decide the path.

Theory of operation:
    The rows are gone through in their order, as
    :class:`~lazsa_flow.engine.change_builder.ChangeBuilder` went through the moves. A timer that
    fired or was refused names itself as the row's actor. A reminder writes no row: it may be over
    once its own row says so. A timer that is set under a condition (``when``) is needed if another
    of the same condition is there; if none is, and the path has not moved since, the condition is
    to be asked again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.lifecycle.effects import Schedule
from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lazsa_flow.lifecycle.effects import Effect
    from lazsa_flow.lifecycle.table import Lifecycle, Timer

_EARLIER: Final = timedelta(days=2)
"""A reminder may be set for the beginning of the day on which it is set."""


class JournalEntry(NamedTuple):
    """What a journal row says of a move."""

    seq: int
    effective_at: str
    trigger: str | None
    source: str | None
    dest: str
    reason: str | None
    actor: str

    @property
    def timer(self) -> str:
        """The timer that led to it, by name; empty where somebody asked."""
        role, _, name = self.actor.partition(":")
        return name if role == SYSTEM else ""


class TimerEntry(NamedTuple):
    """One timer of a path, pending or over."""

    name: str
    status: str
    due_at: str


class History(NamedTuple):
    """A path with all that journal and timers say of it, each in their order."""

    path_id: int
    lifecycle: str
    state: str
    parked: bool
    rows: tuple[JournalEntry, ...]
    timers: tuple[TimerEntry, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """A timer that should wait, and is not there.

    Attributes:
        name: The timer's.
        set_at: The instant at which it was to be set.
        when: The guard that is to be asked first; ``None`` where it must be there anyway.
        restarted: Whether it is a reminder that was to be set again with its path's round, if its
            instant was still to come.
    """

    name: str
    set_at: datetime
    when: str | None = None
    restarted: bool = False


@dataclass(frozen=True, slots=True)
class _Planned:
    """A timer that a row has set.

    Attributes:
        together: All that the row may have set.
        by: The timer that led to the row; empty where somebody asked.
        restarted: As in :class:`Missing`.
    """

    set_at: datetime
    when: str | None
    together: tuple[Schedule, ...]
    seq: int
    by: str
    restarted: bool = False


def missing_timers(lifecycle: Lifecycle, history: History) -> Iterator[Missing]:
    """Yield the timers that a path should have and has not."""
    planned = _replay_rows(lifecycle, history.rows)
    for name in sorted(planned.keys() & lifecycle.living(history.state)):
        timer, set_at = lifecycle.timer(name), planned[name].set_at
        if _still_waits(history, name):
            continue
        reminded = [] if timer.steps else _find_instants(history, name, set_at, ("reminded",))
        if reminded:
            yield from _after_reminder(history, timer, max(reminded))
        else:
            yield from _unless_conditional(history, name, planned[name])


def _replay_rows(lifecycle: Lifecycle, rows: Sequence[JournalEntry]) -> dict[str, _Planned]:
    """Go through the rows, and return what they leave to wait."""
    planned: dict[str, _Planned] = {}
    states = frozenset(state.name for state in lifecycle.states)
    for row in rows:
        planned.pop(row.timer, None)
        known = row.dest in states and (row.source is None or row.source in states)
        effects = _find_effects(lifecycle, row) if known else None
        if effects is None:  # the table has changed since: of what was before, nothing is known
            planned = {}
            continue
        schedules = tuple(each for each in effects if isinstance(each, Schedule))
        if any(each.round is not None for each in schedules):
            planned = {}
        living = lifecycle.living(row.dest)
        planned = {name: each for name, each in planned.items() if name in living}
        set_at = datetime.fromisoformat(row.effective_at)
        for each in schedules:
            if each.timer in living and (each.when is None or each.timer not in planned):
                planned[each.timer] = _Planned(set_at, each.when, schedules, row.seq, row.timer)
        if row.trigger is None and not row.timer:  # rules have changed, and the round perhaps
            for timer in lifecycle.timers:
                if row.dest in timer.restarts:
                    planned[timer.name] = _Planned(set_at, None, (), row.seq, "", restarted=True)
    return planned


def _find_effects(lifecycle: Lifecycle, row: JournalEntry) -> Sequence[Effect] | None:
    """Return what a row's move brought about; ``None`` where the table does not know it."""
    if row.source is None:
        return lifecycle.opening.effects if row.dest == lifecycle.initial else None
    if row.trigger is not None:
        edge = lifecycle.edge(row.source, row.trigger, row.reason)
        return None if edge is None else edge.effects
    refused = [each for each in lifecycle.timers if each.name == row.timer]
    return refused[0].on_refused if refused else ()


def _still_waits(history: History, name: str) -> bool:
    """Return whether a timer waits: to fall due, or with its parked path."""
    waiting = {"pending", "parked"} if history.parked else {"pending"}
    return any(each.name == name and each.status in waiting for each in history.timers)


def _find_instants(
    history: History, name: str, since: datetime, statuses: tuple[str, ...]
) -> list[datetime]:
    """Return the instants, from one on, of a path's timers of a name and some statuses."""
    instants = [
        datetime.fromisoformat(each.due_at)
        for each in history.timers
        if each.name == name and each.status in statuses
    ]
    return [at for at in instants if at >= since - _EARLIER]


def _was_set(history: History, name: str, planned: _Planned) -> bool:
    """Return whether a timer was set with another one or later, whatever has become of it."""
    seen = _find_instants(history, name, planned.set_at, ("fired", "refused", "reminded", "parked"))
    if name == planned.by:  # the timer that led to the row was there before it
        seen = [at for at in seen if at != planned.set_at]
    return _still_waits(history, name) or bool(seen)


def _after_reminder(history: History, timer: Timer, at: datetime) -> Iterator[Missing]:
    """Yield what a reminder that is over should have set and has not."""
    for effect in timer.effects:
        if isinstance(effect, Schedule) and not _still_waits(history, effect.timer):
            later = _find_instants(
                history, effect.timer, at + _EARLIER, ("fired", "refused", "reminded")
            )
            if not any(each > at for each in later):
                yield Missing(effect.timer, at, effect.when)


def _unless_conditional(history: History, name: str, planned: _Planned) -> Iterator[Missing]:
    """Yield a timer that is not there, unless its condition may well not have held."""
    set_at, when = planned.set_at, planned.when
    if when is None:
        yield Missing(name, set_at, restarted=planned.restarted)
        return
    others = [each for each in planned.together if each.timer != name]
    there = [each.when for each in others if _was_set(history, each.timer, planned)]
    decided = [row.seq for row in history.rows if row.trigger or row.timer]
    if when in there:
        yield Missing(name, set_at)
    elif not there and planned.seq == decided[-1]:  # nothing has changed the path since
        yield Missing(name, set_at, when)
