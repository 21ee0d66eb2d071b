"""Replay: the recorded history of one subject, row after row, held to the properties."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from lazsa_flow.foresight.proof.recorded_moves import RecordedMove
from lazsa_flow.foresight.proof.recorded_steps import START
from lazsa_flow.foresight.proof.world import ENDED, RUNNING
from lazsa_flow.lifecycle.model import SYSTEM
from lazsa_flow.lifecycle.path_ref import write_ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.foresight.proof.recorded_steps import RecordedSteps, StepOutcome
    from lazsa_flow.foresight.proof.rules import ProofRules
    from lazsa_flow.foresight.proof.world import PathFacts, PossibleMove, World
    from lazsa_flow.store.histories import RecordedPath, RecordedRow

MOVES_ARE_POSSIBLE = "recorded_moves_are_possible"
PRESENT_FOLLOWS = "present_follows_from_the_journal"


class RecordedStep(NamedTuple):
    """A row, and the move that it was.

    Attributes:
        path: The path's reference.
        seq: The number of the row.
        move: The move.
    """

    path: str
    seq: int
    move: PossibleMove


class Breach(NamedTuple):
    """A property that a recorded history does not keep to.

    Attributes:
        name: The property's name.
        path: The path's reference.
        seq: The row with which it fails.
        what: What is wrong, where the property does not say it.
        steps: The subject's recorded moves until there.
    """

    name: str
    path: str
    seq: int
    what: str
    steps: tuple[RecordedStep, ...]


class Replay:
    """A subject's history in the making: each property is reported once, where it first fails.

    Args:
        lifecycle: The lifecycle's name.
        paths: The subject's paths, by their numbers.
        steps: Takes the rows.
        rules: Which periods count, and of which the reason does.

    Attributes:
        unread: How many rows come after one of which nothing can be made.
    """

    def __init__(
        self,
        lifecycle: str,
        paths: tuple[RecordedPath, ...],
        steps: RecordedSteps,
        rules: ProofRules,
    ) -> None:
        self._lifecycle, self._steps, self._rules = lifecycle, steps, rules
        self._paths = {write_ref(lifecycle, path.path_id): path for path in paths}
        self._next = {ref: 0 for ref, path in self._paths.items() if path.rows}
        self._numbers: dict[str, int] = {}
        self._worlds = START
        self._done: list[RecordedStep] = []
        self._reported: set[tuple[str, str]] = set()
        self.unread: int = 0

    def find_breaches(self) -> Iterator[Breach]:
        """Take the rows in the order in which they were recorded; yield what fails."""
        while waiting := self._list_waiting():
            ref, links, outcome = self._take_next(waiting)
            row = self._row(ref)
            if outcome.move is not None:
                self._done.append(RecordedStep(ref, row.seq, outcome.move))
            if row.seq != self._next[ref] + 1:
                what = f"row {self._next[ref] + 1} is missing before it"
                yield self._breach(MOVES_ARE_POSSIBLE, ref, row.seq, what)
            if outcome.fault:
                yield self._breach(MOVES_ARE_POSSIBLE, ref, row.seq, outcome.fault)
            if not outcome.worlds:
                self.unread = self._count_unread() - 1
                return
            self._numbers.setdefault(ref, len(self._numbers) + 1)
            for each in (ref, *links):
                self._next[each] += 1
            self._worlds = outcome.worlds
            yield from self._failures(outcome.failed, ref, row.seq)
        yield from self._look_at_present()

    def _list_waiting(self) -> list[str]:
        """Return the paths that have a row left, the one that was recorded first in front."""
        waiting = [ref for ref, at in self._next.items() if at < len(self._paths[ref].rows)]
        return sorted(waiting, key=lambda ref: _order(self._row(ref)))

    def _take_next(self, waiting: list[str]) -> tuple[str, tuple[str, ...], StepOutcome]:
        """Take the next row; of those of one instant, the first that the table allows."""
        first, found = self._row(waiting[0]).recorded_at, []
        for ref in waiting:
            row = self._row(ref)
            if row.recorded_at != first:
                break
            links = tuple(each for each in waiting if each != ref and self._is_linked(each, ref))
            outcome = self._steps.take(self._worlds, self._read(ref, links))
            if not outcome.fault:
                return ref, links, outcome
            found.append((ref, links, outcome))
        return found[0]

    def _is_linked(self, other: str, ref: str) -> bool:
        """Return whether the next row of another path tells of a part of a path's move."""
        row = self._row(other)
        of_it: bool = row.actor == f"{SYSTEM}:{ref}"
        return of_it and row.recorded_at == self._row(ref).recorded_at

    def _read(self, ref: str, links: tuple[str, ...]) -> RecordedMove:
        """Return the next row of a path, without what differs between subjects."""
        row = self._row(ref)
        role, _, name = str(row.actor).partition(":")
        linked = ((self._numbers.get(each, 0), self._row(each)) for each in links)
        return RecordedMove(
            number=self._numbers.get(ref, len(self._numbers) + 1),
            trigger=row.trigger,
            reason=row.reason,
            source=row.source,
            dest=row.dest,
            timer=name if role == SYSTEM else None,
            role=None if role == SYSTEM else role,
            ended=(name, row.seq) in self._paths[ref].ended,
            verdicts=_read_verdicts(row.verdicts),
            links=frozenset((number, each.trigger, each.reason) for number, each in linked),
        )

    def _failures(
        self, failed: tuple[tuple[str, int], ...], ref: str, seq: int, what: str = ""
    ) -> Iterator[Breach]:
        """Yield the properties that fail now and have not failed before, of each path."""
        refs = {number: each for each, number in self._numbers.items()}
        for name, number in failed:
            of = refs[number]
            if (name, of) not in self._reported:
                self._reported.add((name, of))
                yield self._breach(name, of, seq if of == ref else self._last_seq(of), what)

    def _look_at_present(self) -> Iterator[Breach]:
        """Compare what the rows lead to with the paths' own rows, and hold these to properties."""
        for ref, path in self._paths.items():
            seq = self._last_seq(ref)
            if fault := self._find_difference(ref, path, seq):
                yield self._breach(PRESENT_FOLLOWS, ref, seq, fault)
        if all(ref in self._numbers for ref in self._paths):
            present = frozenset(map(self._as_stored, self._worlds))
            failed = tuple(self._steps.find_failures(present))
            what = "it fails with the states, timers and periods that are stored"
            yield from self._failures(failed, "", 0, what)

    def _find_difference(self, ref: str, path: RecordedPath, seq: int) -> str:
        if ref not in self._numbers:
            return "the path has no journal"
        number = self._numbers[ref]
        led = next(iter(self._worlds)).paths[number - 1]
        if (path.state, path.seq) != (led.state, seq):
            return f"the rows lead to {led.state} at {seq}, the path is {path.state} at {path.seq}"
        for name in sorted(path.timers):
            if not self._steps.has_timer(name):
                return f"timer {name}, which waits, is none of the table"
        stored = dict(_read_periods(path.spans, self._rules))
        for name, how in led.periods:
            if (stored.get(name) == RUNNING) != (how == RUNNING):
                words = "runs" if how == RUNNING else "has ended"
                return f"period {name} {words} by the rows, and does not by the path"
        return ""

    def _as_stored(self, world: World) -> World:
        """Return a situation with the states, timers that decide, and periods that are stored."""
        paths = tuple(
            self._stored(world.paths[number - 1], self._paths[ref])
            for ref, number in self._numbers.items()
        )
        return world._replace(paths=paths)

    def _stored(self, led: PathFacts, path: RecordedPath) -> PathFacts:
        reminders = {name for name in led.timers if not self._steps.decides(name)}
        waiting = {name for name in path.timers if self._steps.has_timer(name)}
        state = path.state if self._steps.has_state(path.state) else led.state
        counted = self._rules.counted_in
        periods = (
            (name, how)
            for name, how in _read_periods(path.spans, self._rules)
            if state in counted.get(name, (state,))
        )
        timers = frozenset(waiting | reminders)
        return led._replace(state=state, timers=timers, periods=frozenset(periods))

    def _breach(self, name: str, ref: str, seq: int, what: str) -> Breach:
        return Breach(name, ref, seq, what, tuple(self._done))

    def _row(self, ref: str) -> RecordedRow:
        return self._paths[ref].rows[self._next[ref]]

    def _last_seq(self, ref: str) -> int:
        rows = self._paths[ref].rows[: self._next.get(ref, 0)]
        return rows[-1].seq if rows else 0

    def _count_unread(self) -> int:
        return sum(len(self._paths[ref].rows) - at for ref, at in self._next.items())


def _order(row: RecordedRow) -> tuple[str, str, int]:
    return str(row.recorded_at), str(row.effective_at), row.path_id


def _read_verdicts(text: Any) -> tuple[tuple[str, bool], ...]:
    """Read what guards were recorded to say; text that cannot be read says nothing."""
    try:
        return tuple((str(each["name"]), bool(each["held"])) for each in json.loads(text))
    except (TypeError, ValueError, KeyError):
        return ()


def _read_periods(text: str, rules: ProofRules) -> Iterator[tuple[str, str]]:
    """Yield each period that is stored, and how its last time stands; text that says none: none."""
    try:
        last = {name: times[-1] for name, times in json.loads(text).items() if times}
        for name, each in last.items():
            kept = name in rules.reasons_read and each["reason"]
            yield name, RUNNING if each["ended_at"] is None else str(kept or ENDED)
    except (TypeError, ValueError, KeyError, AttributeError):
        return
