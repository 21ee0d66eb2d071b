"""Whose class is looked at? Candidates and ambassadors whose figures, cards and cases are random.

All are due on one date. A third was awarded a year before, a part of the others was put off once.
Some rounds have a quorum already, some a card or two, most none. Figures lie on, above and below
every bar, some are not known, some are too old on the date.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow import Actor, Config, Facts, Programme, VirtualClock
from lazsa_flow.award.commands import imports, scorecard_imports
from lazsa_flow.award.imports.nominations import NominationRow
from lazsa_flow.award.imports.scorecards import ScorecardRow
from lazsa_flow.award.rules.facts import ACTIVITIES
from lazsa_flow.award.rules.panel import ITEMS
from tests.chaos.season import sweep_until

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazsa_flow.lifecycle.model import Path

ON: Final = date(2026, 10, 1)
"""The date that is rehearsed."""
ASKED_AT: Final = datetime(2026, 9, 20, 4, tzinfo=UTC)
REVIEWERS: Final = {f"r-{number}": f"t-{number}" for number in range(8)}
"""Who sits on every panel of the date, each of a team of their own."""
_COUNTRIES: Final = ("SG", "ID")
_YEAR_BEFORE: Final = date(2025, 10, 1)
_JOINED: Final = tuple(
    date.fromisoformat(each)
    for each in ("2020-01-01", "2025-12-31", "2026-01-01", "2026-01-02", "2026-03-15")
)


def fill_candidates(url: str, candidates: int, seed: int) -> None:
    """Make a database of candidates who are due on the date."""
    chance, clock = Random(seed), VirtualClock(datetime(2025, 8, 20, 4, tzinfo=UTC))
    Programme.migrate(url, config=Config.load(), clock=clock)
    everybody = [f"s-{number}" for number in range(candidates)]
    ambassadors, put_off, new = everybody[::3], everybody[1::6], everybody[2::3] + everybody[4::6]
    with Programme.open(url, config=Config.load(), clock=clock) as programme:
        record_figures(programme, [_sound(seller) for seller in everybody])
        nominate_all(programme, ambassadors)
        meet_panels(programme, clock, _YEAR_BEFORE, date(2025, 9, 10))
        cards = {seller: list(REVIEWERS)[:3] for seller in ambassadors}
        score_paths(programme, {seller: (each, 5) for seller, each in cards.items()})
        move_clock(programme, clock, date(2026, 2, 20))
        nominate_all(programme, put_off)
        move_clock(programme, clock, date(2026, 8, 20))
        nominate_all(programme, new)
        for number in range(3):  # of several days, and some not at all
            drawn = [each for each in everybody if chance.random() < 0.5]
            day = date(2026, 8, 1 + 8 * number)
            record_figures(programme, [_drawn(seller, day, chance) for seller in drawn])
        meet_panels(programme, clock, ON, date(2026, 9, 10))
        score_paths(programme, draw_cards(everybody, chance))
        for seller in everybody:
            if chance.random() < 0.06:
                programme.open_case(seller, "case-1", actor=Actor("compliance", "c-1"))
        move_clock(programme, clock, ASKED_AT.date())


def country_of(seller: str) -> str:
    """Return the country of a candidate."""
    return _COUNTRIES[int(seller.rpartition("-")[2]) % len(_COUNTRIES)]


def record_figures(programme: Programme, facts: Iterable[Facts]) -> None:
    """Import facts as the host."""
    imports.add_facts(programme._runtime.context, list(facts), where="figures")


def score_paths(programme: Programme, cards: dict[str, tuple[list[str], int]]) -> None:
    """Import cards: of each seller in review who scores, and which score they give every item."""
    reviewed = {path.subject for path in open_paths(programme) if path.state != "nominated"}
    rows = [
        ScorecardRow(line, seller, reviewer, REVIEWERS[reviewer], (score,) * len(ITEMS), "Fine.")
        for line, (seller, (reviewers, score)) in enumerate(cards.items(), start=1)
        for reviewer in reviewers
        if seller in reviewed
    ]
    scorecard_imports.add_scorecards(programme._runtime.context, rows, where="cards")


def open_paths(programme: Programme) -> list[Path]:
    """Return the award paths that are not at their end."""
    states = ("nominated", "under_review", "awarded", "renewed", "renewal_due")
    with programme._runtime.store.begin(write=False) as transaction:
        found: list[Path] = transaction.paths_in("award", states)
    return found


def _sound(seller: str) -> Facts:
    return Facts(
        seller=seller,
        country=country_of(seller),
        as_of=date(2025, 8, 20),
        joined_on=date(2020, 1, 1),
        ncp_points=0,
        policy_compliant=True,
        gmv_rate=Decimal("0.5"),
        chat_response_rate=Decimal("0.9"),
        monthly_cancellation_rates=(Decimal(0),) * 9,
        is_lazstar=False,
    )


def _drawn(seller: str, as_of: date, chance: Random) -> Facts:
    """Return facts of which most meet the bars; each figure fails or is not known now and then."""
    trainer = chance.random() < 0.15
    months: tuple[Decimal | None, ...] = tuple(
        chance.choices((Decimal("0.01"), Decimal("0.011"), None), (40, 1, 2))[0] for _ in range(9)
    )
    number = chance.randint(2, len(ACTIVITIES))
    drawn = replace(
        _sound(seller),
        as_of=as_of,
        joined_on=chance.choices(_JOINED, (6, 1, 1, 1, 1))[0],
        ncp_points=chance.choices((0, 1), (12, 1))[0],
        policy_compliant=chance.random() < 0.96,
        gmv_rate=Decimal(chance.choices(("0.20", "0.1999", "9"), (6, 2, 3))[0]),
        chat_response_rate=Decimal(chance.choices(("0.85", "0.8499", "1"), (6, 1, 3))[0]),
        monthly_cancellation_rates=months,
        is_lazstar=trainer,
        activities=frozenset(chance.sample(ACTIVITIES, number)) if trainer else None,
    )
    unknown = ("joined_on", "ncp_points", "gmv_rate", "monthly_cancellation_rates", "is_lazstar")
    left_out: dict[str, Any] = {name: None for name in unknown if chance.random() < 0.02}
    return replace(drawn, **left_out)


def draw_cards(sellers: Iterable[str], chance: Random) -> dict[str, tuple[list[str], int]]:
    """Return the cards of rounds that have met: half of them none, others too few or enough."""
    counts = {seller: chance.choices((0, 1, 2, 3, 4), (8, 2, 2, 3, 1))[0] for seller in sellers}
    reviewers = list(REVIEWERS)
    return {
        seller: (chance.sample(reviewers, count), chance.choice((2, 4, 5)))
        for seller, count in counts.items()
        if count
    }


def nominate_all(programme: Programme, sellers: Iterable[str]) -> None:
    """Nominate sellers, one in fifteen without a statement."""
    rows = [
        NominationRow(line, seller, "employee", "e-1", "Helps others." if line % 15 else "")
        for line, seller in enumerate(sellers, start=1)
    ]
    imports.add_nominations(programme._runtime.context, rows, where="nominations")


def meet_panels(
    programme: Programme,
    clock: VirtualClock,
    on: date,
    day: date,
    countries: Iterable[str] = _COUNTRIES,
) -> None:
    """Let the panels of a date be assigned on a day."""
    move_clock(programme, clock, day)
    for country in countries:
        team = Actor("team", "t", country)
        programme.assign_reviewers(country, on, REVIEWERS, actor=team)


def move_clock(programme: Programme, clock: VirtualClock, day: date) -> None:
    """Sweep at each instant until a day."""
    sweep_until(programme, clock, datetime(day.year, day.month, day.day, 4, tzinfo=UTC))
