"""The check of counted flows: what is counted of the moves, compared with the journal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lazsa_flow.engine.journal_text import MoveKind
    from lazsa_flow.store.audit import AuditedPath, Outcome
    from lazsa_flow.store.flows import FlowSum


@dataclass(frozen=True, slots=True)
class FlowDifference:
    """Moves of one kind that are not counted as the journal has them.

    Attributes:
        cycle: The cycle date in whose books they stand, as text, where a timer led to them.
        timer: The timer's name.
        trigger: ``None`` where paths stayed in their state.
        day: The day of UTC on which they took effect.
        counted: How many the counted flows have.
        recorded: How many the journal has.
    """

    lifecycle: str
    country: str
    cycle: str | None
    timer: str | None
    trigger: str | None
    source: str | None
    dest: str
    reason: str | None
    day: str
    counted: int
    recorded: int

    def __str__(self) -> str:
        books = "" if self.cycle is None else f", books of {self.cycle} ({self.timer})"
        moved = self.trigger or "no trigger"
        why = "" if self.reason is None else f" ({self.reason})"
        return (
            f"{self.lifecycle} {self.country}{books}: {moved}{why}, {self.source or 'nothing'} to "
            f"{self.dest} on {self.day}: {self.counted} counted, {self.recorded} in the journal"
        )


class _Place(NamedTuple):
    """What is counted together."""

    lifecycle: str
    country: str
    cycle_on: str | None
    timer: str | None
    kind: MoveKind


class FlowRecount:
    """Counts the moves of the journal again; it grows with kinds and days, not with paths."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[str, str, Outcome | None, MoveKind]] = Counter()

    def add(self, path: AuditedPath, kinds: Iterable[MoveKind]) -> None:
        """Count a path's rows.

        Args:
            path: The path.
            kinds: What each of its rows counts as, in order.
        """
        lifecycle, country, outcomes = path.lifecycle, path.country, path.outcomes
        if lifecycle is None or country is None:
            return  # rows without a path are reported as faults
        if not outcomes:
            self._counted.update((lifecycle, country, None, kind) for kind in kinds)
            return
        self._counted.update(
            (lifecycle, country, outcomes.get(row[1:3]), kind)
            for row, kind in zip(path.stored, kinds, strict=True)
        )

    def find_differences(self, sums: Iterable[FlowSum]) -> list[FlowDifference]:
        """Return what is counted otherwise, in the order of the alphabet.

        Args:
            sums: What is counted.
        """
        recorded = self._recorded()
        counted = {_Place(*each[:-1]): each.moves for each in sums}
        differ = {
            place
            for place in counted.keys() | recorded.keys()
            if counted.get(place, 0) != recorded[place]
        }
        found = (_difference(each, counted.get(each, 0), recorded[each]) for each in differ)
        return sorted(found, key=str)

    def _recorded(self) -> Counter[_Place]:
        """Return what should be counted: outcomes in their books, all in the country of now."""
        recorded: Counter[_Place] = Counter()
        for (lifecycle, country, outcome, kind), moves in self._counted.items():
            for place, sign in _places(lifecycle, country, outcome, kind):
                recorded[place] += sign * moves
        return recorded


def _places(
    lifecycle: str, country: str, outcome: Outcome | None, kind: MoveKind
) -> Iterator[tuple[_Place, int]]:
    here = _Place(lifecycle, country, None, None, kind)
    if outcome is None:
        yield here, 1
        return
    yield _Place(lifecycle, *outcome, kind), 1
    if outcome.country != country:
        yield here._replace(country=outcome.country), -1
        yield here, 1


def _difference(place: _Place, counted: int, recorded: int) -> FlowDifference:
    lifecycle, country, cycle, timer, (day, trigger, source, dest, reason) = place
    return FlowDifference(
        lifecycle, country, cycle, timer, trigger, source, dest, reason, day, counted, recorded
    )
