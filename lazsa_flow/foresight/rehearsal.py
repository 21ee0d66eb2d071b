"""Rehearsal: what a date will bring as the record stands, and what it was asked under."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lazsa_flow.lifecycle.calendar import instant_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class PathOutcome:
    """What becomes of one path on the date.

    Attributes:
        path: The path's reference.
        subject: The subject's id.
        country: The country's code.
        outcome: The trigger that fires; ``refused`` where none may, ``parked`` and ``paused``
            where nothing is decided.
        state: The state that the path is in afterwards.
        guards: The guards that stand between the path and what it hopes for.
    """

    path: str
    subject: str
    country: str
    outcome: str
    state: str
    guards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a date will bring.

    Attributes:
        on: The date.
        now: The instant at which it was asked.
        outcomes: What becomes of each path that is due on the date, in the order of their numbers.
        journal: The rows that would be written until then, as ``Programme.journal`` yields them.
        paths: How many paths were copied to decide it.

    Units:
        Instants are aware, in UTC.
    """

    on: date
    now: datetime
    outcomes: tuple[PathOutcome, ...]
    journal: tuple[Mapping[str, Any], ...]
    paths: int

    def document(self) -> dict[str, Any]:
        """Return it as JSON values, without the journal."""
        return {
            "on": self.on.isoformat(),
            "now": instant_text(self.now),
            "outcomes": [
                {
                    "path": each.path,
                    "subject": each.subject,
                    "country": each.country,
                    "outcome": each.outcome,
                    "state": each.state,
                    "guards": list(each.guards),
                }
                for each in self.outcomes
            ],
        }
