"""Apart: states that no line touches, side by side beneath a drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.graph.layout import Layout, Point, shift_layout

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.graph.cards import Card

GAP_X: Final = 18.0
GAP_Y: Final = 20.0


def place_apart(layout: Layout, cards: Sequence[Card], room: float) -> Layout:
    """Place cards beneath a layout, in rows that are no wider than a room. Units: pixels."""
    if not cards:
        return layout
    rows: list[list[Card]] = [[]]
    limit = max(room, layout.width)
    for card in cards:
        if rows[-1] and _sum_widths((*rows[-1], card)) > limit:
            rows.append([])
        rows[-1].append(card)
    width = max(layout.width, *(_sum_widths(row) for row in rows))
    shift = (width - layout.width) / 2
    moved = shift_layout(layout, shift, 0)
    middles = dict(moved.middles)
    bottom = layout.height
    for row in rows:
        left = (width - _sum_widths(row)) / 2
        top = bottom + GAP_Y
        for card in row:
            middles[card.node.id] = Point(left + card.width / 2, top + card.height / 2)
            left += card.width + GAP_X
        bottom = top + max(card.height for card in row)
    return Layout(width, bottom, middles, moved.lines)


def _sum_widths(cards: Sequence[Card]) -> float:
    return sum(card.width + GAP_X for card in cards) - GAP_X
