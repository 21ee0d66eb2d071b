"""Assumptions of the award: facts that still hold, and rounds that the panel decides.

Written into the scratch database of a rehearsal, so that the engine decides on evidence as on any
other. What is made up stands under ids that nobody has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from lazsa_flow.award.assumptions import FACTS, JUDGES
from lazsa_flow.award.evidence import PANEL
from lazsa_flow.award.rules.panel import ITEMS, Scorecard

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date, datetime

    from lazsa_flow.award.policy import AwardPolicy, PanelPolicy
    from lazsa_flow.award.rules.panel import Tally
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.store.store import SqlStore

_SCORES: Final = {"approves": 5, "refuses": 0}


def assume(
    store: SqlStore,
    rulebook: Rulebook,
    given: Mapping[str, str],
    *,
    on: date,
    now: datetime,
    path_ids: Collection[int],
) -> Collection[int] | None:
    """Write what is assumed; see :meth:`lazsa_flow.service.assumptions.Assuming.assume`."""
    if not given:
        return ()
    cards: list[tuple[int, Scorecard]] = []
    if JUDGES.name in given:
        with store.listing() as listing:
            found = listing.evidence_of_source(path_ids, PANEL, on=on)
        cards += _assumed_cards(rulebook, found, _SCORES[given[JUDGES.name]], on)

    def write(transaction: AwardTransaction) -> None:
        if FACTS.name in given:
            transaction.hold_facts(on, now)
        transaction.add_cards(cards, on, now)

    store.transact(write)
    return None if FACTS.name in given else {path_id for path_id, _ in cards}


def _assumed_cards(
    rulebook: Rulebook, found: Iterable[tuple[Path, Tally]], score: int, on: date
) -> Iterator[tuple[int, Scorecard]]:
    """Yield the cards that decide every round without a quorum; those who scored stand back."""
    for path, tally in found:
        if path.lifecycle != "award":
            continue
        bars = _panel_policy(rulebook, path.country, on)
        if tally.has_quorum(bars.reviewers, bars.teams):
            continue
        for reviewer in sorted(tally.panel):
            yield path.id, Scorecard(reviewer, "assumed")
        for number in range(max(bars.reviewers, bars.teams)):
            scores = (score,) * len(ITEMS)
            yield path.id, Scorecard(f"assumed-{number}", f"assumed-{number % bars.teams}", scores)


def _panel_policy(rulebook: Rulebook, country: str, on: date) -> PanelPolicy:
    policy = rulebook.policy_of_cycle("award", country, on)
    return cast("AwardPolicy", policy).panel
