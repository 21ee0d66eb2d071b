"""Memoized decisions: how the paths of a group are decided without a value made for each.

Each guard says what it reads. Of paths that are identical in all else, a guard is asked once for
each key of what it reads, and its answer is kept with the verdict's text. Where a guard may read
anything, or an effect depends on more than a path's own round and records, there is no memoized
decision, and each path is decided by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.engine.batch import codegen
from lazsa_flow.lifecycle.effects import Notify, Reserve
from lazsa_flow.lifecycle.evidence import parts_read
from lazsa_flow.lifecycle.guards import all_read, kinds_read, paths, paths_read, records

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from lazsa_flow.engine.batch.codegen import Ask, CachedFinding, Decide, Memo, Write
    from lazsa_flow.engine.plan import Plan, Route
    from lazsa_flow.lifecycle.effects import Effect
    from lazsa_flow.lifecycle.evidence import ReadPart, Source
    from lazsa_flow.lifecycle.guards import Ask as AskGuard
    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.table import Lifecycle, Timer

KEPT: Final = 100_000
"""How many answers of a timer's guards are kept, some 35 MB, before they are forgotten."""
_GROUPS: Final = 64
"""For how many groups."""


class ReadSource(NamedTuple):
    """An evidence source that a guard reads.

    Attributes:
        fields: Which of its fields; none where it is read as a whole.
        start: Where it begins among the parts of a guard's key.
    """

    source: Source
    fields: tuple[str, ...]
    start: int


def _sources_read(parts: Sequence[ReadPart], sources: Sequence[Source]) -> tuple[ReadSource, ...]:
    """Put the parts of a guard's key together by their sources."""
    found: list[ReadSource] = []
    for number, source in enumerate(sources):
        places = [place for place, part in enumerate(parts) if part.source == number]
        if places:
            fields = [field for place in places if (field := parts[place].field) is not None]
            found.append(ReadSource(source, tuple(fields), places[0]))
    return tuple(found)


class GuardCall(NamedTuple):
    """A guard, and what it must be shown.

    Attributes:
        ask: Calls the guard.
        write: Writes a list of its one finding.
        reason: The reason that it is asked with.
        reads: What it says that it reads.
        sources: The evidence sources that it reads.
        single: Whether it reads one thing, which then is the key of its answer.
    """

    ask: AskGuard
    write: Write
    reason: str | None
    reads: frozenset[str]
    sources: tuple[ReadSource, ...]
    single: bool

    @classmethod
    def of(cls, guard: Guard, reason: str | None, sources: Sequence[Source]) -> GuardCall:
        """Return what a guard must be shown of a lifecycle's evidence sources."""
        reads = guard.reads or frozenset()
        parts = parts_read(reads, sources)
        return cls(
            guard.ask,
            codegen.writer((guard.name,)),
            reason,
            reads,
            _sources_read(parts, sources),
            len(parts) == 1,
        )


class MemoizedDecision:
    """A timer's decision in one state.

    Args:
        guards: Every guard that its routes ask, in the order in which they are first asked.
        routes: What its steps try.
        sources: The lifecycle's evidence sources.
    """

    def __init__(
        self, guards: Sequence[Guard], routes: Sequence[Route], sources: Sequence[Source]
    ) -> None:
        self.routes: tuple[Route, ...] = tuple(routes)
        numbers = {guard.name: number for number, guard in enumerate(guards)}
        reasons = {name: route.reason for route in routes for name in route.new_guards}
        self.asked: tuple[GuardCall, ...] = tuple(
            GuardCall.of(guard, reasons[guard.name], sources) for guard in guards
        )
        self._make = codegen.compile_decision(
            [
                (
                    [numbers[name] for name in route.new_guards],
                    [numbers[name] for name in route.edge.guards],
                )
                for route in routes
            ],
            [guard.reads or frozenset() for guard in guards],
            sources,
        )
        self._kept: dict[Hashable, tuple[Memo, ...]] = {}
        self._answers = 0

    def for_group(self, group_key: Hashable, ask: Ask) -> tuple[Decide, tuple[Memo, ...]]:
        """Return what decides the paths of a group, and where their guards' answers are kept."""
        if group_key not in self._kept and len(self._kept) >= _GROUPS:
            self._kept.clear()
            self._answers = 0
        memos = self._kept.setdefault(group_key, tuple({} for _ in self.asked))
        return self._make(ask, memos), memos

    def keep(self, memo: Memo, key: Hashable, finding: CachedFinding) -> None:
        """Keep a guard's answer; where there are many, forget all others."""
        if self._answers >= KEPT:
            for each in list(self._kept.values()):  # another thread may add to them
                for kept in each:
                    kept.clear()
            self._answers = 0
        memo[key] = finding
        self._answers += 1


def memoized_decision(plan: Plan, state: str, timer: Timer) -> MemoizedDecision | None:
    """Return a timer's memoized decision; ``None`` where each path is to be decided by itself."""
    return plan.derive(state, timer, _memoize_decision)


def _memoize_decision(
    lifecycle: Lifecycle, timer: Timer, routes: Sequence[Route]
) -> MemoizedDecision | None:
    guards = [lifecycle.guards[name] for route in routes for name in route.new_guards]
    effects = [*timer.effects, *timer.on_refused, *(e for r in routes for e in r.edge.effects)]
    together = all_read(guards)
    if together is None or not has_shared_effects(lifecycle, effects):
        return None
    if paths_read(together) - {lifecycle.name}:
        return None  # those decided together have no other path in their own lifecycle
    return MemoizedDecision(guards, routes, lifecycle.evidence)


def has_shared_effects(lifecycle: Lifecycle, effects: Iterable[Effect]) -> bool:
    """Return whether effects are the same for all paths of a group."""
    asked = all_read(lifecycle.guards[each.when] for each in effects if each.when)
    if asked is None or asked - {paths(lifecycle.name)} - set(map(records, kinds_read(asked))):
        return False
    return not any(
        (isinstance(each, Notify) and lifecycle.recipient(each.to).each is not None)
        or isinstance(each, Reserve)
        for each in effects
    )
