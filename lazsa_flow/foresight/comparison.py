"""Comparisons of two policies: whose outcome changes on a date, both ways, and by which guard."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from lazsa_flow.lifecycle.calendar import instant_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from lazsa_flow.foresight.rehearsed_policy import RehearsedPolicy

Direction = Literal["lost", "won", "other"]


@dataclass(frozen=True, slots=True)
class ChangedOutcome:
    """A path whose outcome differs between two policies.

    Attributes:
        path: The path's reference.
        subject: The subject's id.
        country: The country's code.
        direction: ``lost`` where it reaches its goal under the first policy alone, ``won`` where
            under the second alone, ``other`` where under neither or both.
        before: The outcome under the first policy.
        after: The outcome under the second policy.
        guards: The guards that make the difference: those that do not hold where it fails, and do
            hold under the other policy.
    """

    path: str
    subject: str
    country: str
    direction: Direction
    before: str
    after: str
    guards: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "path": self.path,
            "subject": self.subject,
            "country": self.country,
            "direction": self.direction,
            "before": self.before,
            "after": self.after,
            "guards": list(self.guards),
        }


@dataclass(frozen=True, slots=True)
class CountryTotals:
    """How many paths of a country come to what under two policies.

    Attributes:
        country: The country's code.
        due: How many are due on the date.
        reached_before: How many reach their goal under the first policy.
        reached_after: How many do under the second policy.
        lost: How many do under the first policy alone.
        won: How many do under the second policy alone.
        other: How many come to another outcome otherwise.
    """

    country: str
    due: int
    reached_before: int
    reached_after: int
    lost: int
    won: int
    other: int


@dataclass(frozen=True, slots=True)
class PolicyComparison:
    """What two policies bring on a date.

    Attributes:
        on: The date.
        now: The instant at which it was asked.
        as_if_in_force: Whether each policy was taken to govern the date.
        policies: The two policies, with the cycles that each governs in production.
        conditions: The value of each assumption; ``as-recorded`` where nothing is assumed.
        assumed: A sentence for each assumption that differs from the record.
        notes: Sentences that say why nothing can change, where one of the policies does not govern
            the date.
        totals: How many paths of each country come to what; none where nothing was run, for both
            policies leave the date to the same version.
        changes: Each path whose outcome changes, in the order of their numbers.

    Units:
        Instants are aware, in UTC.
    """

    on: date
    now: datetime
    as_if_in_force: bool
    policies: tuple[RehearsedPolicy, RehearsedPolicy]
    conditions: Mapping[str, str]
    assumed: tuple[str, ...]
    notes: tuple[str, ...]
    totals: tuple[CountryTotals, ...]
    changes: tuple[ChangedOutcome, ...]

    @property
    def guards(self) -> Mapping[str, Mapping[str, int]]:
        """How many paths each guard takes from their goal or brings to it, by direction."""
        return {
            direction: Counter(
                guard
                for each in self.changes
                if each.direction == direction
                for guard in each.guards
            )
            for direction in ("lost", "won")
        }

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        first, second = self.policies
        return {
            "on": self.on.isoformat(),
            "now": instant_text(self.now),
            "as_if_in_force": self.as_if_in_force,
            "a": first.document(),
            "b": second.document(),
            "conditions": dict(self.conditions),
            "assumed": list(self.assumed),
            "notes": list(self.notes),
            "totals": [
                {
                    "country": each.country,
                    "due": each.due,
                    "reached_before": each.reached_before,
                    "reached_after": each.reached_after,
                    "lost": each.lost,
                    "won": each.won,
                    "other": each.other,
                }
                for each in self.totals
            ],
            "guards": {direction: dict(found) for direction, found in self.guards.items()},
            "changes": [each.document() for each in self.changes],
        }
