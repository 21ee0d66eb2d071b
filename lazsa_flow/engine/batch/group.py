"""Groups of identical paths: one is decided in full, the others by what differs.

:func:`change_of` decides one path and drafts its change: every guard, every effect, as values. A
:class:`DecisionGroup` does that for the first of the identical paths; of the others it asks only
what the guards found, and their change is the first one's but for what is their own.

That is not taken on trust. What decides for many sees nothing that is one path's own (see
:mod:`.masking`), and the first one's change must come out of that the same as by itself, its hash
as well. Where it does not, a guard or a rule depends on more than it declares: that is logged, and
every path moves by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.engine.batch.identical_moves import IdenticalMoves
from lazsa_flow.engine.batch.masking import mask_for_change, mask_for_guard, mask_for_rule, reveal
from lazsa_flow.engine.batch.memo import memoized_decision
from lazsa_flow.engine.change_builder import ChangeBuilder
from lazsa_flow.engine.decide import check_decision, decide_timer
from lazsa_flow.engine.rulebook import clock_actor
from lazsa_flow.logs import log

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator
    from datetime import datetime

    from lazsa_flow.engine.batch.codegen import CachedFinding, Decide
    from lazsa_flow.engine.change_builder import Load
    from lazsa_flow.engine.evidence_row import EvidenceRow
    from lazsa_flow.engine.journal import Findings
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.engine.values import BatchChange, Change
    from lazsa_flow.lifecycle.model import GuardContext, Snapshot, TimerRow
    from lazsa_flow.lifecycle.table import Edge, Timer


def change_of(
    rulebook: Rulebook,
    seen: Snapshot,
    timer: TimerRow,
    now: datetime,
    load: Load | None = None,
) -> Change:
    """Decide a path whose timer is due, and draft what that changes.

    Args:
        rulebook: Whose rules hold.
        seen: The path's evidence.
        timer: Its timer.
        now: The present instant.
        load: Loads the evidence of another path of its subject.

    Raises:
        MachineMismatchError: The Machine decides otherwise than its plan.
    """
    lifecycle = rulebook.lifecycle(seen.path.lifecycle)
    entry = lifecycle.timer(timer.name)
    context = rulebook.guard_context(
        seen, at=timer.due_at, recorded_at=now, actor=clock_actor(timer.name)
    )
    lifecycle.state(seen.path.state)
    if not entry.steps:
        return _fill_change(ChangeBuilder(rulebook, context, load=load), entry, None, {}, timer)
    edge, tried, findings = decide_timer(rulebook, context, entry)
    check_decision(rulebook, context, entry, edge, findings)
    return _fill_change(ChangeBuilder(rulebook, tried, load=load), entry, edge, findings, timer)


def _fill_change(
    draft: ChangeBuilder, entry: Timer, edge: Edge | None, findings: Findings, timer: TimerRow
) -> Change:
    if edge is not None:
        return draft.take(edge, findings, timer)
    if entry.steps:
        return draft.refuse(entry.on_refused, findings, timer)
    return draft.remind(entry.effects, timer)


class DecisionGroup:
    """Identical paths whose timer of one name is due.

    Args:
        rulebook: Whose rules hold.
        row: One of them.
        group_key: All that they have in common.
        name: The timer's name.
        due_at: Its instant.
        now: The present instant, aware, in UTC.
        load: Loads the evidence of another path of a subject.

    Attributes:
        pends: Whether their timer still does; another writer may have been there first.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        row: EvidenceRow,
        group_key: Hashable,
        name: str,
        due_at: datetime,
        now: datetime,
        load: Load | None = None,
    ) -> None:
        self._rulebook, self._now, self._name, self._due_at = rulebook, now, name, due_at
        self._load = load
        self._one, self._seen = row, (seen := row.snapshot())
        self._moved: dict[int | None, IdenticalMoves] = {}
        self._decide: Decide | None = None
        self.pends: bool = _find_pending(seen, name, due_at) is not None
        if not self.pends:
            return
        lifecycle = rulebook.lifecycle(row.lifecycle)
        self._entry = lifecycle.timer(name)
        self._memoized = memoized_decision(rulebook.plan(row.lifecycle), row.state, self._entry)
        if self._memoized is not None:
            context = self._build_context(seen)
            self._shown = [
                mask_for_guard(context.giving(each.reason), each.reads)
                for each in self._memoized.asked
            ]
            self._decide, self._kept = self._memoized.for_group(group_key, self._ask)

    def _build_context(self, seen: Snapshot) -> GuardContext:
        return self._rulebook.guard_context(
            seen, at=self._due_at, recorded_at=self._now, actor=clock_actor(self._name)
        )

    def take(self, row: EvidenceRow) -> Change | None:
        """Decide a path of it; return its change, unless it is kept with the identical ones."""
        if self._decide is None or not row.groupable:
            return self._by_itself(self._evidence(row))
        try:
            outcome, verdicts = self._decide(row)
        except Exception:  # of the path's own, or for what the guard may not see
            return self._fall_back(self._by_itself(self._evidence(row)))
        moved = self._moved.get(outcome)
        if moved is None:
            return self._first(outcome, verdicts, row)
        moved.each.append(moved.own(row.path_id, row.subject, row.head, verdicts))
        return None

    def batch_changes(self) -> Iterator[BatchChange]:
        """Yield the moves that were kept."""
        return (moved.batch_change() for moved in self._moved.values())

    def _evidence(self, row: EvidenceRow) -> Snapshot:
        return self._seen if row is self._one else row.snapshot()

    def _by_itself(self, seen: Snapshot) -> Change:
        return change_of(self._rulebook, seen, self._timer(seen), self._now, self._load)

    def _timer(self, seen: Snapshot) -> TimerRow:
        timer = _find_pending(seen, self._name, self._due_at)
        assert timer is not None  # as it pends for the one, so for all identical paths
        return timer

    def _first(self, outcome: int | None, verdicts: str, row: EvidenceRow) -> Change | None:
        """Move the first that comes to an outcome by itself, and see whether others can follow."""
        seen = self._evidence(row)
        change = self._by_itself(seen)
        moved = IdenticalMoves.of(change, self._rulebook.lifecycle(row.lifecycle))
        own = moved.own(row.path_id, row.subject, row.head, verdicts)
        if change.slot == "take" or change.claims or change.linked:
            self._decide = None
            return change
        try:
            drafted = self._drafted(outcome, seen, change)
        except Exception:  # for what the draft may not see
            return self._fall_back(change)
        if drafted != change or own.hash != change.after.head:
            return self._fall_back(change)
        moved.each.append(own)
        self._moved[outcome] = moved
        return None

    def _fall_back(self, change: Change) -> Change:
        """Log that something depends on more than it declares; from here on, each moves alone."""
        log.warning("batch.fallback", path_id=change.after.id, timer=self._name)
        self._decide = None
        return change

    def _drafted(self, outcome: int | None, seen: Snapshot, change: Change) -> Change:
        """Draft a change from what identical paths have in common, and nothing else."""
        assert self._memoized is not None
        context, edge = self._build_context(mask_for_change(seen, self._rulebook.kinds)), None
        if outcome is not None:
            route = self._memoized.routes[outcome]
            context, edge = context.giving(route.reason), route.edge
        findings = change.row.verdicts if change.row else {}
        timer = self._timer(seen)
        draft = ChangeBuilder(self._rulebook, context, show=mask_for_rule)
        return _fill_change(draft, self._entry, edge, findings, timer)

    def _ask(self, number: int, key: Hashable, row: EvidenceRow) -> CachedFinding:
        """Ask a guard on a key that it has not been asked on, and keep its answer.

        It sees what is made of that key alone, for its answer is kept for all who have it.
        """
        assert self._memoized is not None
        asked, shown = self._memoized.asked[number], self._shown[number]
        reveal(shown, asked, key, row)
        found = asked.ask(shown)
        finding = found[0], asked.write((found,))[1:-1]
        self._memoized.keep(self._kept[number], key, finding)
        return finding


def _find_pending(seen: Snapshot, name: str, due_at: datetime) -> TimerRow | None:
    for timer in seen.timers:
        if timer.name == name and timer.due_at == due_at:
            return timer
    return None
