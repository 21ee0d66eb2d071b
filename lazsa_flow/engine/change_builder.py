"""The change builder: what a move changes, before anything is written.

A :class:`ChangeBuilder` interprets the effects of an edge or timer one after the other; each sees
the path as the ones before have left it. What comes out is a ``Change``, which the store writes
whole. Until then it sets fields of copies of its own: a value for each effect would cost more than
the guards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, assert_never

from lazsa_flow.engine.context_copy import copy_guard_context
from lazsa_flow.engine.decide import decide_edge
from lazsa_flow.engine.journal_check import reread_row
from lazsa_flow.engine.row_builder import journal_row, timer_row
from lazsa_flow.engine.rulebook import Rulebook, clock_actor
from lazsa_flow.engine.values import Change, Notice
from lazsa_flow.errors import NotFoundError
from lazsa_flow.lifecycle.effects import (
    Begin,
    End,
    FireOther,
    Notify,
    Reopen,
    Reserve,
    Schedule,
)
from lazsa_flow.lifecycle.model import GuardContext, Path, Period, Snapshot, Statement, TimerRow
from lazsa_flow.lifecycle.values import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lazsa_flow.engine.journal import Findings, JournalRow
    from lazsa_flow.lifecycle.effects import Effect
    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.path_data import CheckedData
    from lazsa_flow.lifecycle.table import Edge, Lifecycle

    Load = Callable[[int], Snapshot]


class ChangeBuilder:
    """A move in the making.

    Args:
        rulebook: Whose tables and calendars hold.
        context: What was seen.
        load: Loads the evidence of another path of the subject, to fire a trigger on it.
        show: What the table's own functions may see of it: guards of effects, instants, rounds.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        context: GuardContext,
        *,
        load: Load | None = None,
        show: Callable[[GuardContext, Guard | None], GuardContext] = lambda context, guard: context,
    ) -> None:
        self._rulebook = rulebook
        self._load = load or _not_loaded
        self._show = show
        self._before = context.path
        self._now = copy_guard_context(context)
        self._lifecycle: Lifecycle = rulebook.lifecycle(context.path.lifecycle)
        self._scheduled: dict[str, TimerRow] = {}
        self._new_round = False
        self._notices: list[Notice] = []
        self._records: list[Statement] = []
        self._claims: list[tuple[str, str]] = []
        self._linked: list[Change] = []
        self._data: CheckedData | None = None
        self._key = f"{context.path.ref}.{context.path.seq + 1}"

    def take(
        self,
        edge: Edge,
        findings: Findings,
        timer: TimerRow | None = None,
        data: CheckedData | None = None,
    ) -> Change:
        """Draft an edge that fires."""
        self._enter(edge.dest)
        self._data = data
        row = self._row(edge.trigger, edge.dest, findings)
        self._run(edge.effects)
        return self._change(row, timer and timer.ended("fired", row.seq))

    def refuse(self, effects: Iterable[Effect], findings: Findings, timer: TimerRow) -> Change:
        """Draft a timer that no trigger's guards let pass: the path stays, the verdicts remain."""
        row = self._row(None, self._before.state, findings)
        self._run(effects)
        return self._change(row, timer.ended("refused", row.seq))

    def remind(self, effects: Iterable[Effect], timer: TimerRow) -> Change:
        """Draft a reminder: effects alone, and no journal row."""
        self._key = f"{self._before.ref}.{timer.name}.{timer.due_on}"
        self._run(effects)
        if self._lifecycle.timer(timer.name).only_latest and self._is_due_again(timer):
            self._notices.clear()
        return self._change(None, timer.ended("reminded", timer.seq))

    def _is_due_again(self, timer: TimerRow) -> bool:
        """Return whether a timer that was set again is due already."""
        again = self._scheduled.get(timer.name)
        return again is not None and again.due_at <= self._now.recorded_at

    def _enter(self, state: str) -> None:
        if state != self._before.state:
            self._set("state", state)
            self._set("entered_at", self._now.at)

    def _set(self, field: str, value: Any) -> None:
        """Set a field of the draft's own path."""
        object.__setattr__(self._now.snapshot.path, field, value)

    def _set_periods(self, name: str, periods: tuple[Period, ...]) -> None:
        self._set("periods", FrozenDict({**self._now.path.periods, name: periods}))

    def _row(self, trigger: str | None, dest: str, findings: Findings) -> JournalRow:
        reason = self._now.reason if trigger else "refused"
        digest = None if self._data is None else self._data.digest
        source = self._lifecycle.dated_source
        as_of = self._now.snapshot.dates.get(source) if source and findings else None
        return journal_row(
            self._now,
            self._before,
            trigger,
            dest,
            reason,
            findings,
            as_of=as_of,
            data_digest=digest,
        )

    def _change(self, row: JournalRow | None, fired: TimerRow | None) -> Change:
        if row is not None:
            reread_row(self._lifecycle, row)
            self._set("seq", row.seq)
            self._set("head", row.hash)
        after = self._now.path
        if row is not None or after != self._before:
            self._set("recorded_at", self._now.recorded_at)
        cancelled = self._cancelled(after.state, fired, moves=row is not None)
        return Change(
            before=self._before if self._before.seq else None,
            after=after,
            recorded_at=self._now.recorded_at,
            row=row,
            fired=fired,
            scheduled=tuple(self._scheduled.values()),
            cancelled=cancelled,
            notices=tuple(self._notices),
            records=tuple(self._records),
            slot=self._slot(after),
            claims=tuple(self._claims),
            linked=tuple(self._linked),
            data=self._data,
            kept=self._kept(after.state, cancelled, fired),
        )

    def _kept(
        self, state: str, cancelled: tuple[TimerRow, ...], fired: TimerRow | None
    ) -> tuple[TimerRow, ...]:
        """Return the timers that decide and wait on, where the path comes into another state."""
        if state == self._before.state:
            return ()
        return tuple(
            [
                timer
                for timer in self._now.snapshot.timers
                if timer.decides and timer not in cancelled and not _is_same_timer(timer, fired)
            ]
        )

    def _cancelled(
        self, state: str, fired: TimerRow | None, *, moves: bool
    ) -> tuple[TimerRow, ...]:
        """Return the pending timers that the new state or round ends, or that are set again.

        A reminder ends none: where a timer has no place in the state, the next move says so.
        """
        living = () if self._new_round else self._lifecycle.living(state)
        return tuple(
            [
                timer
                for timer in self._now.snapshot.timers
                if ((moves and timer.name not in living) or timer.name in self._scheduled)
                and not _is_same_timer(timer, fired)
            ]
        )

    def _slot(self, after: Path) -> Literal["take", "free"] | None:
        if self._lifecycle.several_open:
            return None
        had = bool(self._before.seq) and self._lifecycle.state(self._before.state).open
        has = self._lifecycle.state(after.state).open
        if had == has:
            return None
        return "take" if has else "free"

    def _run(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            guard = None if effect.when is None else self._lifecycle.guards[effect.when]
            if guard is None or guard.holds(self._shown(guard)):
                self._apply(effect)

    def _shown(self, guard: Guard | None = None) -> GuardContext:
        """Return what a function of the table sees, as the effects before have left the path."""
        return self._show(self._now, guard)

    def _apply(self, effect: Effect) -> None:
        match effect:
            case Notify():
                for to in self._lifecycle.recipient(effect.to).persons(self._now.snapshot):
                    self._notify(effect.kind, to)
            case Schedule():
                self._schedule(effect)
            case FireOther():
                self._fire_other(effect)
            case Begin() | End() if effect.of == "subject":
                self._record(effect)
            case Reserve():
                keys = self._now.path.data.get("claims", ())
                self._claims += [(effect.scope, key) for key in keys]
            case Begin() | End() | Reopen():
                self._period(effect)
            case _:
                assert_never(effect)

    def _notify(self, kind: str, to: str) -> None:
        key = f"{self._key}.{len(self._notices) + 1}"
        self._notices.append(Notice(key, kind, to))

    def _record(self, effect: Begin | End) -> None:
        value = "began" if isinstance(effect, Begin) else "ended"
        record = Statement(
            kind=effect.what,
            name="",
            value=value,
            reason=self._now.reason,
            actor=str(self._now.actor),
            as_of=self._now.on,
            recorded_at=self._now.recorded_at,
        )
        self._records.append(record)
        object.__setattr__(self._now.snapshot, "records", (*self._now.snapshot.records, record))

    def _period(self, effect: Begin | End | Reopen) -> None:
        if isinstance(effect, Begin):
            self._begin(effect.what)
        elif isinstance(effect, End):
            self._end(effect.what)
        else:
            self._reopen(effect.what)

    def _begin(self, name: str) -> None:
        self._end(name)
        now, path = self._now, self._now.path
        period = Period(began_on=now.on, began_at=now.at, recorded_at=now.recorded_at)
        self._set_periods(name, (*path.periods.get(name, ()), period))

    def _end(self, name: str) -> None:
        now, path = self._now, self._now.path
        periods = path.periods.get(name, ())
        if not periods or periods[-1].ended_at is not None:
            return
        last = periods[-1]
        # what takes effect from before a period began ends it where it began
        at = max(now.at, last.began_at)
        ended = replace(last, ended_on=now.calendar.local_date(at), ended_at=at, reason=now.reason)
        self._set_periods(name, (*periods[:-1], ended))

    def _reopen(self, name: str) -> None:
        periods = self._now.path.periods.get(name, ())
        if not periods:
            self._begin(name)
            return
        running = replace(periods[-1], ended_on=None, ended_at=None, reason=None)
        self._set_periods(name, (*periods[:-1], running))

    def _schedule(self, effect: Schedule) -> None:
        if effect.round is not None:
            self._new_round = True  # it begins without the timers of the one before
            cycle_on = self._lifecycle.round(effect.round, self._shown())
            self._set("cycle_on", cycle_on)
            policy = self._rulebook.policy_of(self._now.path)
            object.__setattr__(self._now, "policy", policy)
        timer = self._lifecycle.timer(effect.timer)
        moment = self._lifecycle.instant(timer.at, self._shown())
        if moment is not None:
            self._scheduled[timer.name] = timer_row(
                self._now, timer.name, moment.at, decides=bool(timer.steps)
            )

    def _fire_other(self, effect: FireOther) -> None:
        own = self._now.path
        for other in self._now.snapshot.others:
            if other.lifecycle != own.lifecycle or other.state != effect.state:
                continue
            context = self._rulebook.guard_context(
                self._evidence_of(other),
                at=self._now.at,
                recorded_at=self._now.recorded_at,
                actor=clock_actor(own.ref),
                reason=effect.reason,
            )
            edge, findings = decide_edge(self._rulebook, context, effect.trigger)
            if edge is not None:
                draft = ChangeBuilder(self._rulebook, context, load=self._load)
                self._linked.append(draft.take(edge, findings))

    def _evidence_of(self, other: Path) -> Snapshot:
        """Return all about another path, with this one and the records as this move leaves them."""
        own, loaded = self._now.path, self._load(other.id)
        others = tuple(own if each.id == own.id else each for each in loaded.others)
        return replace(loaded, records=self._now.snapshot.records, others=others)


def _not_loaded(path_id: int) -> Snapshot:
    raise NotFoundError("evidence of path", str(path_id))


def _is_same_timer(timer: TimerRow, fired: TimerRow | None) -> bool:
    return fired is not None and timer.name == fired.name and timer.due_at == fired.due_at
