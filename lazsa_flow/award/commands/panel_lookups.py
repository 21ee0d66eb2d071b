"""Panel look-ups: what the checks of cards need from the database, read once for a batch.

Within a batch the results do not change, except for the cards that the batch itself adds.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from lazsa_flow.award.commands.seats import fold_names, refuse_sitting, spell_person
from lazsa_flow.errors import NotAllowedError, shown

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date, datetime

    from lazsa_flow.award.rules.panel import RecordedCard, Seat
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Actor, Path


class PanelLookups:
    """What is needed to check cards; each query runs when its result is first needed.

    Args:
        transaction: The transaction that records the cards.
        sellers: Whose paths get cards, by the number of the path.
        reviewers: The ids of those who give them.
    """

    def __init__(
        self, transaction: AwardTransaction, sellers: Mapping[int, str], reviewers: Collection[str]
    ) -> None:
        self._transaction = transaction
        self._sellers = sellers
        self._reviewers = reviewers
        self._seats: dict[tuple[str, date], list[Seat]] = {}

    @cached_property
    def _spelled(self) -> set[str]:
        return {name for each in self._reviewers for name in spell_person(each)}

    @cached_property
    def _names_held(self) -> Mapping[str, str]:
        return self._transaction.current_ids_of(self._spelled)

    @cached_property
    def _award_paths(self) -> dict[str, list[Path]]:
        return self._transaction.paths_of_all(self._spelled, "award")

    @cached_property
    def _nominators(self) -> dict[str, set[str]]:
        return self._transaction.nominators_of_all(set(self._sellers.values()))

    @cached_property
    def _cards(self) -> dict[int, list[RecordedCard]]:
        return self._transaction.panel_cards_of_all(self._sellers)

    def names_of(self, reviewer: str) -> set[str]:
        """Return the ids of a reviewer, folded; see :func:`.seats.names_of_person`."""
        return fold_names(reviewer, self._names_held)

    def nominators_of(self, seller: str) -> set[str]:
        """Return everyone who has ever nominated a seller, by the ids that hold."""
        return self._nominators.get(seller, set())

    def cards_of(self, path_id: int, cycle_on: date) -> list[RecordedCard]:
        """Return what was recorded in a path's round, oldest first."""
        return [each for each in self._cards.get(path_id, ()) if each.cycle_on == cycle_on]

    def add_card(self, path_id: int, card: RecordedCard) -> None:
        """Add a card that this batch has recorded."""
        self._cards.setdefault(path_id, []).append(card)

    def seat_team(self, country: str, cycle_on: date, actor: Actor, action: str) -> str:
        """Return the team of a reviewer's seat.

        Raises:
            NotAllowedError: They do not sit on this panel; where they did, it says until when.
        """
        panel = (country, cycle_on)
        if panel not in self._seats:
            self._seats[panel] = self._transaction.seat_history(country, cycle_on)
        own = [each for each in self._seats[panel] if each.reviewer == actor.id]
        seat = own[-1] if own else None
        if seat is not None and not seat.ended:
            return seat.team
        rule = f"only reviewers assigned to {country} and {cycle_on}"
        if seat is not None:
            rule += f"; the seat of {shown(actor.id)} ended on {seat.as_of}"
        raise NotAllowedError(actor=str(actor), action=action, rule=rule)

    def check_not_sitting(self, reviewer: str, action: str, now: datetime) -> None:
        """Check that a reviewer holds no sitting award; see :mod:`.seats`."""
        paths = (path for name in spell_person(reviewer) for path in self._award_paths[name])
        refuse_sitting(reviewer, paths, action, now)
