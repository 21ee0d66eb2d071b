"""``lazsa-flow ledger``: the books of each country and cycle date, and closing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from lazsa_flow.cli.common import (
    console,
    open_service,
    print_json,
    print_result,
    read_actor,
    read_now,
)
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    As,
    ConfigDir,
    CountryCode,
    CycleDate,
    Database,
    Json,
    Key,
    Now,
    RoleCountry,
)
from lazsa_flow.cli.pausing import show_pauses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from lazsa_flow.engine.ledger import Book

ledger = typer.Typer(help="Ledger: what was due, and what became of it.")


@ledger.callback(invoke_without_command=True)
def show_ledger(
    context: typer.Context,
    now: Now = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Print the books: for each country and cycle date what was due, and what became of it.

    Example: lazsa-flow ledger
    """
    if context.invoked_subcommand is not None:
        return
    until = read_now(now)
    with open_service(database, config) as service:
        books = service.ledger(until=until)
        show_pauses(service.pauses())
    if as_json:
        print_json([book_document(book) for book in books])
        return
    console().print(books_table("The books", books))


@ledger.command("close")
def close_ledger(
    country: CountryCode,
    cycle: CycleDate,
    who: As,
    role_country: RoleCountry = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Close a country's books of a cycle date, once they balance and nothing is parked.

    Example: lazsa-flow ledger close PH 2026-10-01 --as manager:m-1
    """
    from lazsa_flow.lifecycle.calendar import parse_date

    day = parse_date(cycle, where="argument", field="CYCLE")
    with open_service(database, config) as service:
        service.close_ledger(country, day, actor=read_actor(who, role_country), key=key)
    data = {"country": country, "cycle_on": day.isoformat(), "closed": True}
    print_result(f"The books of {country} and {day} are closed.", data, as_json=as_json)


def book_document(book: Book) -> dict[str, Any]:
    """Return one row of the books as JSON values."""
    return {
        "on": book.on.isoformat(),
        "country": book.country,
        "due": book.due,
        "moved": book.moved,
        "refused": book.refused,
        "parked": book.parked,
        "unexplained": book.unexplained,
    }


def books_table(title: str, books: Sequence[Book]) -> Table:
    """Lay out rows of the books with their sum."""
    from rich.table import Table

    columns = ("due", "moved", "refused", "parked", "unexplained")
    table = Table(title=title, title_justify="left", show_footer=True)
    table.add_column("Cycle", footer="")
    table.add_column("Country", footer="all")
    for name in columns:
        total = str(sum(getattr(book, name) for book in books))
        table.add_column(name.capitalize(), justify="right", footer=total)
    for book in books:
        figures = (str(getattr(book, name)) for name in columns)
        table.add_row(str(book.on), book.country, *figures)
    return table
