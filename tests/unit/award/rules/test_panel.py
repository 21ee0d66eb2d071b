"""The panel's count (programme.md, The panel)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from lazsa_flow.award.rules.panel import (
    CHARACTERISTICS,
    CORE_AREAS,
    ITEMS,
    JUDGED,
    Scorecard,
    Tally,
    figures_of,
    pack_scores,
)
from tests.factories import card, recusal, tally


def test_there_are_eleven_items() -> None:
    """Three core areas, six characteristics, two that people judge (programme.md, The panel)."""
    assert (len(CORE_AREAS), len(CHARACTERISTICS), len(JUDGED)) == (3, 6, 2)
    assert len(set(ITEMS)) == 11


def test_an_empty_round() -> None:
    """A round without a card has no quorum, approves nothing, and its means are 0."""
    empty = Tally.of([])
    assert empty == Tally()
    assert (empty.mean, empty.lowest) == (Fraction(0), Fraction(0))
    assert not empty.has_quorum(1, 1)
    assert not empty.approves(Decimal("3.5"), Decimal("2.0"))


@pytest.mark.parametrize(
    ("cards", "teams", "held"), [(3, 3, True), (2, 2, False), (3, 2, False), (4, 3, True)]
)
def test_the_quorum(cards: int, teams: int, held: bool) -> None:
    """The quorum is three reviewers from three teams (programme.md, The panel)."""
    assert tally(4, cards, teams).has_quorum(3, 3) is held


def test_a_later_card_replaces_an_earlier_one() -> None:
    """Of one reviewer's cards the latest counts, with the team of that day."""
    counted = Tally.of([card("a", "x", 1), card("b", "y", 5), card("a", "z", 3)])
    assert (counted.cards, counted.teams) == (2, 2)
    assert counted.sums == (8,) * 11


def test_a_recusal_takes_a_card_out() -> None:
    """Who recuses does not count, is counted again after a card (programme.md, The panel)."""
    cards = [card("a", "x"), card("b", "y"), recusal("a")]
    assert Tally.of(cards).cards == 1
    assert Tally.of([*cards, card("a", "x")]).cards == 2
    assert Tally.of(cards).panel == {"a", "b"}


def test_a_round_of_recusals() -> None:
    """Where everyone recused there is nothing to count, but the panel is known."""
    counted = Tally.of([recusal("a"), recusal("b")])
    assert counted == Tally(panel=frozenset({"a", "b"}))
    assert recusal().recused
    assert not card().recused


def _scored(*cards: tuple[int, ...]) -> Tally:
    return Tally.of(Scorecard(f"r{n}", f"t{n}", scores) for n, scores in enumerate(cards))


def test_means_are_exact() -> None:
    """Means are fractions, compared unrounded (programme.md, The panel)."""
    counted = _scored((4,) * 11, (4,) * 11, (3,) * 10 + (4,))
    assert counted.mean == Fraction(122, 33)
    assert counted.lowest == Fraction(11, 3)


def test_the_overall_bar_is_not_rounded() -> None:
    """A mean of exactly 3.5 is approved, one point less is not (programme.md, The panel)."""
    bars = Decimal("3.5"), Decimal("2.0")
    assert _scored((4,) * 11, (3,) * 11).approves(*bars)
    assert not _scored((4,) * 10 + (3,), (3,) * 11).approves(*bars)


def test_no_item_may_be_below_the_floor() -> None:
    """An item's mean of exactly 2.0 is approved, any less is not (programme.md, The panel)."""
    bars = Decimal("3.5"), Decimal("2.0")
    assert _scored((5,) * 10 + (2,), (5,) * 10 + (2,), (5,) * 10 + (2,)).approves(*bars)
    assert not _scored((5,) * 10 + (2,), (5,) * 10 + (2,), (5,) * 10 + (1,)).approves(*bars)


def test_cards_of_other_lengths_are_not_added_up() -> None:
    """A card that lacks scores is an error, never silently a shorter sum."""
    with pytest.raises(ValueError, match="shorter"):
        _scored((4,) * 11, (4,) * 10)


@pytest.mark.parametrize("cards", [1, 3, 300, 70_000])
def test_packed_cards_add_up_however_many_there_are(cards: int) -> None:
    """No item's sum runs over into the next one's, nor does a low one lend from it."""
    given = [(f"t{n % 3}", pack_scores((5,) * 10 + (1,))) for n in range(cards)]
    assert figures_of(given) == (cards, min(3, cards), 51 * cards, cards)


def test_a_round_without_cards_has_no_figures() -> None:
    """Nobody has scored: no card, no team, nothing to add."""
    assert figures_of([]) == (0, 0, 0, 0)
