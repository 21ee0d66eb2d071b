"""What may be seen by what decides for many?

An answer that is to hold for all paths alike must hang on nothing that is one path's own. So what
is not said to be read is not there to be read: to look at it raises, and whoever looks is found
out at once, not on the one path in a million where it matters.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lazsa_flow.domain.guards import NOMINATIONS, PANEL, kinds_read
from lazsa_flow.domain.model import Evidence, Facts, Path, Situation
from lazsa_flow.domain.panel import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable

_Value = TypeVar("_Value")
_HIDDEN: Final[Any] = object()
"""Stands for what may not be looked through."""
_COMMON: Final = tuple(
    field.name for field in fields(Path) if field.name not in ("id", "subject", "head", "opened_at")
)


def to_guard(situation: Situation, reads: frozenset[str]) -> Situation:
    """Return a situation that shows what paths alike have in common, and room for what is read.

    The figures, tally and nominations that a guard reads are to be put into it for each path.
    """
    seen, path = situation.seen, situation.seen.path
    when = () if path.cycle_on else ("opened_at",)
    kinds = kinds_read(reads)
    shown = Evidence(
        _only(path, (*_COMMON, *when)),
        seen.facts and _only(seen.facts, ("as_of",)),
        _HIDDEN if PANEL not in reads else Tally(),
        _HIDDEN if NOMINATIONS not in reads else (),
        tuple(each for each in seen.records if each.kind in kinds) if kinds else _HIDDEN,
        (),
        seen.timers,
    )
    return Situation(
        shown,
        situation.at,
        situation.on,
        _HIDDEN,
        situation.policy,
        situation.calendar,
        situation.actor,
        situation.reason,
    )


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
        tuple(each for each in seen.records if each.kind in kinds),
        (),
        seen.timers,
    )


def put(into: Facts | Evidence, name: str, shown: Any) -> None:
    """Put what a guard reads into what it is shown, which nothing else holds."""
    object.__setattr__(into, name, shown)


def _only(whole: _Value, names: Iterable[str]) -> _Value:
    """Return a value of which only these fields are there."""
    part = object.__new__(type(whole))
    for name in names:
        object.__setattr__(part, name, getattr(whole, name))
    return part
