"""Databases that pages take for granted: ``<!-- goes on from prepared: year -->``."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from lazsa_flow.award.programme import Programme
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.model import Actor
from tests import factories
from tests.factories import midnight, noon

if TYPE_CHECKING:
    from pathlib import Path

CYCLE = date(2026, 10, 1)
TEAMS = {"r-1": "academy", "r-2": "logistics", "r-3": "payments"}
NOW = datetime(2026, 10, 20, 2, tzinfo=UTC)
"""When the prepared database is looked at: 10 in the morning in Manila."""


def prepare_year(folder: Path) -> datetime:
    """Make ``lazsa.db`` as it is three weeks after a cycle date; return that instant.

    ``seller-1`` is in Singapore and ``seller-2`` to ``seller-21`` in the Philippines. Of those
    nominated ``seller-17`` was declined, ``seller-18`` to ``seller-20`` wait for the next cycle,
    and the others hold the award. ``seller-21`` is not nominated.
    """
    url = f"sqlite:///{folder / 'lazsa.db'}"
    clock = VirtualClock(noon(date(2026, 8, 1)))
    Programme.migrate(url, clock=clock)
    with Programme.open(url, clock=clock) as programme:
        sellers = {f"seller-{n}": "PH" if n > 1 else "SG" for n in range(1, 22)}
        rows = [
            factories.facts(seller=seller, country=country, as_of=date(2026, 7, 31))
            for seller, country in sellers.items()
        ]
        programme.record_facts(rows, actor=Actor("host", "shop"))
        for seller in list(sellers)[:-1]:
            programme.nominate(seller, actor=Actor("employee", "e-7"), statement="Helps others.")
        clock.move_to(noon(date(2026, 9, 10)))
        programme.record_facts(
            [replace(row, as_of=date(2026, 9, 5)) for row in rows], actor=Actor("host", "shop")
        )
        for country in ("SG", "PH"):
            team = Actor("team", "t-1", country=country)
            programme.assign_reviewers(country, CYCLE, TEAMS, actor=team)
        for number in range(1, 18):
            _score(
                programme, f"award-{number}", "SG" if number == 1 else "PH", 4 - 2 * (number > 16)
            )
        clock.move_to(midnight(CYCLE))
        clock.move_to(NOW)
        programme.sweep()
        programme.verify_journal()
    return NOW


def _score(programme: Programme, path: str, country: str, score: int) -> None:
    for reviewer in TEAMS:
        programme.score(
            path,
            actor=Actor("reviewer", reviewer, country=country),
            scores=dict.fromkeys(ITEMS, score),
            comment="Steady.",
        )


PREPARED = {"prepared: year": prepare_year}
