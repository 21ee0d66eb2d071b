"""Masking: what may be seen by what decides for many paths at once.

An answer that is to hold for a whole group must depend on nothing that is one path's own. So what
it is kept by is what it is made from: of an evidence source its key, of a record what it says and
from when. What a guard does not declare is not there to be read: to look at it raises, so that a
wrong declaration is found at once, not on the one path in a million where it matters.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lazsa_flow.lifecycle.guards import kinds_read, paths_read
from lazsa_flow.lifecycle.model import GuardContext, Path, Snapshot, Statement, TimerRow
from lazsa_flow.lifecycle.path_data import PATH_DATA, PathData
from lazsa_flow.lifecycle.values import EMPTY, FrozenDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lazsa_flow.engine.batch.memo import GuardCall, ReadSource
    from lazsa_flow.engine.evidence_row import EvidenceRow
    from lazsa_flow.lifecycle.guards import Guard

_Value = TypeVar("_Value")
MASKED: Final[Any] = object()
"""Stands for what may not be looked through."""


class _MaskedInstant:
    """Stands for an instant that may not be looked at; tells the watch for which path it does."""

    __slots__ = ("path_id",)


def _but(kind: type[Any], *names: str) -> tuple[str, ...]:
    """Return the names of a value's fields but for these."""
    return tuple(field.name for field in fields(kind) if field.name not in names)


_OF_PATH: Final = _but(Path, "id", "subject", "head", "opened_at", "recorded_at")
_OF_RECORD: Final = _but(Statement, "actor", "recorded_at")
_OF_TIMER: Final = _but(TimerRow, "path_id")
_OF_DATA: Final = ("seq", "trigger", "fields")


def mask_for_guard(context: GuardContext, reads: frozenset[str]) -> GuardContext:
    """Return a context that shows what the paths of a group have in common.

    What the guard reads of evidence sources is put into it by :func:`reveal`. The paths of a group
    have no other path in their lifecycle: there are none to be shown.
    """
    seen, kinds = context.snapshot, kinds_read(reads)
    shown = Snapshot(
        _path(seen.path),
        EMPTY,
        _records(seen, kinds) if kinds else MASKED,
        () if paths_read(reads) else MASKED,
        _timers(seen),
        data=_data(seen) if PATH_DATA in reads else MASKED,
        dates=seen.dates,
    )
    return _with(context, shown, recorded_at=_MaskedInstant())


def reveal(context: GuardContext, asked: GuardCall, key: Any, row: EvidenceRow) -> None:
    """Show a guard what it reads, made of the key that its answer is kept by, and nothing more.

    Args:
        context: What :func:`mask_for_guard` returned for it; nothing else holds it.
        asked: The guard.
        key: The key.
        row: A path that has it; the dates of its evidence are those of its group.
    """
    object.__setattr__(context.recorded_at, "path_id", row.path_id)
    parts: Sequence[Any] = (key,) if asked.single else key
    values: Mapping[str, Any] = FrozenDict(
        {each.source.name: _shown(each, parts, row) for each in asked.sources}
    )
    object.__setattr__(context.snapshot, "values", values)


def _shown(read: ReadSource, parts: Sequence[Any], row: EvidenceRow) -> Any:
    """Return what a source shows of a guard's key."""
    source, fields, start = read
    if not fields:
        return source.show(parts[start])
    rows = row.rows[source.name]
    if not rows:  # nor has any other path of the group
        return source.fold(())
    dated: Any = source.rows.latest
    return source.show({dated: rows[0][1], **dict(zip(fields, parts[start:], strict=False))})


def mask_for_change(seen: Snapshot, kinds: frozenset[str]) -> Snapshot:
    """Return evidence that shows what a change for a whole group may depend on.

    Args:
        seen: Of the path that the change is built for.
        kinds: Of which kinds the paths of a group have the same records.
    """
    return Snapshot(
        seen.path,
        EMPTY,
        _records(seen, kinds),
        (),
        seen.timers,
        data=_data(seen),
        dates=seen.dates,
    )


def mask_for_rule(context: GuardContext, guard: Guard | None) -> GuardContext:
    """Return what a table's own functions may see of a change for many: nothing of its one path.

    Args:
        context: As the change builder has it.
        guard: The condition of an effect; ``None``: an instant or a round.
    """
    seen, reads = context.snapshot, frozenset() if guard is None else guard.reads or frozenset()
    records = seen.records if guard is None else _records(seen, kinds_read(reads))
    others = () if paths_read(reads) else MASKED
    data = seen.data if guard is None or PATH_DATA in reads else MASKED
    shown = Snapshot(
        _path(seen.path),
        EMPTY,
        records,
        others,
        _timers(seen),
        data=data,
        dates=seen.dates,
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
    """Show what the paths of a group share; where there are no rounds, when they were opened."""
    return _only(path, _OF_PATH if path.cycle_on else (*_OF_PATH, "opened_at"))


def _records(seen: Snapshot, kinds: frozenset[str]) -> tuple[Statement, ...]:
    return tuple(_only(each, _OF_RECORD) for each in seen.records if each.kind in kinds)


def _data(seen: Snapshot) -> tuple[PathData, ...]:
    return tuple(_only(each, _OF_DATA) for each in seen.data)


def _timers(seen: Snapshot) -> tuple[TimerRow, ...]:
    return tuple(_only(each, _OF_TIMER) for each in seen.timers)


def _only(whole: _Value, names: Iterable[str]) -> _Value:
    """Return a value of which only these fields are there."""
    part = object.__new__(type(whole))
    for name in names:
        object.__setattr__(part, name, getattr(whole, name))
    return part
