"""Foreseen moves: what a rehearsal foretells, put next to the figures of a picture.

They are no part of the past: a picture has a stop of its own for them, of the kind ``foreseen``,
and whatever shows them says so in words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lazsa_flow.graph.timeline import TimelinePoint
from lazsa_flow.lifecycle.values import EMPTY, freeze

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from lazsa_flow.graph.timeline import Picture


@dataclass(frozen=True, slots=True)
class ForeseenMoves:
    """What a rehearsal foretells of a lifecycle's paths on a date.

    Attributes:
        on: The date.
        asked_at: The instant at which it was asked: it knows the record of then.
        source: The name or the file of the rehearsal.
        assumed: What it takes as given, in sentences; empty where it asks of the record as it is.
        doubts: Why it may no longer hold, in sentences; empty where nothing is known against it.
        moves: By country and arrow id, how many paths go along the arrow. Arrows that differ in
            their reasons alone are one here, under the first of them.
        unplaced: By country and trigger, how many paths move from a state that is not known.
        stays: By country and outcome (``refused``, ``parked``, ``paused``), how many stay.

    Units:
        Instants are aware, in UTC.
    """

    on: date
    asked_at: datetime
    source: str
    assumed: tuple[str, ...]
    doubts: tuple[str, ...]
    moves: Mapping[str, Mapping[str, int]]
    unplaced: Mapping[str, Mapping[str, int]] = EMPTY
    stays: Mapping[str, Mapping[str, int]] = EMPTY

    def __post_init__(self) -> None:
        for name in ("moves", "unplaced", "stays"):
            object.__setattr__(self, name, freeze(getattr(self, name)))

    def document(self) -> dict[str, Any]:
        """Return it as JSON values; the moves stand at their stop."""
        return {
            "on": self.on.isoformat(),
            "asked_at": self.asked_at.isoformat(timespec="seconds"),
            "source": self.source,
            "assumed": list(self.assumed),
            "doubts": list(self.doubts),
            "unplaced": self.unplaced,
            "stays": self.stays,
        }


def put_foreseen(picture: Picture, foreseen: ForeseenMoves) -> Picture:
    """Return a picture with foreseen moves at a stop of their own, after all that came before.

    Args:
        picture: The picture.
        foreseen: What is foreseen; its stop stands in front of what is due on the same date.
    """
    now = next(each for each in picture.stops if each.kind == "now")
    stop = TimelinePoint(foreseen.on, "foreseen", now.counts, foreseen.moves, {})
    at = picture.stops.index(now) + 1
    while at < len(picture.stops) and picture.stops[at].on < foreseen.on:
        at += 1
    stops = (*picture.stops[:at], stop, *picture.stops[at:])
    return replace(picture, stops=stops, foreseen=foreseen.document())
