"""Path cards, a page at a time: who is in a state, with what blocks each, however many there are.

The picture lists a few paths of each state; what it leaves out is read from here. A page costs what
it shows: paths are walked by their numbers along the index of lists, newest first, and guards are
asked of the page's paths alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.errors import InputError, NotFoundError
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.lifecycle.path_ref import parse_ref
from lazsa_flow.service.path_views import draw_cards

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from lazsa_flow.graph.timeline import PathCard
    from lazsa_flow.service.context import Context

LONGEST: Final = 500
"""The longest page."""


class CardPage(NamedTuple):
    """Some cards.

    Attributes:
        after: What to give as ``after`` for the next page; ``None`` where this one is the last.
    """

    cards: tuple[PathCard, ...]
    after: str | None


def list_cards(
    context: Context,
    lifecycle: str,
    *,
    states: Sequence[str] = (),
    country: str | None = None,
    after: str | None = None,
    limit: int = LONGEST,
    now: datetime,
) -> CardPage:
    """Return cards of the paths in some states, those opened last first.

    Args:
        context: By whose rules.
        lifecycle: Its name.
        states: In these states; in any where none is named.
        country: In this country alone.
        after: The reference of the last path of the page before.
        limit: At most so many.
        now: The instant at which the guards are asked.

    Raises:
        NotFoundError: There is no such lifecycle, state, country or path.
        InputError: The limit is no number from 1 to 500.
    """
    if not 1 <= limit <= LONGEST:
        raise InputError.of("paths", "limit", limit, f"a number from 1 to {LONGEST}")
    table = context.rulebook.lifecycle(lifecycle)
    known = [state.name for state in table.states]
    for state in states:
        if state not in known:
            raise NotFoundError("state", state)
    countries = [context.country(country).code] if country else sorted(context.rulebook.countries)
    start = None if after is None else context.path_id(after)
    drawn = build_chart(table)
    with context.store.read_statistics(lifecycle) as statistics:
        found = statistics.numbers_in(countries, states or known, after=start, limit=limit + 1)
        cards = draw_cards(
            context, drawn, statistics, statistics.paths_by_number(found[:limit]), now
        )
    newest_first = sorted(cards, key=lambda card: parse_ref(card.path).number, reverse=True)
    more = len(found) > limit and bool(cards)
    return CardPage(tuple(newest_first), newest_first[-1].path if more else None)


def walk_cards(
    context: Context,
    lifecycle: str,
    *,
    states: Sequence[str] = (),
    country: str | None = None,
    now: datetime,
) -> Iterator[PathCard]:
    """Yield the cards of all paths in some states, page after page as they are read.

    Raises:
        NotFoundError: There is no such lifecycle, state or country.
    """
    after: str | None = None
    while True:
        found = list_cards(context, lifecycle, states=states, country=country, after=after, now=now)
        yield from found.cards
        if found.after is None:
            return
        after = found.after
