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

from lazsa_flow.award.rules.panel import NO_TALLY, Tally
from lazsa_flow.lifecycle.guards import NOMINATIONS, PANEL, kinds_read, paths_read
from lazsa_flow.lifecycle.model import GuardContext, Nomination, Path, Snapshot, Statement, TimerRow
from lazsa_flow.lifecycle.path_data import PATH_DATA, PathData

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from lazsa_flow.engine.batch.memo import GuardCall
    from lazsa_flow.engine.evidence_row import EvidenceRow
    from lazsa_flow.lifecycle.guards import Guard

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
_OF_RECORD: Final = _but(Statement, "actor", "recorded_at")
_OF_TIMER: Final = _but(TimerRow, "path_id")
_OF_DATA: Final = ("seq", "trigger", "fields")
_OF_NOMINATION: Final = ("complete", "withdrawn")


def mask_for_guard(context: GuardContext, reads: frozenset[str]) -> GuardContext:
    """Return a situation that shows what paths alike have in common, and room for what is read.

    The figures, tally and nominations that a guard reads are to be put into it by :func:`reveal`.
    Those who are alike have no other path in their lifecycle: of it there are none to be shown.
    """
    seen, kinds = context.snapshot, kinds_read(reads)
    shown = Snapshot(
        _path(seen.path),
        seen.facts and _only(seen.facts, ("as_of",)),
        _HIDDEN if PANEL not in reads else NO_TALLY,
        _HIDDEN if NOMINATIONS not in reads else (),
        _records(seen, kinds) if kinds else _HIDDEN,
        () if paths_read(reads) else _HIDDEN,
        _timers(seen),
        data=_data(seen) if PATH_DATA in reads else _HIDDEN,
    )
    return _with(context, shown, recorded_at=_Hidden())


def reveal(context: GuardContext, asked: GuardCall, reading: Hashable, sight: EvidenceRow) -> None:
    """Show a guard what it reads, made of the key that its answer is kept by, and nothing more.

    Args:
        context: What :func:`mask_for_guard` returned for it; nothing else holds it.
        asked: The guard.
        reading: The key.
        sight: A path that has it, which reads its figures.
    """
    shown, hidden = context.snapshot, context.recorded_at
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


def mask_for_change(seen: Snapshot, kinds: frozenset[str]) -> Snapshot:
    """Return evidence that shows what the draft of a change for many may hang on.

    Args:
        seen: Of the path that it is drafted for.
        kinds: Of which kinds paths alike have the same records.
    """
    return Snapshot(
        seen.path,
        seen.facts and _only(seen.facts, ("as_of",)),
        _HIDDEN,
        _HIDDEN,
        _records(seen, kinds),
        (),
        seen.timers,
        data=_data(seen),
    )


def to_rule(context: GuardContext, guard: Guard | None) -> GuardContext:
    """Return what a table's own functions may see of a draft for many: nothing of its one path.

    Args:
        context: As the draft has it.
        guard: The condition of an effect; ``None``: an instant or a round.
    """
    seen, reads = context.snapshot, frozenset() if guard is None else guard.reads or frozenset()
    records = seen.records if guard is None else _records(seen, kinds_read(reads))
    others = () if paths_read(reads) else _HIDDEN
    data = seen.data if guard is None or PATH_DATA in reads else _HIDDEN
    shown = Snapshot(
        _path(seen.path),
        seen.facts,
        _HIDDEN,
        _HIDDEN,
        records,
        others,
        _timers(seen),
        data=data,
    )
    return _with(context, shown, recorded_at=context.recorded_at)


def _with(context: GuardContext, seen: Snapshot, *, recorded_at: Any) -> GuardContext:
    return GuardContext(
        seen,
        context.at,
        context.on,
        recorded_at,
        context.policy,
        context.calendar,
        context.actor,
        context.reason,
    )


def _path(path: Path) -> Path:
    """Show what paths alike have in common; where there are no rounds, when they were opened."""
    return _only(path, _OF_PATH if path.cycle_on else (*_OF_PATH, "opened_at"))


def _records(seen: Snapshot, kinds: frozenset[str]) -> tuple[Statement, ...]:
    return tuple(_only(each, _OF_RECORD) for each in seen.records if each.kind in kinds)


def _data(seen: Snapshot) -> tuple[PathData, ...]:
    return tuple(_only(each, _OF_DATA) for each in seen.data)


def _timers(seen: Snapshot) -> tuple[TimerRow, ...]:
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
