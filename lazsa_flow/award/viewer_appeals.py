"""The page of appeals: those that are open, how long still, and who has given their voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.commands.appeal_list import add_reasons, find_open_appeals
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Command, Link, Mark, Series
from lazsa_flow.viewer.list_page import Choice, Column, Filter, ListPage, ListRows
from lazsa_flow.viewer.whole_lists import contains, country_filter, list_whole, matches

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from lazsa_flow.award.commands.appeals import Appeal
    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

_SOON_DAYS: Final = 3
"""So many days before an appeal ends it is shown in red."""
_SORTS: Final[Mapping[str, Callable[[Appeal], Any]]] = {
    "days": lambda each: each.days_left,
    "seller": lambda each: each.seller,
    "country": lambda each: (each.country, each.days_left),
}


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filters: whether anybody has given a voice, and in which country."""
    filed = (Choice("yes", "filed"), Choice("no", "can still be filed"))
    return [
        Filter("filed", "Filed", choices=filed, default="yes"),
        country_filter(runtime_of(context.service).rulebook.countries),
    ]


def find_appeals(context: PageContext, query: ListQuery) -> ListRows:
    """Find the open appeals of a query, those with the fewest days left first."""
    unfiled = query.get("filed") != "yes"
    everything = context.figures.get(("appeals", unfiled), lambda: _read_appeals(context, unfiled))
    found = [
        each
        for each in everything
        if matches(query, filed="yes" if each.filed else "no", country=each.country)
        and contains(query, each.path, each.seller)
    ]
    return list_whole(
        found,
        query,
        lambda each: _write_cells(context, each),
        lambda each: each.path,
        _SORTS,
        complete=lambda page: add_reasons(runtime_of(context.service).context, page),
        empty="No such appeal is open." if everything else "No appeal is open.",
        empty_link=Link(
            "Decisions that can still be appealed", context.addresses.of("appeals", filed="no")
        ),
        commands=[Command("lazsa-flow appeal list")],
    )


def _read_appeals(context: PageContext, unfiled: bool) -> Sequence[Appeal]:
    own = runtime_of(context.service).context
    return find_open_appeals(own, own.rulebook.countries, context.now, unfiled=unfiled, named=True)


def _write_cells(context: PageContext, each: Appeal) -> tuple[Cell, ...]:
    soon = each.days_left <= _SOON_DAYS
    voices = ", ".join(f"{voice.person} ({voice.decision})" for voice in each.voices)
    decide = f"lazsa-flow appeal decide {each.path} --as manager:YOU"
    return (
        context.addresses.path(each.path),
        each.seller,
        each.country,
        each.reason,
        each.until,
        Mark(str(each.days_left), "bad") if soon else each.days_left,
        f"{each.grants} of {each.persons}",
        f"{each.rejections} of {each.persons}",
        voices or Mark("nobody yet", "quiet"),
        Series((Command(f"{decide} --grant"), Command(f"{decide} --reject")), " "),
    )


APPEALS: Final = ListPage(
    route="/appeals",
    title="Appeals",
    noun="appeals",
    columns=(
        *(Column("Path"), Column("Seller", "seller", sortable=True)),
        *(Column("Country", "country", sortable=True), Column("Reason"), Column("Until")),
        Column("Days left", "days", numeric=True, sortable=True),
        *(Column("Grant"), Column("Reject"), Column("Who has voted", wide=True)),
        Column("What to do", in_csv=False),
    ),
    find=find_appeals,
    filters=list_filters,
    search="Path or seller",
    menu="Appeals",
)
