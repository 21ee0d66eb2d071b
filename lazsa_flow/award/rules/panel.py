"""Panel: scorecards, seats, and what the cards of a round add up to.

A round is a path and a cycle date; no scorecard counts in another. Scores are whole numbers, so
means are compared as exact fractions, never rounded.

Source:
    programme.md, "The panel".
"""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.lifecycle.ids import fold
from lazsa_flow.lifecycle.values import value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

CORE_AREAS: Final = ("business_operation", "operation_drivers", "platform_impact")
CHARACTERISTICS: Final = (
    "accessibility",
    "advocacy",
    "expertise",
    "generosity",
    "responsiveness",
    "leadership",
)
JUDGED: Final = ("campaigns", "contribution")
ITEMS: Final = CORE_AREAS + CHARACTERISTICS + JUDGED
"""The eleven scores of a card, in order. Source: Introduction; programme.md, "The panel"."""
_ITEMS: Final = Struct(f"<{len(ITEMS)}I")


class Scorecard(NamedTuple):
    """One reviewer's card, or recusal, in one round.

    Attributes:
        team: The reviewer's team on the day of the card.
        scores: Eleven whole numbers in the order of :data:`ITEMS`; empty for a recusal.
    """

    reviewer: str
    team: str
    scores: tuple[int, ...] = ()

    @property
    def recused(self) -> bool:
        """Whether the reviewer stood back."""
        return not self.scores


class Seat(NamedTuple):
    """That a reviewer sits on the panel of a country and cycle, or no longer does.

    Attributes:
        team: The reviewer's team, as recorded when they were assigned.
        actor: Who assigned them, or ended the seat: role and id.
        as_of: The local date.
        ended: Whether the seat ends here.
    """

    reviewer: str
    team: str
    actor: str
    as_of: date
    ended: bool = False


class RecordedCard(NamedTuple):
    """A card as it was recorded: scored, recused or set aside.

    Attributes:
        cycle_on: The round.
        reviewer: The reviewer's id.
        team: The team of the reviewer's seat on that day.
        scores: Eleven whole numbers in the order of :data:`ITEMS`; empty unless it was scored.
        comment: The comment, or the note of a recusal; empty where there is none, or it was erased.
        reason: The code of a recusal, or of setting a card aside.
        set_aside_by: Who set the reviewer's card aside: role and id.
        recorded_at: When it was recorded.

    Units:
        Instants are aware, in UTC.
    """

    cycle_on: date
    reviewer: str
    team: str
    scores: tuple[int, ...]
    comment: str
    reason: str | None
    set_aside_by: str | None
    recorded_at: datetime


@value
class Tally:
    """What a round adds up to.

    Attributes:
        cards: How many reviewers' cards count.
        teams: From how many teams they come.
        sums: The sum of each item over the cards, in the order of :data:`ITEMS`.
        panel: Everyone who scored or recused.
        total: All scores added up.
        least: The lowest of the sums.
    """

    cards: int = 0
    teams: int = 0
    sums: tuple[int, ...] = (0,) * len(ITEMS)
    panel: frozenset[str] = frozenset()
    total: int = field(init=False, repr=False, compare=False)
    least: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "total", sum(self.sums))
        object.__setattr__(self, "least", min(self.sums))

    @classmethod
    def of(cls, cards: Iterable[Scorecard]) -> Tally:
        """Count the latest card of each reviewer, given oldest first; a recusal takes it out.

        However a person's id or a team's name was typed, it counts once.
        """
        dealt = tuple(cards)
        if not dealt:
            return NO_TALLY
        panel = frozenset([reviewer for reviewer, _, _ in dealt])
        latest = {fold(reviewer): (team, scores) for reviewer, team, scores in dealt}
        counted = [card for card in latest.values() if card[1]]  # the others stood back
        if not counted:
            return cls(panel=panel)
        sums = tuple(map(sum, zip(*[scores for _, scores in counted], strict=True)))
        teams = {fold(team) for team, _ in counted}
        return cls(len(counted), len(teams), sums, panel)

    @classmethod
    def shown(cls, figures: tuple[int, int, int, int]) -> Tally:
        """Return a tally that shows what :func:`figures_of` returns, and no single item or person.

        To look at anything else of it raises.
        """
        shown = object.__new__(cls)
        for name, figure in zip(("cards", "teams", "total", "least"), figures, strict=True):
            object.__setattr__(shown, name, figure)
        return shown

    @property
    def scores(self) -> int:
        """How many scores that is."""
        return self.cards * len(ITEMS)

    @property
    def mean(self) -> Fraction:
        """The overall mean, exact; 0 without a card."""
        return Fraction(self.total, self.scores) if self.cards else Fraction(0)

    @property
    def lowest(self) -> Fraction:
        """The lowest mean of any item, exact; 0 without a card."""
        return Fraction(self.least, self.cards) if self.cards else Fraction(0)

    def has_quorum(self, reviewers: int, teams: int) -> bool:
        """Return whether enough reviewers from enough teams have scored."""
        return self.cards >= reviewers and self.teams >= teams

    def approves(self, mean: Decimal, floor: Decimal) -> bool:
        """Return whether the overall mean reaches the bar with no item's mean below the floor."""
        return bool(
            self.cards
            and _reaches_bar(self.total, self.scores, mean)
            and _reaches_bar(self.least, self.cards, floor)
        )


NO_TALLY: Final = Tally()
"""Of a round in which nobody has scored or recused."""


def pack_scores(scores: tuple[int, ...]) -> int:
    """Write a card's scores as one number, so that one addition adds all of another card's.

    Units: 32 bits an item, the first lowest.
    """
    return int.from_bytes(_ITEMS.pack(*scores), "little")


def figures_of(cards: Collection[tuple[str, int]]) -> tuple[int, int, int, int]:
    """Return the figures of a round that guards depend on.

    Args:
        cards: Team and packed scores of each reviewer's latest card, recusals left out.

    Returns:
        How many cards there are, of how many teams, the sum of all scores, and the lowest item's.
    """
    teams, added = set(), 0
    for team, scores in cards:
        teams.add(fold(team))
        added += scores
    sums = _ITEMS.unpack(added.to_bytes(_ITEMS.size, "little"))
    return len(cards), len(teams), sum(sums), min(sums)


_ratio = lru_cache(maxsize=64)(Decimal.as_integer_ratio)


def _reaches_bar(points: int, scores: int, bar: Decimal) -> bool:
    """Return whether the mean of scores reaches a bar, in whole numbers, so that nothing rounds."""
    numerator, denominator = _ratio(bar)
    return points * denominator >= numerator * scores
