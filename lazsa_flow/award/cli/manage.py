"""``lazsa-flow case``: compliance cases."""

from __future__ import annotations

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import CaseId, CaseSearch, ClosedCases, Seller
from lazsa_flow.cli.common import print_json, print_result, read_actor
from lazsa_flow.cli.documents import to_json
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    After,
    As,
    ConfigDir,
    CountryFilter,
    Csv,
    Database,
    Json,
    Key,
    Limit,
    RoleCountry,
)
from lazsa_flow.cli.tables import Column, print_csv, print_more, print_table

case = typer.Typer(help="Compliance cases: they postpone award or renewal.", no_args_is_help=True)

CASE_COLUMNS = (
    Column("Seller", is_id=True),
    Column("Case", is_id=True),
    Column("Country", drop=3),
    Column("Stands"),
    Column("Since"),
    Column("Path", is_id=True, drop=1),
    Column("State", drop=2),
)


@case.command("open")
def open_case(
    seller: Seller,
    case_id: CaseId,
    who: As,
    country: RoleCountry = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Open a case on a seller.

    Example: lazsa-flow case open seller-1 c-4711 --as compliance:c-1
    """
    with open_programme(database, config) as programme:
        programme.open_case(seller, case_id, actor=read_actor(who, country), key=key)
    data = {"seller": seller, "case": case_id, "value": "open"}
    print_result(f"{case_id}: open", data, as_json=as_json)


@case.command("list")
def list_cases(
    country: CountryFilter = None,
    closed: ClosedCases = False,
    search: CaseSearch = None,
    after: After = None,
    limit: Limit = None,
    as_csv: Csv = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List the open compliance cases, the longest standing first.

    Example: lazsa-flow case list --country ID
    """
    with open_programme(database, config) as programme:
        found = programme.cases(country, closed=closed, search=search, after=after, limit=limit)
    if as_json:
        print_json(to_json(found.rows))
        return
    rows = [
        (each.seller, each.case, each.country, each.value, each.since, each.path, each.state)
        for each in found
    ]
    if as_csv:
        print_csv(CASE_COLUMNS, rows)
    else:
        print_table(CASE_COLUMNS, rows, empty=found.why_empty or "")
        print_more(found.after)


@case.command("close")
def close_case(
    seller: Seller,
    case_id: CaseId,
    who: As,
    country: RoleCountry = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Close a case on a seller.

    Example: lazsa-flow case close seller-1 c-4711 --as compliance:c-1
    """
    with open_programme(database, config) as programme:
        programme.close_case(seller, case_id, actor=read_actor(who, country), key=key)
    data = {"seller": seller, "case": case_id, "value": "closed"}
    print_result(f"{case_id}: closed", data, as_json=as_json)
