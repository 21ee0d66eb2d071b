"""The timeline: a whole programme as a picture.

The figures of the past are sums of the journal's moves: how many paths were where at a day's end
is what came in until then, less what went out. They cannot drift from the truth, for the state
itself is what the journal leads to.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from lazsa_flow.graph.chart import Index, build_chart
from lazsa_flow.graph.timeline import Picture, TimelinePoint
from lazsa_flow.service.path_details import describe_paths
from lazsa_flow.service.path_views import build_path_views

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date, datetime

    from lazsa_flow.graph.chart import Chart
    from lazsa_flow.service.context import Context
    from lazsa_flow.store import statistics


class _Found(NamedTuple):
    """What the store has counted, as of one moment."""

    moves: list[statistics.Moves]
    pending: list[statistics.Pending]


def picture(
    context: Context,
    lifecycle: str,
    now: datetime,
    *,
    path_ids: Sequence[int] = (),
    limit: int,
) -> Picture:
    """Put the paths of a lifecycle into a picture.

    Args:
        context: Where, and by whose rules.
        lifecycle: Its name.
        now: The instant of the question.
        path_ids: Paths to list beyond the limit.
        limit: How many paths of each state and country are listed.
    """
    drawn = build_chart(context.rulebook.lifecycle(lifecycle))
    days = _list_past_dates(context, now)
    calendars = {code: context.rulebook.calendar(code) for code in context.rulebook.countries}
    bounds = {
        code: [calendar.start(day + timedelta(days=1)).at for day in days]
        for code, calendar in calendars.items()
    }
    with context.store.read_statistics(lifecycle) as statistics:
        residents = {
            each.id: each
            for each in (*statistics.latest_paths(limit), *statistics.paths_by_number(path_ids))
        }
        found = _Found(statistics.count_moves(bounds), statistics.count_pending_timers())
        listed = build_path_views(context, drawn, statistics, list(residents.values()), now)
        details = describe_paths(context, statistics, path_ids, now) if path_ids else {}
    today = max(calendar.local_date(now) for calendar in calendars.values())
    stops = _sum_stops(drawn, found, [*days, today])
    coming = _list_coming_stops(context, drawn, found, stops[-1])
    return Picture(
        chart=_count_now(drawn, found),
        asked_at=now,
        countries=tuple(sorted(calendars)),
        stops=(*stops, *coming),
        limit=limit,
        residents=tuple(each.resident for each in listed),
        stories={each.resident.path: each.story for each in listed},
        zones={code: calendar.zone for code, calendar in calendars.items()},
        details=details,
    )


def _list_past_dates(context: Context, now: datetime) -> list[date]:
    """Return the cycle dates whose day has ended in every country, since the first books."""
    since = context.store.first_book()
    if since is None:
        return []
    days: set[date] = set()
    for code in context.rulebook.countries:
        calendar = context.rulebook.calendar(code)
        day = calendar.book_on(since)
        while calendar.start(day + timedelta(days=1)).at <= now:
            days.add(day)
            day = calendar.next_book_on(day)
    last = min(
        context.rulebook.calendar(code).local_date(now) for code in context.rulebook.countries
    )
    return sorted(day for day in days if day < last)


def _sum_stops(drawn: Chart, found: _Found, days: Sequence[date]) -> tuple[TimelinePoint, ...]:
    """Sum up the moves, a stop for each day; the last day is now."""
    ids = {node.label: node.id for node in drawn.nodes}
    index = Index(drawn)
    standing: dict[str, Counter[str]] = defaultdict(Counter)
    stops = []
    for period, day in enumerate(days):
        flows: dict[str, Counter[str]] = defaultdict(Counter)
        for move in found.moves:
            if move.period != period:
                continue
            standing[move.country][ids[move.dest]] += move.times
            if move.source is not None:
                standing[move.country][ids[move.source]] -= move.times
            arrow = index.arrow(move.source, move.dest, move.trigger, move.reason)
            if arrow is not None:
                flows[move.country][arrow] += move.times
        counts = {country: dict(+each) for country, each in standing.items()}
        if standing or day is days[-1]:  # before the first path there is nothing to look at
            stops.append(TimelinePoint(day, "past", counts, _plain_counts(flows), {}))
    now = replace(stops.pop(), kind="now")
    return (*stops, now)


def _list_coming_stops(
    context: Context, drawn: Chart, found: _Found, now: TimelinePoint
) -> Iterable[TimelinePoint]:
    """Yield a stop for each cycle date until which timers pend; what is overdue pends until now."""
    names = {node.id: node.label for node in drawn.nodes}
    tries: dict[tuple[str, str], list[str]] = defaultdict(list)
    for arrow in drawn.arrows:
        for timer in arrow.timers:
            tries[names[arrow.source or ""], timer].append(arrow.id)
    until: dict[date, list[statistics.Pending]] = defaultdict(list)
    for each in found.pending:
        calendar = context.rulebook.calendar(each.country)
        until[max(now.on, calendar.next_book_on(each.due_on - timedelta(days=1)))].append(each)
    for day, pending in sorted(until.items()):
        due: dict[str, Counter[str]] = defaultdict(Counter)
        flows: dict[str, Counter[str]] = defaultdict(Counter)
        for each in pending:
            due[each.country][each.name] += each.times
            for arrow_id in tries[each.state, each.name]:
                flows[each.country][arrow_id] += each.times
        yield TimelinePoint(day, "due", now.counts, _plain_counts(flows), _plain_counts(due))


def _plain_counts(counted: Mapping[str, Counter[str]]) -> dict[str, dict[str, int]]:
    return {country: dict(each) for country, each in counted.items()}


def _count_now(drawn: Chart, found: _Found) -> Chart:
    """Return the chart with the figures of now, all countries and times together."""
    counts: Counter[str] = Counter()
    flows: Counter[str] = Counter()
    index = Index(drawn)
    for move in found.moves:
        counts[move.dest] += move.times
        if move.source is not None:
            counts[move.source] -= move.times
        arrow = index.arrow(move.source, move.dest, move.trigger, move.reason)
        if arrow is not None:
            flows[arrow] += move.times
    due: dict[str, date] = {}
    for each in found.pending:
        due[each.name] = min(each.due_on, due.get(each.name, each.due_on))
    return drawn.counting(counts, flows, due)
