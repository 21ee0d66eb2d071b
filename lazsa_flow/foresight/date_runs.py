"""Runs of one date: under each combination of assumptions, on copies of one scratch database.

An assumption may concern only a few subjects. A run under several assumptions decides the subjects
that all of them concern. Any other subject has the outcome of an earlier run: the one under those
assumptions that do concern it, where its evidence was the same. A path's outcome depends on its own
subject alone, unless moves take keys that others may want; then every run decides everything.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import chain, combinations
from typing import TYPE_CHECKING

from lazsa_flow.clock import VirtualClock
from lazsa_flow.foresight.classes import list_assumed, list_givens
from lazsa_flow.foresight.foreseen_journal import ForeseenJournal
from lazsa_flow.foresight.outcomes import read_outcomes
from lazsa_flow.lifecycle.effects import FireOther, Reserve
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
        self._concerned: dict[str, frozenset[str] | None] = {}
        """The subjects whose outcomes each assumption may change; ``None``: it may be any."""

    def run(self, given: Given) -> Outcomes:
        """Run it under one combination, with all that is due."""
        return self._run_whole(given, journal=False)[0]

    def run_each(self, asked: Given) -> tuple[dict[Given, Outcomes], ForeseenJournal]:
        """Run it under every combination; return the outcomes, and the rows of the one asked for.

        Args:
            asked: The combination whose rows are wanted, so that it is run with all that is due.
        """
        givens = list_givens(self._known)
        rows = ForeseenJournal(())
        runs: dict[Given, Outcomes] = {}
        for given in sorted(givens, key=lambda each: len(self._list_assumed(each))):
            if given == asked:
                runs[given], rows = self._run_whole(given, journal=True)
            elif self._list_assumed(given) and self._apart:
                runs[given] = self._run_part(self._list_assumed(given), runs)
            else:
                runs[given] = self.run(given)
        return {given: runs[given] for given in givens}, rows

    def _run_whole(self, given: Given, *, journal: bool) -> tuple[Outcomes, ForeseenJournal]:
        with self._open() as (scratch, runtime, clock):
            self._assume(scratch, runtime, self._list_assumed(given), self._due)
            outcomes = self._sweep(runtime, clock)
            rows = runtime.store.stored_journal() if journal else ()
            return outcomes, ForeseenJournal(tuple(rows))

    def _run_part(self, assumed: Mapping[str, str], runs: Mapping[Given, Outcomes]) -> Outcomes:
        """Run it on the subjects whose outcome no run under fewer assumptions gives."""
        outcomes: Outcomes = {}
        path_ids = self._list_due_paths(assumed, runs[self._only({})])
        if path_ids or assumed.keys() - self._concerned.keys():
            with self._open() as (scratch, runtime, clock):
                self._assume(scratch, runtime, assumed, path_ids)
                subjects = self._list_concerned_by_all(assumed)
                if subjects is None:
                    return self._sweep(runtime, clock)
                if subjects:
                    scratch.keep_subjects(subjects)
                    outcomes = self._sweep(runtime, clock)
        return self._merge_outcomes(assumed, runs, outcomes)

    def _list_due_paths(self, assumed: Mapping[str, str], recorded: Outcomes) -> Collection[int]:
        """Return the paths that all of these assumptions may concern, as far as is known by now."""
        known = [name for name in assumed if name in self._concerned]
        subjects = self._list_concerned_by_all(known)
        if subjects is None:
            return self._due
        found = ((path_id, recorded.get(path_id)) for path_id in self._due)
        return [path_id for path_id, each in found if each is None or each.subject in subjects]

    def _list_concerned_by_all(self, assumed: Iterable[str]) -> frozenset[str] | None:
        """Return the subjects that all of these assumptions concern; ``None``: it may be any."""
        few = [found for name in assumed if (found := self._concerned[name]) is not None]
        return frozenset.intersection(*few) if few else None

    def _merge_outcomes(
        self, assumed: Mapping[str, str], runs: Mapping[Given, Outcomes], own: Outcomes
    ) -> Outcomes:
        """Return a run's own outcomes with those of the subjects that fewer assumptions concern.

        Args:
            assumed: What the run assumes.
            runs: The runs under fewer assumptions.
            own: The outcomes of the subjects that all of the assumptions concern.
        """
        merged = dict(own)
        for names in chain.from_iterable(combinations(assumed, n) for n in range(len(assumed))):
            known = runs[self._only({name: assumed[name] for name in names})]
            merged |= {
                path_id: each
                for path_id, each in known.items()
                if all(self._concerns(name, each) is (name in names) for name in assumed)
            }
        return merged

    def _concerns(self, assumption: str, path: RunOutcome) -> bool:
        subjects = self._concerned[assumption]
        return subjects is None or path.subject in subjects

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

    def _assume(
        self,
        scratch: Scratch,
        runtime: Runtime,
        assumed: Mapping[str, str],
        path_ids: Collection[int],
    ) -> None:
        if not assumed:
            return
        changed = runtime.application.assume(
            runtime.store,
            runtime.rulebook,
            assumed,
            on=self._night.on,
            now=self._now,
            path_ids=path_ids,
        )
        if len(assumed) == 1:
            [name] = assumed
            self._concerned[name] = None if changed is None else scratch.find_subjects(changed)

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
