"""``lazsa-flow list``: paths and sellers by filters, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import (
    FactsFilter,
    ListSellers,
    MissingReviewer,
    ReasonFilter,
    UnmetFilter,
    WithoutPath,
)
from lazsa_flow.cli.common import find_runtime, local, print_json, read_day, read_instant
from lazsa_flow.cli.documents import to_json
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    After,
    ConfigDir,
    CountryFilter,
    Csv,
    CycleFilter,
    Database,
    Json,
    LifecycleFilter,
    PageLimit,
    Since,
    StateFilter,
)
from lazsa_flow.cli.tables import Column, print_csv, print_more, print_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.award.programme import Programme
    from lazsa_flow.service.list_rows import Listed, Page


_NAMED: Final = 3
"""So many unmet guards are named in a table."""
_ALL: Final = 1000
PATH_COLUMNS: Final = (
    Column("Path", is_id=True),
    Column("Subject", is_id=True),
    Column("Country", drop=3),
    Column("State"),
    Column("Cycle", drop=4),
    Column("Since", drop=6),
    Column("Reason", drop=5),
    Column("Facts", drop=7),
    Column("Facts of", drop=8),
    Column("Unmet", drop=2),
)
SELLER_COLUMNS: Final = (
    Column("Subject", is_id=True),
    Column("Country", drop=2),
    Column("Facts"),
    Column("Facts of", drop=1),
    Column("Path", is_id=True),
    Column("State"),
)


def list_all(
    lifecycle: LifecycleFilter = None,
    state: StateFilter = None,
    country: CountryFilter = None,
    cycle: CycleFilter = None,
    reason: ReasonFilter = None,
    unmet: UnmetFilter = None,
    facts: FactsFilter = None,
    reviewer: MissingReviewer = None,
    since: Since = None,
    sellers: ListSellers = False,
    without_path: WithoutPath = False,
    after: After = None,
    limit: PageLimit = 50,
    as_csv: Csv = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List paths, newest first, by the filters that are given; with --sellers, sellers by id.

    Example: lazsa-flow list --country PH --state under_review --unmet gmv
    """
    filters: dict[str, Any] = {"state": state, "reason": reason, "unmet": unmet}
    filters["missing_reviewer"] = reviewer
    shared: dict[str, Any] = {"country": country, "facts": facts or ()}
    shared |= {"after": after, "limit": limit}
    listing_sellers = sellers or without_path
    if listing_sellers:
        _check_no_path_filter({**filters, "cycle": cycle, "since": since})
    with open_programme(database, config) as programme:
        if listing_sellers:
            page = programme.find_sellers(
                without_path=without_path, lifecycle=lifecycle or "award", **shared
            )
        else:
            page = programme.find_all(
                lifecycle=lifecycle,
                cycle=read_day(cycle, "--cycle"),
                since=_read_since(programme, since, country),
                **filters,
                **shared,
            )
        print_page(programme, page, sellers=listing_sellers, as_json=as_json, as_csv=as_csv)


def _check_no_path_filter(filters: Mapping[str, str | None]) -> None:
    """Check that no filter of paths goes with a list of sellers."""
    from lazsa_flow.errors import InputError

    for name, value in filters.items():
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            raise InputError.of("list", option, value, "a filter of paths alone")


def _read_since(programme: Programme, text: str | None, country: str | None) -> datetime | None:
    """Read an instant, or a date that begins at midnight of the country, or else of UTC."""
    from datetime import UTC, datetime, time

    from lazsa_flow.lifecycle.calendar import parse_date

    if text is None or "T" in text:
        return read_instant(text, "--since")
    day = parse_date(text, where="option", field="--since")
    if country is None:
        return datetime.combine(day, time(), UTC)
    return find_runtime(programme).rulebook.calendar(country).start(day).at


def print_page(
    programme: Programme, page: Page[Listed], *, sellers: bool, as_json: bool, as_csv: bool
) -> None:
    """Print a page of a list, and how to go on."""
    columns = SELLER_COLUMNS if sellers else PATH_COLUMNS
    if as_json:
        print_json(to_json(page.rows))
        return
    most = _ALL if as_csv else _NAMED
    rows = seller_cells(page) if sellers else path_cells(programme, page, named=most)
    if as_csv:
        print_csv(columns, rows)
        return
    print_table(columns, rows, empty=page.why_empty or "There are none.")
    print_more(page.after)


def path_cells(
    programme: Programme, page: Iterable[Listed], *, named: int
) -> list[tuple[Any, ...]]:
    """Return the cells of paths, with so many unmet guards by name."""
    countries = find_runtime(programme).rulebook.countries
    return [
        (
            each.path,
            each.subject,
            each.country,
            f"{each.state} (parked)" if each.parked else each.state,
            each.cycle_on,
            each.since and local(each.since, countries[each.country].zone),
            each.reason,
            each.facts,
            each.facts_as_of,
            _join_guards(each.unmet, named),
        )
        for each in page
    ]


def _join_guards(guards: Sequence[str], most: int) -> str:
    more = len(guards) - most
    return (
        ", ".join(guards) if more <= 0 else f"{', '.join(guards[: most - 1])} and {more + 1} more"
    )


def seller_cells(page: Iterable[Listed]) -> list[tuple[Any, ...]]:
    """Return the cells of sellers."""
    return [
        (each.subject, each.country, each.facts, each.facts_as_of, each.path, each.state)
        for each in page
    ]
