"""Outcomes of a rehearsal: what a date will bring, and under which assumptions it was asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from lazsa_flow.lifecycle.calendar import instant_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.foresight.rehearsed_policy import RehearsedPolicy


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A guard that stands between a path and its goal.

    Attributes:
        guard: The guard's name.
        measured: The figure that counts, or would if it were not too old.
        margin: The signed distance to the bar with its unit, where the guard tells it.
        until: The date before which it cannot hold, where nothing that can still be recorded
            would make it hold on the date.
    """

    guard: str
    measured: str | int | bool | None
    margin: str | None
    until: date | None


class Blocker(NamedTuple):
    """How many paths a guard keeps from their goal.

    Attributes:
        guard: The guard's name.
        alone: How many it keeps by itself.
        together: How many it keeps together with other guards.
    """

    guard: str
    alone: int
    together: int


class NearMiss(NamedTuple):
    """A path that one guard alone keeps from its goal.

    Attributes:
        path: The path's reference.
        subject: The subject's id.
        country: The country's code.
        guard: The guard's name.
        margin: The signed distance to the bar with its unit, where the guard tells it.
    """

    path: str
    subject: str
    country: str
    guard: str
    margin: str | None


@dataclass(frozen=True, slots=True)
class PathOutcome:
    """What becomes of one path on the date.

    Attributes:
        path: The path's reference.
        subject: The subject's id.
        country: The country's code.
        outcome: The trigger that fires; ``refused`` where none may, ``parked`` and ``paused``
            where nothing is decided.
        before: The state that the path is in before.
        state: The state that the path is in afterwards.
        class_: How sure that is: ``certain``, what it depends on, or that no condition can bring
            the path to its goal on this date.
        guards: The guards that did not hold between the path and its goal.
        instead: The outcome under every other assumption that changes it, by the assumption.
        shortfalls: The guards on figures that do not hold, with what they measured.
        error: What was raised where nothing could be decided, so that the path is parked.
    """

    path: str
    subject: str
    country: str
    outcome: str
    before: str
    state: str
    class_: str
    guards: tuple[str, ...]
    instead: Mapping[str, str]
    shortfalls: tuple[Shortfall, ...]
    error: str | None = None

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "path": self.path,
            "subject": self.subject,
            "country": self.country,
            "class": self.class_,
            "outcome": self.outcome,
            "before": self.before,
            "state": self.state,
            "guards": list(self.guards),
            "instead": dict(self.instead),
            "shortfalls": [
                {
                    "guard": each.guard,
                    "measured": each.measured,
                    "margin": each.margin,
                    "until": each.until and each.until.isoformat(),
                }
                for each in self.shortfalls
            ],
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class RehearsedDate:
    """What a date will bring.

    Attributes:
        on: The date.
        now: The instant at which it was asked.
        conditions: The value of each assumption; ``as-recorded`` where nothing is assumed.
        assumed: A sentence for each assumption that differs from the record.
        policy: The policy as if under which it was asked; ``None`` for those in force.
        outcomes: What becomes of each path that is due on the date, in the order of their numbers.
        journal: The rows that would be written until then, as ``Programme.journal`` yields them.
        paths: How many paths were copied to decide it.

    Units:
        Instants are aware, in UTC.
    """

    on: date
    now: datetime
    conditions: Mapping[str, str]
    assumed: tuple[str, ...]
    policy: RehearsedPolicy | None
    outcomes: tuple[PathOutcome, ...]
    journal: Sequence[Mapping[str, Any]]
    paths: int

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """How many paths each guard keeps from their goal, the most frequent first."""
        alone = Counter(each.guards[0] for each in self.one_guard_short)
        every = Counter(name for each in self.outcomes for name in each.guards)
        return tuple(
            Blocker(name, alone[name], count - alone[name])
            for name, count in sorted(every.items(), key=lambda item: (-item[1], item[0]))
        )

    @property
    def one_guard_short(self) -> tuple[PathOutcome, ...]:
        """The outcomes of the paths that one guard alone keeps from their goal."""
        return tuple(each for each in self.outcomes if len(each.guards) == 1)

    @property
    def near_misses(self) -> tuple[NearMiss, ...]:
        """The paths that one guard alone keeps from their goal, and by how much."""
        found = []
        for each in self.one_guard_short:
            [guard] = each.guards
            margins = {lack.guard: lack.margin for lack in each.shortfalls}
            found.append(NearMiss(each.path, each.subject, each.country, guard, margins.get(guard)))
        return tuple(found)

    @property
    def classes(self) -> Mapping[str, int]:
        """How many paths are of each class."""
        return Counter(each.class_ for each in self.outcomes)

    def document(self) -> dict[str, Any]:
        """Return it as JSON values, without the journal."""
        return {
            "on": self.on.isoformat(),
            "now": instant_text(self.now),
            "conditions": dict(self.conditions),
            "assumed": list(self.assumed),
            "policy": self.policy and self.policy.document(),
            "classes": dict(sorted(self.classes.items())),
            "blockers": [each._asdict() for each in self.blockers],
            "near_misses": [each._asdict() for each in self.near_misses],
            "outcomes": [each.document() for each in self.outcomes],
        }
