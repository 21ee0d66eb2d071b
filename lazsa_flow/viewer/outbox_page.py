"""The page of the outbox: what waits to be sent, why, and since when."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.calendar import instant_text, parse_instant
from lazsa_flow.service.part import runtime_of
from lazsa_flow.store.outbox_list import OutboxFilter, OutboxPlace
from lazsa_flow.viewer.cells import Command, LateBy, Link, Mark, ZonedTime
from lazsa_flow.viewer.list_page import (
    COUNTED_AT_MOST,
    Choice,
    Column,
    Filter,
    ListPage,
    ListRows,
    Row,
    Section,
)
from lazsa_flow.viewer.parked_page import OPERATOR
from lazsa_flow.viewer.searching import LABEL, find_path_ids
from lazsa_flow.viewer.whole_lists import country_filter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.engine.outbox_values import Waiting
    from lazsa_flow.store.outbox_list import OutboxGroup
    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

_STATES: Final = (
    Choice("parked", "set aside"),
    Choice("failing", "failed, tried again"),
    Choice("ready", "may go now"),
    Choice("held", "held back"),
)
_AGES: Final = {
    "hour": ("more than an hour", timedelta(hours=1)),
    "day": ("more than a day", timedelta(days=1)),
    "week": ("more than a week", timedelta(days=7)),
}
_ATTEMPTS: Final = ("1", "2", "3", "5")
_READY: Final = timedelta(minutes=10)
"""A notice that may go and waits for longer is called late: no relay runs."""


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filters: by state, age, failures, kind and country."""
    rulebook = runtime_of(context.service).rulebook
    ages = [Choice(key, title) for key, (title, _) in _AGES.items()]
    attempts = [Choice(each, f"{each} or more") for each in _ATTEMPTS]
    return [
        Filter("state", "State", choices=_STATES),
        Filter("age", "Waiting for", choices=ages),
        Filter("failures", "Failed attempts", choices=attempts),
        Filter("kind", "Kind", kind="text"),
        country_filter(rulebook.countries),
    ]


def find_waiting(context: PageContext, query: ListQuery) -> ListRows:
    """Find the notices of a query: those set aside first, then by when they may go."""
    wanted = _read_filter(context, query)
    after = None if query.after is None else _read_place(query.after)
    with runtime_of(context.service).store.outbox_list() as listing:
        found = listing.find_notices(wanted, after=after, limit=query.limit + 1)
        rows = [_write_row(context, each) for each in found[: query.limit]]
        more = len(found) > query.limit
        if query.rows_only:
            return ListRows(rows, more)
        count = listing.count_notices(wanted, COUNTED_AT_MOST)
        groups = listing.group_notices(wanted, COUNTED_AT_MOST) if count else []
    empty = "No such notice waits." if query.filters or query.search else "No notice waits."
    return ListRows(
        rows,
        more,
        count=count,
        empty="There are no more." if query.after is not None else empty,
        empty_link=Link("What was delivered", context.addresses.of("deliveries")),
        sections=_write_groups(context, groups),
        commands=_write_commands(groups),
    )


def _read_filter(context: PageContext, query: ListQuery) -> OutboxFilter:
    state, age = query.get("state"), query.get("age")
    failures = int(query.get("failures") or 0)
    return OutboxFilter(
        parked={None: None, "parked": True}.get(state, False),
        ready_at=context.now if state == "ready" else None,
        held_at=context.now if state == "held" else None,
        written_by=None if age is None else context.now - _AGES[age][1],
        country=query.get("country"),
        kind=query.get("kind"),
        attempts=max(failures, 1) if state == "failing" else failures,
        path_ids=find_path_ids(context, query.search),
    )


def _write_row(context: PageContext, each: Waiting) -> Row:
    country = runtime_of(context.service).rulebook.countries.get(each.country)
    zone = country.zone if country is not None else "UTC"
    late = context.now - each.next_at
    next_try: Cell = ZonedTime(each.next_at, zone)
    if each.parked:
        next_try = Mark("set aside", "bad")
    command = f"lazsa-flow outbox retry {each.key} --as {OPERATOR}"
    place = OutboxPlace(each.parked, each.next_at, each.key)
    return Row(
        (
            next_try,
            LateBy(late) if late > _READY and not each.parked else None,
            each.kind,
            each.to,
            each.country,
            context.addresses.path(each.path),
            ZonedTime(each.created_at, zone),
            each.attempts,
            each.error,
            each.key,
            Command(command) if each.parked else None,
        ),
        "~".join((str(int(each.parked)), instant_text(each.next_at), each.key)),
        order=(not place.parked, *place[1:]),
    )


def _read_place(text: str) -> OutboxPlace:
    parts = text.split("~", 2)
    if len(parts) != 3 or parts[0] not in ("0", "1"):
        raise InputError.of("outbox", "after", text, "the place at which a page of this list ended")
    next_at = parse_instant(parts[1], where="outbox", field="after")
    return OutboxPlace(parts[0] == "1", next_at, parts[2])


def _write_groups(context: PageContext, groups: Sequence[OutboxGroup]) -> list[Section]:
    if len(groups) < 2:
        return []
    rows: list[tuple[Cell, ...]] = [
        (
            Link(
                each.kind,
                context.addresses.of(
                    "outbox",
                    state="parked" if each.parked else None,
                    kind=each.kind,
                    country=each.country,
                ),
            ),
            each.country,
            Mark("set aside", "bad") if each.parked else "waiting",
            each.notices,
        )
        for each in groups
    ]
    columns = (
        *(Column("Kind"), Column("Country"), Column("State")),
        Column("Notices", numeric=True),
    )
    return [Section("How many by kind and country", columns, rows, folded=True)]


def _write_commands(groups: Sequence[OutboxGroup]) -> list[Command]:
    commands = [Command("lazsa-flow outbox"), Command("lazsa-flow relay --once")]
    if any(each.parked for each in groups):
        commands.append(Command(f"lazsa-flow outbox retry --all --as {OPERATOR}"))
    return commands


OUTBOX: Final = ListPage(
    route="/outbox",
    title="Outbox",
    noun="notices",
    columns=(
        *(Column("Next attempt"), Column("Late by"), Column("Kind"), Column("To")),
        *(Column("Country"), Column("Path"), Column("Written")),
        *(Column("Failed attempts", numeric=True), Column("Last error")),
        *(Column("Key", wide=True), Column("What to do", in_csv=False)),
    ),
    find=find_waiting,
    filters=list_filters,
    search=LABEL,
    menu="Outbox",
)
