"""Openings of many paths at once: those that open alike are decided and built together.

Paths open alike where nothing is recorded about their subjects, and country, round and instant are
the same: an import may open thousands of these. Each actor's right is checked by
itself. What the guards found is asked once, and the change of the first is that of all but for
their numbers, subjects, actors and hashes.

As with timers (:mod:`.group`), that is not taken on trust. The guards must find the same, and the
change must come out the same, where nothing is shown that is one path's own (:mod:`.masking`), nor
who opens it. Where they do not, every path opens by itself; that is logged, unless it is only for
the actor, whom a guard may ask about.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from lazsa_flow.engine.batch.identical_moves import IdenticalMoves
from lazsa_flow.engine.batch.masking import (
    MASKED,
    mask_for_change,
    mask_for_guard,
    mask_for_rule,
)
from lazsa_flow.engine.batch.memo import has_shared_effects
from lazsa_flow.engine.change_builder import ChangeBuilder
from lazsa_flow.engine.context_copy import copy_guard_context, copy_path
from lazsa_flow.engine.evidence_read import sources_of_guards
from lazsa_flow.engine.opening import CheckedOpening, build_opening, check_opening
from lazsa_flow.engine.permissions import authorize
from lazsa_flow.lifecycle.guards import all_read
from lazsa_flow.lifecycle.model import NO_HEAD, Snapshot
from lazsa_flow.logs import log

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from lazsa_flow.engine.journal import Findings
    from lazsa_flow.engine.opening import SubjectHistory
    from lazsa_flow.engine.ports import Transaction
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.engine.values import BatchChange, Change
    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.model import Actor, GuardContext, Path, Statement
    from lazsa_flow.lifecycle.table import Lifecycle


@dataclass(slots=True)
class _OpeningGroup:
    """Paths that open alike.

    Attributes:
        first: The one that was checked by itself.
        shared: Whether what its guards found holds for all; ``None`` until a second one comes.
    """

    first: CheckedOpening
    shared: bool | None = None


class BatchedOpening(NamedTuple):
    """A path that may be opened, and those that open as it does, if any may."""

    checked: CheckedOpening
    group: _OpeningGroup | None


class BuiltOpenings(NamedTuple):
    """What opens paths.

    Attributes:
        paths: The paths, in the order in which they were given.
        timers: The names of each one's timers.
        changes: What is to be written of paths that open by themselves,
        batch_changes: and of those that open as others do.
    """

    paths: list[Path]
    timers: list[frozenset[str]]
    changes: list[Change]
    batch_changes: list[BatchChange]


class OpeningBatch:
    """Paths that open in one transaction, at one instant.

    Args:
        transaction: Where they are written.
        rulebook: Whose rules hold.
    """

    def __init__(self, transaction: Transaction, rulebook: Rulebook) -> None:
        self._transaction, self._rulebook = transaction, rulebook
        self._groups: dict[Hashable, _OpeningGroup] = {}

    def check(
        self, path: Path, *, actor: Actor, records: Sequence[Statement], history: SubjectHistory
    ) -> BatchedOpening:
        """Check that a path may be opened; write nothing.

        Args:
            path: The path, as :func:`~lazsa_flow.engine.opening.build_unopened_path` returns it.
            actor: Who asks.
            records: What is recorded about the subject under another name.
            history: What is recorded about the subject.

        Raises as :func:`lazsa_flow.engine.opening.open_path`.
        """
        if records or history.records or history.paths or path.data:
            return BatchedOpening(self._check_alone(path, actor, records, history), None)
        key = (path.lifecycle, path.country, path.cycle_on, path.opened_at)
        group = self._groups.get(key)
        if group is None:
            checked = self._check_alone(path, actor, records, history)
            group = self._groups[key] = _OpeningGroup(checked)
            return BatchedOpening(checked, group)
        if group.shared is None:
            group.shared = self._holds_for_all(group.first)
        if not group.shared:
            return BatchedOpening(self._check_alone(path, actor, records, history), None)
        lifecycle = self._rulebook.lifecycle(path.lifecycle)
        seen = Snapshot(path, group.first.seen.values, (), ())
        authorize(lifecycle, lifecycle.opening, seen, actor, None)
        return BatchedOpening(CheckedOpening(seen, actor, group.first.findings, None), group)

    def _check_alone(
        self, path: Path, actor: Actor, records: Sequence[Statement], history: SubjectHistory
    ) -> CheckedOpening:
        return check_opening(
            self._transaction, self._rulebook, path, actor=actor, records=records, history=history
        )

    def _holds_for_all(self, first: CheckedOpening) -> bool:
        """Return whether the guards find the same where nothing of the first one's own is shown."""
        lifecycle = self._rulebook.lifecycle(first.seen.path.lifecycle)
        edge = lifecycle.opening
        guards = [lifecycle.guards[name] for name in edge.guards]
        if (
            all_read(guards) is None
            or sources_of_guards(lifecycle, edge)
            or edge.data is not None
            or not has_shared_effects(lifecycle, edge.effects)
        ):
            return False
        if self._find(guards, first, first.actor) != first.findings:
            _log_fallback(0, edge.trigger)
            return False
        return self._find(guards, first, MASKED) == first.findings

    def _find(
        self, guards: Iterable[Guard], first: CheckedOpening, actor: Actor
    ) -> Findings | None:
        """Ask guards where nothing of the first one's own is shown; ``None`` where one raises."""
        at = first.seen.path.opened_at
        context = self._rulebook.guard_context(first.seen, at=at, recorded_at=at, actor=actor)
        try:
            return {
                guard.name: guard.ask(mask_for_guard(context, guard.reads or frozenset()))
                for guard in guards
            }
        except Exception:  # for what a guard may not see
            return None

    def build(self, openings: Iterable[BatchedOpening], numbers: Iterator[int]) -> BuiltOpenings:
        """Build what opens paths under numbers, each the next; nothing is written."""
        built = BuiltOpenings([], [], [], [])
        begun: dict[int, IdenticalMoves] = {}
        by_actor: dict[tuple[int, Actor], IdenticalMoves] = {}
        for checked, group in openings:
            number = next(numbers)
            first = None if group is None else begun.get(id(group))
            if first is not None:
                moves = by_actor.get(key := (id(group), checked.actor))
                if moves is None:
                    moves = by_actor[key] = self._of_actor(first, checked.actor)
                change = moves.change
                own = moves.own(number, checked.seen.path.subject, NO_HEAD, moves.verdicts)
                moves.each.append(own)
                path = copy_path(change.after, number, own.subject, own.hash)
            else:
                change = build_opening(self._transaction, self._rulebook, checked, number)
                path = change.after
                moves = self._begin(checked, group, change)
                if moves is None:
                    built.changes.append(change)
                else:
                    begun[id(group)] = by_actor[id(group), checked.actor] = moves
            built.paths.append(path)
            built.timers.append(frozenset(timer.name for timer in change.scheduled))
        built.batch_changes.extend(moves.batch_change() for moves in by_actor.values())
        return built

    def _of_actor(self, first: IdenticalMoves, actor: Actor) -> IdenticalMoves:
        """Return how paths that open alike are opened by another actor."""
        change, name = first.change, str(actor)
        assert change.row is not None
        change = change._replace(
            row=replace(change.row, actor=name),
            records=tuple(replace(record, actor=name) for record in change.records),
        )
        return IdenticalMoves.of(change, self._rulebook.lifecycle(change.after.lifecycle))

    def _begin(
        self, checked: CheckedOpening, group: _OpeningGroup | None, change: Change
    ) -> IdenticalMoves | None:
        """Return the moves that others may join; ``None`` where each path opens by itself."""
        if group is None or not group.shared:
            return None
        lifecycle = self._rulebook.lifecycle(change.after.lifecycle)
        moves = IdenticalMoves.of(change, lifecycle)
        own = moves.own(change.after.id, change.after.subject, NO_HEAD, moves.verdicts)
        if own.hash == change.after.head and self._draft(lifecycle, checked, change) == change:
            moves.each.append(own)
            return moves
        _log_fallback(change.after.id, lifecycle.opening.trigger)
        group.shared = False
        return None

    def _draft(
        self, lifecycle: Lifecycle, checked: CheckedOpening, change: Change
    ) -> Change | None:
        """Draft a change from what paths that open alike have in common, and nothing else."""
        seen, at = mask_for_change(checked.seen, self._rulebook.kinds), change.recorded_at
        context = self._rulebook.guard_context(seen, at=at, recorded_at=at, actor=checked.actor)
        context = copy_guard_context(context, number=change.after.id)
        try:
            draft = ChangeBuilder(self._rulebook, context, show=_mask_for_rule)
            return draft.take(lifecycle.opening, checked.findings)
        except Exception:  # for what the draft may not see
            return None


def _mask_for_rule(context: GuardContext, guard: Guard | None) -> GuardContext:
    """Return what a table's own functions may see of openings by many."""
    return replace(mask_for_rule(context, guard), actor=MASKED)


def _log_fallback(path_id: int, trigger: str) -> None:
    log.warning("batch.fallback", path_id=path_id, timer=trigger)
