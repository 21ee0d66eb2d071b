"""Pages of the award in the viewer: what each panel has to judge, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from lazsa_flow.award.facade.questions import AwardQuestions
from lazsa_flow.lifecycle.calendar import parse_date
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.extra_pages import ExtraPage, Listing
from lazsa_flow.viewer.tables import Link

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from lazsa_flow.service.runtime import Runtime
    from lazsa_flow.service.service import FlowService
    from lazsa_flow.viewer.extra_pages import Addresses
    from lazsa_flow.viewer.tables import Cell

_PAGE: Final = 100
"""So many candidates stand on a page."""
_HEAD: Final = (
    *("Path", "Seller", "State", "So far"),
    *("Missing", "Waiting for", "May not review", "To be known"),
)


def show_panel(
    service: FlowService, parameters: Mapping[str, str], addresses: Addresses
) -> Listing:
    """List the sellers that the panel of a country and cycle has to judge."""
    country = parameters["country"]
    day = parse_date(parameters["cycle_on"], where="panel", field="cycle_on")
    runtime = runtime_of(service)
    runtime.rulebook.calendar(country)
    after = parameters.get("after")
    found = AwardQuestions(runtime).panel(country, day, after=after, limit=_PAGE + 1)
    rows = [
        (
            addresses.path(each.path),
            f"{each.seller}, {each.title}" if each.title else each.seller,
            each.state,
            f"{each.cards} cards of {each.teams} teams",
            each.missing or "complete",
            ", ".join(each.waiting),
            ", ".join(each.conflicts),
            "; ".join(each.flags),
        )
        for each in found[:_PAGE]
    ]
    more = None
    if len(found) > _PAGE:
        here = addresses.of("panel", country, str(day))
        more = Link("More", f"{here}?after={quote(found[_PAGE - 1].path)}")
    return Listing(f"Panel of {country}, {day}", _HEAD, rows, more)


def list_panels(service: FlowService, addresses: Addresses) -> Listing:
    """List the panels of the present round and the next, by country."""
    runtime = runtime_of(service)
    rows: list[tuple[Cell, ...]] = [
        (country, *(_link(addresses, country, day) for day in _coming(runtime, country)))
        for country in sorted(runtime.rulebook.countries)
        if runtime.rulebook.calendar(country).cycle_days
    ]
    return Listing("Panels", ("Country", "Present round", "Next round"), rows)


def _coming(runtime: Runtime, country: str) -> tuple[date, date]:
    """Return the cycle that a country's panels are at, and the one after."""
    calendar = runtime.rulebook.calendar(country)
    first = calendar.held_from(calendar.local_date(runtime.clock.now()))
    return first, calendar.next_held(first)


def _link(addresses: Addresses, country: str, day: date) -> Link:
    return Link(str(day), addresses.of("panel", country, str(day)))


PAGES: Final = (ExtraPage("/panel/{country}/{cycle_on}", show_panel, list_panels),)
