"""Figures that several pages share, computed once for all who look."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from lazsa_flow.service.part import runtime_of
from lazsa_flow.store.due_list import DueFilter
from lazsa_flow.viewer.due_page import LATE
from lazsa_flow.viewer.list_page import COUNTED_AT_MOST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazsa_flow.store.bounded_counts import WaitingCounts
    from lazsa_flow.viewer.list_page import PageContext


def count_states(context: PageContext, lifecycle: str) -> Mapping[tuple[str, str], int]:
    """Count a lifecycle's paths by country and state."""

    def compute() -> Mapping[tuple[str, str], int]:
        with runtime_of(context.service).store.read_statistics(lifecycle) as statistics:
            return statistics.count_states()

    return context.figures.get(("states", lifecycle), compute)


def count_waiting(context: PageContext) -> WaitingCounts:
    """Count what failed and what waits to be sent, no further than a list counts."""
    store = runtime_of(context.service).store
    return context.figures.get("waiting", lambda: store.count_waiting(context.now, COUNTED_AT_MOST))


def count_by_country(context: PageContext) -> Mapping[str, tuple[int, int, int]]:
    """Count by country the timers that are due, those that are late, and the parked paths.

    Each count is no further than a list counts, of all countries together.
    """

    def compute() -> Mapping[str, tuple[int, int, int]]:
        runtime = runtime_of(context.service)
        with runtime.store.due_list() as listing:
            due, late = (
                listing.count_by_country(DueFilter(until=at), COUNTED_AT_MOST)
                for at in (context.now, context.now - LATE)
            )
        parked = Counter(each.country for each in runtime.store.find_parked(limit=COUNTED_AT_MOST))
        return {
            code: (due.get(code, 0), late.get(code, 0), parked[code])
            for code in runtime.rulebook.countries
        }

    return context.figures.get("countries", compute)
