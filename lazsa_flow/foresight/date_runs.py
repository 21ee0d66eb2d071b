"""Runs of one date: under each combination of assumptions, on copies of one scratch database.

What an application assumes may concern a few paths only. The others were decided on the same
evidence before, under the same combination without it: they are not decided again. A path's
outcome depends on its own subject alone, unless moves take keys that others may want; then
everything is run again.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lazsa_flow.clock import VirtualClock
from lazsa_flow.foresight.classes import list_assumed, list_givens
from lazsa_flow.foresight.outcomes import read_outcomes
from lazsa_flow.lifecycle.effects import FireOther, Reserve
from lazsa_flow.lifecycle.values import freeze
from lazsa_flow.service.assumptions import AS_RECORDED
from lazsa_flow.service.service import FlowService

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.foresight.classes import Given
    from lazsa_flow.foresight.nights import Night
    from lazsa_flow.foresight.outcomes import RunOutcome
    from lazsa_flow.foresight.scratch import Scratch
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.service.assumptions import Assumption
    from lazsa_flow.service.runtime import Runtime

Outcomes = dict[int, "RunOutcome"]
Journal = tuple["Mapping[str, Any]", ...]


class DateRuns:
    """Runs the date on a scratch database in which everything before it has been decided.

    Args:
        scratch: The scratch database, which is only copied.
        night: What is rehearsed.
        known: The assumptions of the application.
        now: The instant at which the date begins to be rehearsed.
        due: The paths that the date is about.
        apart: Whether each subject is decided apart from the others; see :func:`decides_apart`.
    """

    def __init__(
        self,
        scratch: Scratch,
        night: Night,
        known: Sequence[Assumption],
        now: datetime,
        due: Collection[int],
        *,
        apart: bool,
    ) -> None:
        self._scratch, self._night, self._known = scratch, night, known
        self._now, self._due, self._apart = now, due, apart
        self._written: dict[str, Collection[int] | None] = {}
        """The paths about which each assumption writes anything; ``None``: it may be any."""

    def run(self, given: Given) -> Outcomes:
        """Run it under one combination, with all that is due."""
        return self._run_whole(given, journal=False)[0]

    def run_each(self, asked: Given) -> tuple[dict[Given, Outcomes], Journal]:
        """Run it under every combination; return the outcomes, and the rows of the one asked for.

        Args:
            asked: The combination whose rows are wanted, so that it is run with all that is due.
        """
        givens = list_givens(self._known)
        rows: Journal = ()
        runs: dict[Given, Outcomes] = {}
        for given in sorted(givens, key=lambda each: len(self._list_assumed(each))):
            if given == asked:
                runs[given], rows = self._run_whole(given, journal=True)
            elif self._list_assumed(given) and self._apart:
                runs[given] = self._run_part(given, runs)
            else:
                runs[given] = self.run(given)
        return {given: runs[given] for given in givens}, rows

    def _run_whole(self, given: Given, *, journal: bool) -> tuple[Outcomes, Journal]:
        with self._open() as (_, runtime, clock):
            self._assume(runtime, given, self._due)
            outcomes = self._sweep(runtime, clock)
            rows = FlowService(runtime).journal() if journal else ()
            return outcomes, tuple(map(freeze, rows))

    def _run_part(self, given: Given, runs: Mapping[Given, Outcomes]) -> Outcomes:
        """Run it on those alone of whom a run under fewer assumptions does not tell the outcome."""
        assumed = self._list_assumed(given)
        known = assumed.keys() <= self._written.keys()
        with self._open() as (scratch, runtime, clock):
            self._assume(runtime, given, (known and self._list_written(assumed)) or self._due)
            written = self._list_written(assumed)
            if written is None:
                return self._sweep(runtime, clock)
            kept = scratch.keep_subjects_of(written)
            outcomes = self._sweep(runtime, clock)
        wide = {name: value for name, value in assumed.items() if self._written[name] is None}
        before = runs[self._only(wide)]
        return {**{at: found for at, found in before.items() if at not in kept}, **outcomes}

    def _list_written(self, assumed: Iterable[str]) -> Collection[int] | None:
        """Return the paths about which assumptions write anything, but for those that may for all.

        ``None`` where each of them may.
        """
        narrow = [written for name in assumed if (written := self._written[name]) is not None]
        return {path_id for written in narrow for path_id in written} if narrow else None

    @contextmanager
    def _open(self) -> Iterator[tuple[Scratch, Runtime, VirtualClock]]:
        clock = VirtualClock(self._now)
        with self._scratch.branch() as scratch, scratch.advance(clock) as runtime:
            yield scratch, runtime, clock

    def _list_assumed(self, given: Given) -> dict[str, str]:
        return {each.name: value for each, value in list_assumed(self._known, given)}

    def _only(self, assumed: Mapping[str, str]) -> Given:
        """Return the combination in which nothing else is assumed."""
        return tuple(assumed.get(each.name, AS_RECORDED) for each in self._known)

    def _assume(self, runtime: Runtime, given: Given, path_ids: Collection[int]) -> None:
        assumed = self._list_assumed(given)
        if not assumed:
            return
        written = runtime.application.assume(
            runtime.store,
            runtime.rulebook,
            assumed,
            on=self._night.on,
            now=self._now,
            path_ids=path_ids,
        )
        if len(assumed) == 1:
            [name] = assumed
            self._written.setdefault(name, written)

    def _sweep(self, runtime: Runtime, clock: VirtualClock) -> Outcomes:
        sweep_until(FlowService(runtime), clock, self._night.until)
        return read_outcomes(runtime, self._night.on, self._night.countries)


def decides_apart(tables: Iterable[Lifecycle]) -> bool:
    """Return whether what timers decide of one subject is never in the way of another's.

    Keys that a move takes for its path are: who comes first has them.
    """
    for table in tables:
        by_timers = {step.trigger for timer in table.timers for step in timer.steps}
        for edge in table.edges:
            fired = {each.trigger for each in edge.effects if isinstance(each, FireOther)}
            by_timers |= fired
        for edge in table.edges:
            takes_keys = any(isinstance(each, Reserve) for each in edge.effects)
            if takes_keys and edge.trigger in by_timers:
                return False
    return True


def sweep_until(service: FlowService, clock: VirtualClock, until: datetime) -> None:
    """Sweep instant by instant, the clock going on to each at which something is due."""
    while (at := service.next_due()) is not None and at <= until:
        clock.move_to(at)
        service.sweep()
    clock.move_to(until)
    service.sweep()
