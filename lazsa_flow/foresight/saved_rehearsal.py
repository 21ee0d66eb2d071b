"""Saved rehearsals: what was foretold, sealed so that persons can approve it.

A seal covers what was asked (date, instant, country, conditions), the rules by which it was
decided, the database, and the outcome of each path. What differs from it later is named, and is not
approved.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lazsa_flow.errors import MalformedError
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.lifecycle.canonical import canonical
from lazsa_flow.lifecycle.values import freeze
from lazsa_flow.service.approvals import is_approved

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from lazsa_flow.engine.sealed_outcomes import SealedOutcome
    from lazsa_flow.foresight.rehearsal import Rehearsal
    from lazsa_flow.service.approvals import Approval


@dataclass(frozen=True, slots=True)
class SavedRehearsal:
    """A rehearsal that was saved under a name.

    Attributes:
        name: Its name.
        on: The date that was rehearsed.
        now: The instant at which it was asked.
        country: The country that it was asked of; ``None``: of all.
        conditions: The value of each assumption; ``as-recorded`` where nothing was assumed.
        paths: How many paths it is of; ``None`` where its outcomes could not be read.
        outcomes: What it foretells of each path, by the path's reference; empty in a list, which
            does not read them.
        sha256: The digest of the outcomes.
        saved_by: Who saved it, as ``role:id``.
        saved_at: When.
        approvals: Who has approved it, and when: one approval of each person.
        stale: Why it can be approved no more; empty while it can.
        rehearsal: The rehearsal itself, where it was just saved.

    Units:
        Instants are aware, in UTC.
    """

    name: str
    on: date
    now: datetime
    country: str | None
    conditions: Mapping[str, str]
    paths: int | None
    outcomes: Mapping[str, SealedOutcome]
    sha256: str
    saved_by: str
    saved_at: datetime
    approvals: tuple[Approval, ...]
    stale: tuple[str, ...]
    rehearsal: Rehearsal | None = field(default=None, compare=False, repr=False)

    @property
    def approved(self) -> bool:
        """Whether two persons have approved it, and nothing has changed since."""
        return is_approved(self.approvals) and not self.stale

    def document(self, *, outcomes: bool = True) -> dict[str, Any]:
        """Return it as JSON values.

        Args:
            outcomes: Whether the outcome of each path is in it.
        """
        found: dict[str, Any] = {
            "name": self.name,
            "on": self.on.isoformat(),
            "now": instant_text(self.now),
            "country": self.country,
            "conditions": dict(self.conditions),
            "sha256": self.sha256,
            "saved_by": self.saved_by,
            "saved_at": instant_text(self.saved_at),
            "approved": self.approved,
            "approvals": [
                {"actor": each.actor, "at": instant_text(each.at)} for each in self.approvals
            ],
            "stale": list(self.stale),
            "paths": self.paths,
        }
        if outcomes:
            found["outcomes"] = {
                path: {
                    "country": each.country,
                    "class": each.class_,
                    "outcome": each.outcome,
                    "state": each.state,
                }
                for path, each in self.outcomes.items()
            }
        return found


def write_outcomes(found: Rehearsal) -> str:
    """Write the outcome of each path as canonical JSON, without the subjects' ids."""
    outcomes = {
        each.path: [each.country, each.class_, each.outcome, each.state] for each in found.outcomes
    }
    return canonical(outcomes).decode()


def read_conditions(text: str) -> Mapping[str, str]:
    """Read what was assumed from a saved rehearsal.

    Raises:
        MalformedError: It cannot be read.
    """
    try:
        found: Mapping[str, str] = freeze(json.loads(text))
    except ValueError:
        raise MalformedError("conditions of a saved rehearsal") from None
    return found
