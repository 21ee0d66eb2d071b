"""How are paths that are alike decided, without a value made for each?

Each guard says what it reads. Of paths that are alike in all else, what it reads is asked once for
each reading that differs, and its answer kept with the verdict's text: a chat response rate of 0.93
meets the bar for whoever has it. Where a guard may read anything, or an effect hangs on more than a
path's own round and records, there is no such hearing, and each path is decided by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.engine.batch import codegen
from lazsa_flow.lifecycle.effects import Notify, Reserve
from lazsa_flow.lifecycle.guards import (
    NOMINATIONS,
    PANEL,
    all_read,
    kinds_read,
    paths,
    paths_read,
    records,
)
from lazsa_flow.lifecycle.model import FIGURES

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from lazsa_flow.engine.batch.codegen import Ask, CachedFinding, Decide, Memo, Write
    from lazsa_flow.engine.plan import Route
    from lazsa_flow.lifecycle.effects import Effect
    from lazsa_flow.lifecycle.guards import Ask as AskGuard
    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.table import Lifecycle, Timer

KEPT: Final = 100_000
"""How many answers of a timer's guards are kept, some 35 MB, before they are forgotten."""
_LIKES: Final = 64
"""For how many likenesses."""


class GuardCall(NamedTuple):
    """A guard, and what it must be shown.

    Attributes:
        ask: Calls the guard.
        write: Writes a list of its one finding.
        reason: The reason that it is asked with.
        reads: What it says that it reads.
        figures: The figures that it reads: where they stand, and their names.
        panel: Whether it reads the tally,
        nominations: or the nominations.
        single: Whether it reads one thing, which then is the key of its answer.
    """

    ask: AskGuard
    write: Write
    reason: str | None
    reads: frozenset[str]
    figures: tuple[tuple[int, str], ...]
    panel: bool
    nominations: bool
    single: bool

    @classmethod
    def of(cls, guard: Guard, reason: str | None) -> GuardCall:
        """Return what a guard must be shown."""
        reads = guard.reads or frozenset()
        figures = tuple((index, name) for index, name in enumerate(FIGURES) if name in reads)
        panel, nominations = PANEL in reads, NOMINATIONS in reads
        return cls(
            guard.ask,
            codegen.writer((guard.name,)),
            reason,
            reads,
            figures,
            panel,
            nominations,
            len(figures) + panel + nominations == 1,
        )


class MemoizedDecision:
    """A timer's decision in one state.

    Args:
        guards: Every guard that its routes ask, in the order in which they are first asked.
        routes: What its steps try.
    """

    def __init__(self, guards: Sequence[Guard], routes: Sequence[Route]) -> None:
        self.routes: tuple[Route, ...] = tuple(routes)
        numbers = {guard.name: number for number, guard in enumerate(guards)}
        reasons = {name: route.reason for route in routes for name in route.fresh}
        self.asked: tuple[GuardCall, ...] = tuple(
            GuardCall.of(guard, reasons[guard.name]) for guard in guards
        )
        self._make = codegen.hearing(
            [
                ([numbers[name] for name in route.fresh], [numbers[n] for n in route.edge.guards])
                for route in routes
            ],
            [guard.reads or frozenset() for guard in guards],
        )
        self._kept: dict[Hashable, tuple[Memo, ...]] = {}
        self._answers = 0

    def of(self, like: Hashable, ask: Ask) -> tuple[Decide, tuple[Memo, ...]]:
        """Return what decides paths of a likeness, and where their guards' answers are kept."""
        if like not in self._kept and len(self._kept) >= _LIKES:
            self._kept.clear()
            self._answers = 0
        memos = self._kept.setdefault(like, tuple({} for _ in self.asked))
        return self._make(ask, memos), memos

    def keep(self, memo: Memo, reading: Hashable, heard: CachedFinding) -> None:
        """Keep a guard's answer; where there are many, forget all others."""
        if self._answers >= KEPT:
            for each in list(self._kept.values()):  # another thread may add to them
                for kept in each:
                    kept.clear()
            self._answers = 0
        memo[reading] = heard
        self._answers += 1


def hearing(lifecycle: Lifecycle, timer: Timer, routes: Sequence[Route]) -> MemoizedDecision | None:
    """Return the hearing of a timer, or ``None`` where each path is to be decided by itself."""
    guards = [lifecycle.guards[name] for route in routes for name in route.fresh]
    effects = [*timer.effects, *timer.on_refused, *(e for r in routes for e in r.edge.effects)]
    together = all_read(guards)
    if together is None or not _shared(lifecycle, effects):
        return None
    if paths_read(together) - {lifecycle.name}:
        return None  # those decided together have no other path in their own lifecycle
    return MemoizedDecision(guards, routes)


def _shared(lifecycle: Lifecycle, effects: Iterable[Effect]) -> bool:
    """Tell whether effects are the same for all paths that are alike."""
    asked = all_read(lifecycle.guards[each.when] for each in effects if each.when)
    if asked is None or asked - {paths(lifecycle.name)} - set(map(records, kinds_read(asked))):
        return False
    return not any(
        (isinstance(each, Notify) and lifecycle.recipient(each.to).each is not None)
        or isinstance(each, Reserve)
        for each in effects
    )
