"""The page of a panel: whom it has to judge, what is missing for each, and who is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.facade.questions import AwardQuestions
from lazsa_flow.award.viewer_figures import read_cycle
from lazsa_flow.foresight.classes import list_classes
from lazsa_flow.lifecycle.path_ref import parse_ref
from lazsa_flow.service.listing import no_cycle_date
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import Command, Link, Mark, Series
from lazsa_flow.viewer.list_page import Choice, Column, Filter, ListPage, ListRows, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from lazsa_flow.award.commands.panels import Candidate
    from lazsa_flow.viewer.list_page import ListQuery, PageContext

ANY: Final = "any"
"""Stands for every class."""
SORTED_AT_MOST: Final = 2000
"""A panel with no more candidates is sorted, filtered and summed up; a larger one is paged."""
_SORTS: Final[dict[str, Callable[[Candidate], Any]]] = {
    "path": lambda each: parse_ref(each.path).number,
    "seller": lambda each: each.seller,
    "state": lambda each: each.state,
    "class": lambda each: each.class_ or "",
    "cards": lambda each: (each.cards, each.teams),
    "waiting": lambda each: len(each.waiting),
    "flags": lambda each: len(each.flags),
}


def list_filters(context: PageContext) -> list[Filter]:
    """Return the filters: short of a quorum or not, and who is waited for."""
    read_cycle(context)
    application = runtime_of(context.service).application
    classes = list_classes(application.assumptions, application.never)
    quorum = (Choice("short", "short of it"), Choice("complete"))
    return [
        Filter("quorum", "Quorum", choices=quorum),
        Filter("reviewer", "Waiting for reviewer", kind="text"),
        Filter(
            "class",
            "Class",
            choices=[Choice(ANY, "any"), *map(Choice, classes)],
            unset="not rehearsed",
        ),
    ]


def find_candidates(context: PageContext, query: ListQuery) -> ListRows:
    """Find the candidates of a panel."""
    country, cycle_on = read_cycle(context)
    asking = AwardQuestions(runtime_of(context.service))
    classes = query.get("class") is not None
    everybody: list[Candidate] = context.figures.get(
        ("panel", country, cycle_on, classes),
        lambda: asking.panel(country, cycle_on, limit=SORTED_AT_MOST + 1, classes=classes),
    )
    if len(everybody) > SORTED_AT_MOST:
        found = asking.panel(country, cycle_on, after=query.after, limit=query.limit + 1)
        rows = [_write_row(context, each, country, cycle_on) for each in found[: query.limit]]
        summary = f"More than {SORTED_AT_MOST:,} candidates: neither sorted nor filtered."
        return ListRows(rows, len(found) > query.limit, summary=summary)
    chosen = _sort_candidates([each for each in everybody if _is_wanted(each, query)], query)
    start = _find_start(chosen, query.after)
    rows = [
        _write_row(context, each, country, cycle_on) for each in chosen[start : start + query.limit]
    ]
    short = sum(bool(each.missing) for each in everybody)
    empty, link = _explain_empty(context, everybody, country, cycle_on)
    return ListRows(
        rows,
        len(chosen) > start + query.limit,
        count=len(chosen),
        summary=f"{short} of {len(everybody)} are short of a quorum." if everybody else "",
        empty=empty,
        empty_link=link,
        commands=_write_commands(country, cycle_on, short) if everybody else (),
    )


def _is_wanted(candidate: Candidate, query: ListQuery) -> bool:
    quorum, reviewer = query.get("quorum"), query.get("reviewer")
    if quorum is not None and bool(candidate.missing) != (quorum == "short"):
        return False
    if reviewer is not None and reviewer not in candidate.waiting:
        return False
    if query.get("class") not in (None, ANY, candidate.class_):
        return False
    return query.search in candidate.path or query.search in candidate.seller


def _sort_candidates(candidates: list[Candidate], query: ListQuery) -> list[Candidate]:
    if not query.sort:
        return candidates
    return sorted(candidates, key=_SORTS[query.sort], reverse=query.descending)


def _find_start(candidates: Sequence[Candidate], after: str | None) -> int:
    """Return where the page begins: after a path, or where it is no longer among them, at first."""
    if after is None:
        return 0
    return next((at + 1 for at, each in enumerate(candidates) if each.path == after), 0)


def _write_row(context: PageContext, each: Candidate, country: str, cycle_on: date) -> Row:
    panel = ("panel", country, str(cycle_on))
    waiting = [
        Link(name, context.addresses.of(*panel, reviewer=name))
        for name in (each.waiting if each.missing else ())
    ]
    return Row(
        (
            context.addresses.path(each.path),
            each.seller,
            f"{each.state}, {each.title}" if each.title else each.state,
            each.class_,
            f"{each.cards} cards of {each.teams} teams",
            Mark(each.missing, "warn") if each.missing else Mark("complete", "good"),
            Series(waiting),
            ", ".join(each.conflicts),
            ", ".join(map(_shorten_flag, each.flags)),
        ),
        each.path,
    )


def _shorten_flag(flag: str) -> str:
    """Return the guard that a flag is about, or the whole of a flag that is about none."""
    return flag if flag.startswith(("a ", "an ")) else flag.partition(" ")[0]


def _explain_empty(
    context: PageContext, everybody: Sequence[Candidate], country: str, cycle_on: date
) -> tuple[str, Link | None]:
    """Say why no candidate is listed: another date is meant, or nobody is to be judged yet."""
    if everybody:
        return "No candidate is as the filters say.", None
    runtime = runtime_of(context.service)
    calendar = runtime.rulebook.calendar(country)
    if not calendar.cycle_days:
        return f"{country} has no cycle dates, and no panels.", None
    coming = calendar.held_from(calendar.local_date(context.now))
    link = Link(f"The panel of {coming}", context.addresses.of("panel", country, str(coming)))
    if why := no_cycle_date(runtime.context, country, cycle_on):
        return why, link
    if cycle_on == coming:
        return f"The panel of {country} and {cycle_on} has nobody to judge yet.", None
    return f"The panel of {country} and {cycle_on} has nobody to judge.", link


def _write_commands(country: str, cycle_on: date, short: int) -> list[Command]:
    commands = [
        Command(f"lazsa-flow panel list {country} {cycle_on} --incomplete --flags"),
        Command("lazsa-flow explain PATH"),
    ]
    if short:
        role = f"--as team:YOU --country {country}"
        commands.append(Command(f"lazsa-flow reviewers {country} {cycle_on} --remind {role}"))
    return commands


def _write_title(context: PageContext) -> str:
    country, cycle_on = read_cycle(context)
    return f"Panel of {country}, {cycle_on}"


PANEL: Final = ListPage(
    route="/panel/{country}/{cycle_on}",
    title=_write_title,
    noun="candidates",
    columns=(
        Column("Path", "path", sortable=True),
        Column("Seller", "seller", sortable=True),
        Column("State", "state", sortable=True, wide=True),
        Column("Class", "class", sortable=True),
        Column("So far", "cards", sortable=True),
        Column("Missing"),
        Column("Waiting for", "waiting", sortable=True, wide=True),
        Column("May not review"),
        Column("To be known", "flags", sortable=True, wide=True),
    ),
    find=find_candidates,
    filters=list_filters,
    search="Path or seller",
)
