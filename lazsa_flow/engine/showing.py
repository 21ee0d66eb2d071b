"""What may be seen by what decides for many?

An answer that is to hold for all paths alike must hang on nothing that is one path's own. So what
it is kept by is what it is made from: of a nomination whether it is complete and withdrawn, of a
panel its figures, of a record what it says and from when. What is not said to be read is not there
to be read: to look at it raises, and whoever looks is found out at once, not on the one path in a
million where it matters.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lazsa_flow.domain.guards import NOMINATIONS, PANEL, kinds_read, paths_read
from lazsa_flow.domain.model import Evidence, Nomination, Path, Record, Situation, TimerRow
from lazsa_flow.domain.panel import NO_TALLY, Tally

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from lazsa_flow.domain.guards import Guard
    from lazsa_flow.engine.hearing import Asked
    from lazsa_flow.engine.sight import Sight

_Value = TypeVar("_Value")
_HIDDEN: Final[Any] = object()
"""Stands for what may not be looked through."""


class _Hidden:
    """Stands for an instant that may not be looked at; tells the watch for which path it does."""

    __slots__ = ("path_id",)


def _but(kind: type[Any], *names: str) -> tuple[str, ...]:
    """Return the names of a value's fields but for these."""
    return tuple(field.name for field in fields(kind) if field.name not in names)


_OF_PATH: Final = _but(Path, "id", "subject", "head", "opened_at", "recorded_at")
_OF_RECORD: Final = _but(Record, "actor", "recorded_at")
_OF_TIMER: Final = _but(TimerRow, "path_id")
_OF_NOMINATION: Final = ("complete", "withdrawn")


def to_guard(situation: Situation, reads: frozenset[str]) -> Situation:
    """Return a situation that shows what paths alike have in common, and room for what is read.

    The figures, tally and nominations that a guard reads are to be put into it by :func:`reveal`.
    Those who are alike have no other path in their lifecycle: of it there are none to be shown.
    """
    seen, kinds = situation.seen, kinds_read(reads)
    shown = Evidence(
        _path(seen.path),
        seen.facts and _only(seen.facts, ("as_of",)),
        _HIDDEN if PANEL not in reads else NO_TALLY,
        _HIDDEN if NOMINATIONS not in reads else (),
        _records(seen, kinds) if kinds else _HIDDEN,
        () if paths_read(reads) else _HIDDEN,
        _timers(seen),
    )
    return _with(situation, shown, recorded_at=_Hidden())


def reveal(situation: Situation, asked: Asked, reading: Hashable, sight: Sight) -> None:
    """Show a guard what it reads, made of the key that its answer is kept by, and nothing more.

    Args:
        situation: What :func:`to_guard` returned for it; nothing else holds it.
        asked: The guard.
        reading: The key.
        sight: A path that has it, which reads its figures.
    """
    shown, hidden = situation.seen, situation.recorded_at
    object.__setattr__(hidden, "path_id", sight.path_id)
    key: Any = (reading,) if asked.single else reading
    parts = iter(key)
    for index, name in asked.figures:
        next(parts)
        if shown.facts is not None:
            object.__setattr__(shown.facts, name, sight.figure(index))
    if asked.panel:
        object.__setattr__(shown, "tally", Tally.shown(next(parts)))
    if asked.nominations:
        object.__setattr__(shown, "nominations", tuple(map(_nomination, next(parts))))


def to_draft(seen: Evidence, kinds: frozenset[str]) -> Evidence:
    """Return evidence that shows what the draft of a change for many may hang on.

    Args:
        seen: Of the path that it is drafted for.
        kinds: Of which kinds paths alike have the same records.
    """
    return Evidence(
        seen.path,
        seen.facts and _only(seen.facts, ("as_of",)),
        _HIDDEN,
        _HIDDEN,
        _records(seen, kinds),
        (),
        seen.timers,
    )


def to_rule(situation: Situation, guard: Guard | None) -> Situation:
    """Return what a table's own functions may see of a draft for many: nothing of its one path.

    Args:
        situation: As the draft has it.
        guard: The condition of an effect; ``None``: an instant or a round.
    """
    seen, reads = situation.seen, frozenset() if guard is None else guard.reads or frozenset()
    records = seen.records if guard is None else _records(seen, kinds_read(reads))
    others = () if paths_read(reads) else _HIDDEN
    shown = Evidence(_path(seen.path), seen.facts, _HIDDEN, _HIDDEN, records, others, _timers(seen))
    return _with(situation, shown, recorded_at=situation.recorded_at)


def _with(situation: Situation, seen: Evidence, *, recorded_at: Any) -> Situation:
    return Situation(
        seen,
        situation.at,
        situation.on,
        recorded_at,
        situation.policy,
        situation.calendar,
        situation.actor,
        situation.reason,
    )


def _path(path: Path) -> Path:
    """Show what paths alike have in common; where there are no rounds, when they were opened."""
    return _only(path, _OF_PATH if path.cycle_on else (*_OF_PATH, "opened_at"))


def _records(seen: Evidence, kinds: frozenset[str]) -> tuple[Record, ...]:
    return tuple(_only(each, _OF_RECORD) for each in seen.records if each.kind in kinds)


def _timers(seen: Evidence) -> tuple[TimerRow, ...]:
    return tuple(_only(each, _OF_TIMER) for each in seen.timers)


def _nomination(key: tuple[bool, bool]) -> Nomination:
    shown = object.__new__(Nomination)
    for name, value in zip(_OF_NOMINATION, key, strict=True):
        object.__setattr__(shown, name, value)
    return shown


def _only(whole: _Value, names: Iterable[str]) -> _Value:
    """Return a value of which only these fields are there."""
    part = object.__new__(type(whole))
    for name in names:
        object.__setattr__(part, name, getattr(whole, name))
    return part
