"""The page of deliveries: what was sent to whom, through which channel, and when."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.calendar import instant_text, parse_date, parse_instant
from lazsa_flow.service.part import runtime_of
from lazsa_flow.store.delivery_list import DeliveryFilter, DeliveryPlace
from lazsa_flow.viewer.cells import Command, Link, ZonedTime
from lazsa_flow.viewer.due_page import end_of_date
from lazsa_flow.viewer.list_page import COUNTED_AT_MOST, Column, Filter, ListPage, ListRows, Row
from lazsa_flow.viewer.searching import LABEL, find_path_ids
from lazsa_flow.viewer.whole_lists import country_filter

if TYPE_CHECKING:
    from lazsa_flow.store.delivery_list import Delivery
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

_AHEAD: Final = timedelta(hours=14)
"""How far the zone is ahead in which a date begins first."""


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filters: from and until which date, of which kind, channel and country."""
    return [
        Filter("since", "From", kind="date"),
        Filter("until", "By the end of", kind="date"),
        Filter("kind", "Kind", kind="text"),
        Filter("channel", "Channel", kind="text"),
        country_filter(runtime_of(context.service).rulebook.countries),
    ]


def find_delivered(context: PageContext, query: ListQuery) -> ListRows:
    """Find the deliveries of a query, newest first."""
    after = None if query.after is None else _read_place(query.after)
    found, ended = runtime_of(context.service).store.find_deliveries(
        _read_filter(context, query),
        after=after,
        limit=query.limit + 1,
        stretch=10 * COUNTED_AT_MOST if query.rows_only else COUNTED_AT_MOST,
    )
    rows = [_write_row(context, each) for each in found[: query.limit]]
    if ended is None:
        more = len(found) > query.limit
        empty = "There are no more." if query.after is not None else _explain_empty(query)
        return ListRows(rows, more, empty=empty, commands=[Command("lazsa-flow outbox sent")])
    if rows:
        rows[-1] = Row(rows[-1].cells, _write_place(ended), order=rows[-1].order)
    kept = {**query.filters, "search": query.search or None, "after": _write_place(ended)}
    return ListRows(
        rows,
        more=True,
        summary=f"Among {COUNTED_AT_MOST:,} deliveries; the next page looks further back.",
        empty=f"None among {COUNTED_AT_MOST:,} deliveries back to {ended.delivered_at.date()}.",
        empty_link=Link("Look further back", context.addresses.of("deliveries", **kept)),
        commands=[Command("lazsa-flow outbox sent")],
    )


def _read_filter(context: PageContext, query: ListQuery) -> DeliveryFilter:
    since, until = query.get("since"), query.get("until")
    first = None
    if since is not None:
        day = parse_date(since, where="deliveries", field="since")
        first = datetime.combine(day, time(), context.now.tzinfo) - _AHEAD
    # a clock that was set back may have recorded later instants than now
    last = context.now + timedelta(days=2)
    if until is not None:
        last = end_of_date(parse_date(until, where="deliveries", field="until"))
    return DeliveryFilter(
        until=last,
        since=first,
        country=query.get("country"),
        kind=query.get("kind"),
        channel=query.get("channel"),
        path_ids=find_path_ids(context, query.search),
    )


def _explain_empty(query: ListQuery) -> str:
    if query.filters or query.search:
        return "No such notice was delivered."
    return "Nothing has been delivered yet."


def _write_row(context: PageContext, each: Delivery) -> Row:
    country = runtime_of(context.service).rulebook.countries.get(each.country)
    zone = country.zone if country is not None else "UTC"
    return Row(
        (
            ZonedTime(each.delivered_at, zone),
            each.kind,
            each.to,
            each.country,
            context.addresses.path(each.path),
            each.subject,
            each.channel,
            each.key,
        ),
        _write_place(DeliveryPlace(each.delivered_at, each.key)),
        order=(-each.delivered_at.timestamp(), each.key),
    )


def _write_place(place: DeliveryPlace) -> str:
    return f"{instant_text(place.delivered_at)}~{place.key}"


def _read_place(text: str) -> DeliveryPlace:
    at, tilde, key = text.partition("~")
    if not tilde:
        expected = "the place at which a page of this list ended"
        raise InputError.of("deliveries", "after", text, expected)
    return DeliveryPlace(parse_instant(at, where="deliveries", field="after"), key)


DELIVERIES: Final = ListPage(
    route="/deliveries",
    title="Deliveries",
    noun="deliveries",
    columns=(
        *(Column("Delivered"), Column("Kind"), Column("To"), Column("Country"), Column("Path")),
        *(Column("Subject"), Column("Channel"), Column("Key", wide=True)),
    ),
    find=find_delivered,
    filters=list_filters,
    search=LABEL,
    menu="Deliveries",
)
