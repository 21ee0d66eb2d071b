"""The list of paths that were set aside after an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.calendar import instant_text, parse_instant
from lazsa_flow.lifecycle.path_ref import parse_ref
from lazsa_flow.service.part import runtime_of
from lazsa_flow.store.parked_list import ParkedPlace
from lazsa_flow.viewer.cells import Command, ZonedTime
from lazsa_flow.viewer.list_page import (
    COUNTED_AT_MOST,
    Choice,
    Column,
    Filter,
    ListPage,
    ListRows,
    Row,
)
from lazsa_flow.viewer.searching import LABEL, find_path_ids
from lazsa_flow.viewer.titles import PartTitles

if TYPE_CHECKING:
    from lazsa_flow.store.parked_list import ParkedPath
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

OPERATOR: Final = "operator:YOU"
"""Who a command to copy is given by; the person who copies it puts their own id."""


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filter: of which country."""
    countries = sorted(runtime_of(context.service).rulebook.countries)
    return [Filter("country", "Country", choices=[Choice(each) for each in countries])]


def find_parked(context: PageContext, query: ListQuery) -> ListRows:
    """Find the parked paths of a query, the oldest failure first."""
    store = runtime_of(context.service).store
    country, ids = query.get("country"), find_path_ids(context, query.search)
    after = None if query.after is None else _read_place(query.after)
    found = store.find_parked(country=country, path_ids=ids, after=after, limit=query.limit + 1)
    titles = PartTitles(context)
    rows = [_write_row(context, titles, each) for each in found[: query.limit]]
    more = len(found) > query.limit
    if query.rows_only:
        return ListRows(rows, more)
    count = store.count_parked(country=country, path_ids=ids, limit=COUNTED_AT_MOST)
    everything = Command(f"lazsa-flow unpark --all --as {OPERATOR}")
    return ListRows(
        rows,
        more,
        count=count,
        empty="There are no more." if query.after else "No path is parked: nothing has failed.",
        commands=(everything,) if rows else (),
    )


def _write_place(place: ParkedPlace) -> str:
    return f"{instant_text(place.failed_at)}~{place.path_id}"


def _read_place(text: str) -> ParkedPlace:
    instant, _, number = text.partition("~")
    if not (number.isascii() and number.isdigit() and len(number) <= 18):
        raise InputError.of("parked", "after", text, "the place at which a page of this list ended")
    return ParkedPlace(parse_instant(instant, where="parked", field="after"), int(number))


def _write_row(context: PageContext, titles: PartTitles, each: ParkedPath) -> Row:
    countries = runtime_of(context.service).rulebook.countries
    country = countries.get(each.country)
    zone = country.zone if country is not None else "UTC"
    failure, lifecycle = each.failure, parse_ref(each.ref).lifecycle
    return Row(
        (
            context.addresses.path(each.ref),
            Command(f"lazsa-flow unpark {each.ref} --as {OPERATOR}"),
            each.subject,
            each.country,
            titles.write(lifecycle, "state", each.state),
            titles.write(lifecycle, "timer", failure.timer),
            ZonedTime(failure.due_at, zone),
            failure.error,
            failure.attempts,
            ZonedTime(failure.failed_at, zone),
        ),
        _write_place(each.place),
        order=each.place,
    )


PARKED: Final = ListPage(
    route="/parked",
    title="Parked",
    noun="paths",
    columns=(
        *(Column("Path"), Column("After fixing the cause", in_csv=False), Column("Subject")),
        *(Column("Country"), Column("State"), Column("Timer"), Column("Due"), Column("Error")),
        *(Column("Attempts", numeric=True), Column("Failed")),
    ),
    find=find_parked,
    filters=list_filters,
    search=LABEL,
    menu="Parked",
)
