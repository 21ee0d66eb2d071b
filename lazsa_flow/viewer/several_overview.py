"""The overview of several databases: how each stands, and the sum of what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.lifecycle.calendar import parse_instant
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Link, Mark, ZonedTime
from lazsa_flow.viewer.extra_pages import Tile
from lazsa_flow.viewer.frame import write_card, write_paragraph
from lazsa_flow.viewer.health import measure_health, write_status
from lazsa_flow.viewer.list_html import write_table
from lazsa_flow.viewer.list_page import Column
from lazsa_flow.viewer.overview import find_parts, list_countries, write_tiles
from lazsa_flow.viewer.several_lists import list_unreached

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lazsa_flow.service.service import FlowService
    from lazsa_flow.service.several import DatabaseAnswer, SeveralDatabases
    from lazsa_flow.viewer.addresses import Addresses
    from lazsa_flow.viewer.cells import Cell, Tone
    from lazsa_flow.viewer.several_lists import MakeContext

_COUNTED: Final = ("due", "failing", "parked", "outbox")
"""Figures of a database's health that are added up."""
_WHICH_LISTS: Final = (
    "Due and Parked list the rows of all databases. Every other list is of one: choose its name."
)
_HEALTH_COLUMNS: Final = (
    *(Column("Database"), Column("Status")),
    *(Column(title, numeric=True) for title in ("Due", "Failing", "Parked", "Notices waiting")),
    Column("Next timer"),
)


def write_several_overview(
    several: SeveralDatabases[Any], addresses: Addresses, make_context: MakeContext
) -> tuple[list[str], list[str]]:
    """Return the parts of the overview, and a note for each database that did not answer.

    Args:
        several: The databases.
        addresses: Of the pages about all of them.
        make_context: Returns what a page of a database is made from.
    """
    healths = several.ask(measure_health)
    table = write_table(_HEALTH_COLUMNS, _list_health(addresses, healths), "Databases")
    body = [
        write_tiles(_list_tiles(addresses, add_health(healths))),
        write_card(
            "Databases", table + write_paragraph(_WHICH_LISTS, kind="quiet"), name="databases"
        ),
        *_count_states(several),
        *_list_countries(several, make_context),
    ]
    return body, list_unreached(healths)


def add_health(answers: Iterable[DatabaseAnswer[dict[str, Any]]]) -> dict[str, int]:
    """Add the figures of the databases that answered."""
    found = [each.answer for each in answers if each.answer is not None]
    return {name: sum(each[name] for each in found) for name in _COUNTED}


def _list_tiles(addresses: Addresses, health: dict[str, int]) -> list[Tile]:
    home = addresses.home()
    parked: Tone | None = "bad" if health["parked"] else None
    return [
        Tile("Due now", health["due"], "in all databases", addresses.of("due")),
        Tile("Parked", health["parked"], "after an error", addresses.of("parked"), parked),
        Tile("Failing", health["failing"], "are tried again", home),
        Tile("Outbox", health["outbox"], "notices wait", home),
    ]


def _list_health(
    addresses: Addresses, answers: Sequence[DatabaseAnswer[dict[str, Any]]]
) -> list[list[Cell]]:
    """Return a row for each database, and one of their sum."""
    rows: list[list[Cell]] = []
    for each in answers:
        link = Link(each.database, f"{addresses.of('db', each.database)}/")
        if each.answer is None:
            unreached = Mark("cannot be reached", "bad")
            rows.append([link, unreached, *[None] * (len(_COUNTED) + 1)])
        else:
            figures = [each.answer[name] for name in _COUNTED]
            coming = each.answer["next_due"]
            next_due = None if coming is None else ZonedTime(parse_instant(coming))
            rows.append([link, write_status(each.answer["status"]), *figures, next_due])
    rows.append(["all", None, *add_health(answers).values(), None])
    return rows


def _count_states(several: SeveralDatabases[Any]) -> list[str]:
    """Count the paths in each state of each lifecycle, by database and in all."""
    counts = several.ask(_count_by_lifecycle)
    names = [each.database for each in counts if each.answer is not None]
    body = []
    for lifecycle in dict.fromkeys(key for each in counts for key in each.answer or ()):
        found = {each.database: (each.answer or {}).get(lifecycle, {}) for each in counts}
        states = dict.fromkeys(state for by_state in found.values() for state in by_state)
        rows: list[list[Cell]] = [
            [state, *row, sum(row)]
            for state in states
            if (row := [found[name].get(state, 0) for name in names])
        ]
        if rows:
            figures = (Column(title, numeric=True) for title in (*names, "all"))
            columns = (Column("State"), *figures)
            table = write_table(columns, rows, f"{lifecycle}: paths by state")
            body.append(write_card(lifecycle, table, name=f"states-{lifecycle}"))
    return body


def _list_countries(several: SeveralDatabases[Any], make_context: MakeContext) -> list[str]:
    """Return the countries of all databases, each with its database."""

    def ask(name: str, service: FlowService) -> tuple[Sequence[Column], list[list[Cell]]]:
        context = make_context(name, service)
        return list_countries(context, find_parts(context))

    columns: Sequence[Column] = ()
    rows: list[list[Cell]] = []
    for each in several.ask_by_name(ask):
        if each.answer is not None:
            columns, own = each.answer
            rows += [[each.database, *row] for row in own]
    if not rows:
        return []
    table = write_table((Column("Database"), *columns), rows, "By country")
    return [write_card("By country", table, name="countries")]


def _count_by_lifecycle(service: FlowService) -> dict[str, dict[str, int]]:
    """Count a service's paths by lifecycle and state."""
    return {name: service.states(name) for name in runtime_of(service).rulebook.lifecycles}
