"""Assumptions of the award: facts that still hold, and rounds that the panel decides.

Written into the scratch database of a rehearsal, so that the engine decides on evidence as on any
other. What is made up stands under ids that nobody has.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from lazsa_flow.award.assumptions import FACTS as FACTS_HELD
from lazsa_flow.award.assumptions import JUDGES
from lazsa_flow.award.evidence import FACTS, PANEL, count_cards
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.award.policy import AwardPolicy
from lazsa_flow.award.rules.panel import ITEMS, Scorecard

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.award.policy import PanelPolicy
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.engine.rulebook import Release, Rulebook
    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.store.evidence_rows import SqlEvidenceRow
    from lazsa_flow.store.store import SqlStore

_SCORES: Final = {"approves": 5, "refuses": 0}
_SHIPPED: Final = tuple(
    guard for table in (AWARD, ENTRY, TRAINER) for guard in table.guards.values()
)
"""Guards that read the date of facts only to see whether they are current."""


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
    cards: list[tuple[int, Scorecard]] = []
    if JUDGES.name in given:
        with store.listing() as listing:
            found = listing.evidence_rows(path_ids, (PANEL,), on=on)
        cards += _assumed_cards(rulebook, found, _SCORES[given[JUDGES.name]], on)

    def write(transaction: AwardTransaction) -> set[int] | None:
        transaction.add_cards(cards, on, now)
        scored = {path_id for path_id, _ in cards}
        if FACTS_HELD.name not in given:
            return scored
        days, older = count_days_current(rulebook.lifecycles.values(), rulebook.releases_of), None
        if days is not None:
            older = transaction.find_with_older_facts(path_ids, on - timedelta(days=days), on)
        transaction.hold_facts(on, now)
        return None if older is None else scored | older

    return store.transact(write)


def count_days_current(
    tables: Iterable[Lifecycle], releases_of: Callable[[str], Sequence[Release]]
) -> int | None:
    """Return how many days old facts may be, by the strictest policy.

    To date younger facts later changes no outcome: the criteria read the date of facts for nothing
    else. A guard of a host's may; then there is no such number, ``None``.
    """
    days: list[int] = []
    for table in tables:
        guards = [each for guard in table.guards.values() for each in _list_reading_facts(guard)]
        if FACTS not in table.evidence or not guards:
            continue
        if any(guard not in _SHIPPED for guard in guards):
            return None
        policies = [each.policy for each in releases_of(table.name)]
        criteria = [each.criteria for each in policies if isinstance(each, AwardPolicy)]
        days += [each.facts_stale_days for each in criteria]
    return min(days, default=0)


def _list_reading_facts(guard: Guard) -> Iterator[Guard]:
    """Yield a guard, or those that it combines, as far as they may read facts."""
    if guard.parts:
        for part in guard.parts:
            yield from _list_reading_facts(part)
    elif guard.reads is None or not guard.reads.isdisjoint(FACTS.readable):
        yield guard


def _assumed_cards(
    rulebook: Rulebook, found: Iterable[SqlEvidenceRow], score: int, on: date
) -> Iterator[tuple[int, Scorecard]]:
    """Yield the cards that decide every round without a quorum; those who scored stand back."""
    for row in found:
        if row.lifecycle != "award":
            continue
        bars, cards = _panel_policy(rulebook, row.country, on), row.rows[PANEL.name]
        if count_cards(cards).has_quorum(bars.reviewers, bars.teams):
            continue
        for reviewer in sorted(row.evidence(PANEL).panel):
            yield row.path_id, Scorecard(reviewer, "assumed")
        for number in range(max(bars.reviewers, bars.teams)):
            scores = (score,) * len(ITEMS)
            card = Scorecard(f"assumed-{number}", f"assumed-{number % bars.teams}", scores)
            yield row.path_id, card


def _panel_policy(rulebook: Rulebook, country: str, on: date) -> PanelPolicy:
    policy = rulebook.policy_of_cycle("award", country, on)
    return cast("AwardPolicy", policy).panel
