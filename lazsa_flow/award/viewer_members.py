"""The page of Reconnect: members, whom to add, whom to take out, and who was invited."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Final, cast

from lazsa_flow.award.commands.group_exits import list_group_exits
from lazsa_flow.award.commands.group_members import (
    STEPS_GUARD,
    find_former,
    list_group_tasks,
)
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Command, Mark, ZonedTime
from lazsa_flow.viewer.list_page import Choice, Column, Filter, ListPage, ListRows, Row
from lazsa_flow.viewer.searching import LABEL, find_path_ids
from lazsa_flow.viewer.whole_lists import country_filter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lazsa_flow.award.commands.group_members import FormerAmbassador
    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.viewer.cells import Cell
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

_GROUPS: Final = (
    Choice("member", "members"),
    Choice("add", "to add"),
    Choice("out", "to take out"),
    Choice("left", "have left"),
    Choice("invited", "invited"),
)
_STATES: Final[Mapping[str, Sequence[str]]] = {
    "member": ("reconnect",),
    "add": ("retired", "removed"),
    "out": ("removed", "renewed", "renewal_due", "retired"),
    "left": ("removed",),
    "invited": ("retired",),
}
"""The states in which those of a group can be; reinstated out of Reconnect, they are renewed."""


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filters: which group, and of which country."""
    return [
        Filter("group", "Who", choices=_GROUPS, default="member"),
        country_filter(runtime_of(context.service).rulebook.countries),
    ]


def find_members(context: PageContext, query: ListQuery) -> ListRows:
    """Find the former ambassadors of a query, newest first."""
    group, country = query.get("group") or "member", query.get("country")
    ids: Sequence[int] | None = find_path_ids(context, query.search)
    if group in ("add", "out"):
        tasks = set((_find_to_add if group == "add" else _find_to_take_out)(context, country))
        ids = sorted(tasks if ids is None else tasks.intersection(ids))
    found: list[FormerAmbassador] = []
    more = False
    own = runtime_of(context.service).context
    for state in _STATES[group]:
        if ids is not None and not ids:
            break
        part, more = find_former(
            own, state, country=country, path_ids=ids, after=query.after, limit=query.limit
        )
        found += part
    where = f" {country}" if country else " COUNTRY"
    return ListRows(
        [_write_row(context, each, group) for each in found],
        more,
        count=None if ids is None else len(found),
        empty=_explain_empty(query, group),
        commands=[Command(f"lazsa-flow members{where}"), Command(f"lazsa-flow today{where}")],
    )


def _find_to_add(context: PageContext, country: str | None) -> list[int]:
    """Return the numbers of the paths of those whom the team can add now."""
    own = runtime_of(context.service).context
    countries = sorted(own.rulebook.countries) if country is None else [country]
    with own.store.listing() as listing:
        return [
            own.path_id(task.path)
            for code in countries
            for task in list_group_tasks(own, listing, code, context.now)
            if not task.unmet
        ]


def _find_to_take_out(context: PageContext, country: str | None) -> list[int]:
    """Return the numbers of the paths of those whom the team has still to take out."""
    own = runtime_of(context.service).context
    return [path.id for path in list_group_exits(own, country)]


def _explain_empty(query: ListQuery, group: str) -> str:
    if query.after is not None:
        return "There are no more."
    said = {
        "member": "Nobody is in Reconnect yet.",
        "add": "Nobody waits to be added.",
        "out": "Nobody has to be taken out.",
        "left": "Nobody has left Reconnect.",
        "invited": "No award has ended yet.",
    }
    return "Nobody is like that." if query.search or query.get("country") else said[group]


def _write_row(context: PageContext, each: FormerAmbassador, group: str) -> Row:
    listed = each.listed
    assert listed.path is not None
    country = runtime_of(context.service).rulebook.countries.get(listed.country)
    zone = country.zone if country is not None else "UTC"
    done = each.steps - len(each.missing)
    return Row(
        (
            context.addresses.path(listed.path),
            listed.subject,
            listed.country,
            None if listed.since is None else ZonedTime(listed.since, zone),
            _name_standing(each, group),
            f"{done} of {each.steps}",
            ", ".join(each.missing),
            listed.reason,
            _write_command(context, each, group),
        ),
        listed.path,
    )


def _name_standing(each: FormerAmbassador, group: str) -> Cell:
    """Say how a former ambassador stands towards the group."""
    if group == "member":
        return Mark("member", "good")
    if group == "out":
        return Mark("take out", "warn")
    if group == "left":
        return "stays out" if each.unmet else "may come back"
    if not each.unmet:
        return Mark("to add", "warn")
    if set(each.unmet) != {STEPS_GUARD}:
        others = ", ".join(name for name in each.unmet if name != STEPS_GUARD)
        return Mark(f"not invited: {others}", "quiet")
    return "under way" if len(each.missing) < each.steps else Mark("silent", "quiet")


def _write_command(context: PageContext, each: FormerAmbassador, group: str) -> Command:
    seller, country = shlex.quote(each.listed.subject), each.listed.country
    if group == "out":
        return Command(f"lazsa-flow reconnect taken-out {seller} --as team:YOU --country {country}")
    if each.unmet or each.listed.state == "reconnect":
        return Command(f"lazsa-flow show {seller}")
    rulebook = runtime_of(context.service).rulebook
    policy = cast("AwardPolicy", rulebook.policy_at("award", context.now))
    step = policy.reconnect.join_step
    return Command(f"lazsa-flow reconnect step {seller} {step} --as team:YOU --country {country}")


MEMBERS: Final = ListPage(
    route="/members",
    title="Reconnect",
    noun="former ambassadors",
    columns=(
        *(Column("Path"), Column("Seller"), Column("Country"), Column("Since")),
        *(Column("Standing", wide=True), Column("Steps done"), Column("Missing", wide=True)),
        *(Column("Reason"), Column("What to do", in_csv=False)),
    ),
    find=find_members,
    filters=list_filters,
    search=LABEL,
    menu="Reconnect",
)
