"""Foreseen moves of a rehearsal: counted along the arrows of a lifecycle's picture."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lazsa_flow.errors import InputError
from lazsa_flow.foresight.saved_nights import Nights
from lazsa_flow.graph.foreseen import ForeseenMoves, put_foreseen
from lazsa_flow.lifecycle.path_ref import parse_ref, write_ref
from lazsa_flow.service.part import runtime_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lazsa_flow.graph.chart import Chart
    from lazsa_flow.graph.timeline import Picture
    from lazsa_flow.service.part import Standing

STAYING: Final = ("refused", "parked", "paused")
_EXPECTED: Final = "a report of lazsa-flow rehearse as JSON"
_AS_RECORDED: Final = "as-recorded"


class ForeseenPath(NamedTuple):
    """What is foretold of one path.

    Attributes:
        path: The path's reference.
        outcome: The trigger that fires; ``refused``, ``parked`` or ``paused`` where none does.
        before: The state that it leaves; ``None`` where that was not kept.
        state: The state that it is in afterwards.
    """

    path: str
    country: str
    outcome: str
    before: str | None
    state: str


class FoundRehearsal(NamedTuple):
    """A rehearsal as it was kept: see :class:`~lazsa_flow.graph.foreseen.ForeseenMoves`."""

    on: date
    asked_at: datetime
    source: str
    assumed: tuple[str, ...]
    doubts: tuple[str, ...]
    paths: tuple[ForeseenPath, ...]


def show_foreseen(service: Standing, picture: Picture, rehearsal: str) -> Picture:
    """Return a picture with what a rehearsal foretells next to the past.

    Args:
        service: The service, or a programme.
        picture: The picture.
        rehearsal: The name of a saved rehearsal, or the file of a report as JSON.

    Raises:
        InputError: The file is no such report, or a path goes where the lifecycle has no arrow.
        NotFoundError: No rehearsal was saved under this name.
    """
    file = Path(rehearsal)
    is_file = file.suffix.lower() == ".json" or file.is_file()
    found = read_report(file) if is_file else _read_saved(service, rehearsal)
    lifecycle = picture.chart.name
    paths = [each for each in found.paths if parse_ref(each.path).lifecycle == lifecycle]
    if any(each.before is None for each in paths):
        states = _read_states(service, lifecycle, paths)
    else:
        states = {}
    counted = _Counted(picture.chart)
    for each in paths:
        counted.add(each, states.get(each.path))
    doubts = found.doubts
    if found.on < picture.asked_at.date():
        doubts = (*doubts, f"the date is past: {found.on}")
    foreseen = ForeseenMoves(
        found.on,
        found.asked_at,
        found.source,
        found.assumed,
        doubts,
        moves=counted.moves,
        unplaced=counted.unplaced,
        stays=counted.stays,
    )
    return put_foreseen(picture, foreseen)


def read_report(file: Path) -> FoundRehearsal:
    """Read a rehearsal from the report that was written of it as JSON.

    Args:
        file: The file.

    Raises:
        InputError: There is no such file, or it is no such report.
    """
    try:
        document = json.loads(file.read_text("utf-8"))
        return FoundRehearsal(
            date.fromisoformat(document["on"]),
            _read_instant(document["now"]),
            file.name,
            tuple(map(str, document["assumed"])),
            (),
            tuple(map(_read_path, document["outcomes"])),
        )
    except OSError as error:
        expected = f"{_EXPECTED}, or the name of a saved rehearsal"
        raise InputError.of("view", "rehearsal", file.name, expected) from error
    except (KeyError, TypeError, ValueError, AttributeError):
        raise InputError.of("view", "rehearsal", file.name, _EXPECTED) from None


def _read_path(fields: Mapping[str, Any]) -> ForeseenPath:
    names = ("path", "country", "outcome", "before", "state")
    values = [fields[name] for name in names]
    if not all(isinstance(each, str) for each in values):
        raise TypeError
    return ForeseenPath(*values)


def _read_instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at


def _read_saved(service: Standing, name: str) -> FoundRehearsal:
    saved = Nights(runtime_of(service)).night(name)
    return FoundRehearsal(
        saved.on,
        saved.now,
        saved.name,
        tuple(
            f"{each}: {value}" for each, value in saved.conditions.items() if value != _AS_RECORDED
        ),
        saved.stale,
        tuple(
            ForeseenPath(path, each.country, each.outcome, None, each.state)
            for path, each in saved.outcomes.items()
        ),
    )


def _read_states(
    service: Standing, lifecycle: str, paths: Iterable[ForeseenPath]
) -> dict[str, str]:
    """Return the states that paths are in now, by their references."""
    numbers = [parse_ref(each.path).number for each in paths]
    with runtime_of(service).store.read_statistics(lifecycle) as statistics:
        return {
            write_ref(lifecycle, each.id): each.state
            for each in statistics.paths_by_number(numbers)
        }


class _Counted:
    """Outcomes counted along the arrows that the clock takes."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        names = {node.id: node.label for node in chart.nodes}
        self._arrows: dict[tuple[str, str, str], str] = {}
        for arrow in chart.arrows:
            if arrow.source is not None and arrow.timers:
                key = (names[arrow.source], arrow.trigger, names[arrow.dest])
                self._arrows.setdefault(key, arrow.id)
        self.moves: dict[str, Counter[str]] = defaultdict(Counter)
        self.unplaced: dict[str, Counter[str]] = defaultdict(Counter)
        self.stays: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, foreseen: ForeseenPath, stands: str | None) -> None:
        """Count what is foretold of a path.

        Args:
            foreseen: What is foretold.
            stands: The state that it is in now, where the one that it leaves was not kept.

        Raises:
            InputError: The clock takes no path along such an arrow.
        """
        _path, country, outcome, before, state = foreseen
        if outcome in STAYING:
            self.stays[country][outcome] += 1
            return
        sources = {
            source for source, trigger, dest in self._arrows if (trigger, dest) == (outcome, state)
        }
        if not sources or (before is not None and before not in sources):
            move = f"{foreseen.path}: {outcome} from {before or 'any state'} to {state}"
            expected = f"moves that the clock makes in lifecycle {self._chart.name}"
            raise InputError.of("view", "rehearsal", move, expected)
        source = before or self._find_source(sources, stands)
        if source is None:
            self.unplaced[country][outcome] += 1
        else:
            self.moves[country][self._arrows[source, outcome, state]] += 1

    def _find_source(self, sources: set[str], stands: str | None) -> str | None:
        """Return the state that a path leaves, if that can be told from where it stands now."""
        if len(sources) == 1:
            return next(iter(sources))
        within = sources & set(self._reach(stands)) if stands is not None else sources
        return next(iter(within)) if len(within) == 1 else None

    def _reach(self, stands: str) -> Iterator[str]:
        """Yield the states that the clock may bring a path to, with the one where it stands."""
        found, waiting = {stands}, [stands]
        while waiting:
            at = waiting.pop()
            yield at
            for source, _trigger, dest in self._arrows:
                if source == at and dest not in found:
                    found.add(dest)
                    waiting.append(dest)
