"""``lazsa-flow ledger``: the books of each country and cycle date, and closing them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import typer

from lazsa_flow.cli.common import (
    console,
    find_runtime,
    open_service,
    print_json,
    print_result,
    read_actor,
    read_now,
)
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    DEFAULT_DATABASES,
    As,
    ConfigDir,
    CountryCode,
    CountryFilter,
    Csv,
    CycleDate,
    Database,
    Databases,
    Json,
    Key,
    Now,
    RoleCountry,
)
from lazsa_flow.cli.pausing import show_pauses
from lazsa_flow.cli.several import open_several, report_unreached

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from rich.table import Table

    from lazsa_flow.engine.ledger import Book
    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.service.service import FlowService
    from lazsa_flow.service.several import DatabaseAnswer

_COLUMNS: Final = ("due", "moved", "refused", "parked", "unexplained")

ledger = typer.Typer(help="Ledger: what was due, and what became of it.")


@ledger.callback(invoke_without_command=True)
def show_ledger(
    context: typer.Context,
    country: CountryFilter = None,
    now: Now = None,
    database: Databases = DEFAULT_DATABASES,
    config: ConfigDir = None,
    as_csv: Csv = False,
    as_json: Json = False,
) -> None:
    """Print the books: for each country and cycle date what was due, and what became of it.

    With several databases, each has its books, and all have their sum. One that cannot be reached
    is named, and the exit code is 1.

    Example: lazsa-flow ledger
    """
    if context.invoked_subcommand is not None:
        return
    from lazsa_flow.database_urls import strip_name

    until = read_now(now)
    if len(database) > 1:
        show_ledgers(database, config, until, country=country, as_csv=as_csv, as_json=as_json)
        return
    with open_service(strip_name(*database), config) as service:
        books = read_books(service, until, country)
        show_pauses(service.pauses())
    if as_json:
        print_json([book_document(book) for book in books])
        return
    if as_csv:
        _print_csv(["Cycle", "Country"], [((book.on, book.country), book) for book in books])
        return
    console().print(books_table("The books", books))


def read_books(service: FlowService, until: datetime | None, country: str | None) -> list[Book]:
    """Return the books of a country, or of all."""
    if country is not None:
        find_runtime(service).context.country(country)
    return [book for book in service.ledger(until=until) if country in (None, book.country)]


def _print_csv(places: Sequence[str], rows: Sequence[tuple[Sequence[object], Book]]) -> None:
    """Print books as CSV, each after what says where it is."""
    from lazsa_flow.cli.tables import Column, print_csv

    print_csv(
        [Column(each) for each in (*places, *_COLUMNS)],
        [(*place, *(getattr(book, name) for name in _COLUMNS)) for place, book in rows],
    )


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
    from lazsa_flow.cli.tables import new_table

    table = new_table(title=title, footer=True)
    table.add_column("Cycle", footer="")
    table.add_column("Country", footer="all")
    _add_columns(table, books)
    for book in books:
        table.add_row(str(book.on), book.country, *_sum_books([book]))
    return table


def show_ledgers(
    databases: Sequence[str],
    config: Path | None,
    until: datetime | None,
    *,
    country: str | None,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Print the books of several databases, each under its name, and their sum."""
    from lazsa_flow.service.several import DatabaseAnswer, add_books

    def ask(service: FlowService) -> tuple[list[Book], list[Pause]]:
        return read_books(service, until, country), service.pauses()

    with open_several(databases, config) as several:
        answers = several.ask(ask)
    books = [
        DatabaseAnswer(each.database, each.answer and each.answer[0], each.error)
        for each in answers
    ]
    if as_json:
        total = [book_document(book) for book in add_books(books)]
        print_json({"databases": [_books_answer(each) for each in books], "total": total})
    elif as_csv:
        found = [
            ((each.database, book.on, book.country), book)
            for each in books
            for book in each.answer or ()
        ]
        _print_csv(["Database", "Cycle", "Country"], found)
    else:
        for each in answers:
            for pause in each.answer[1] if each.answer else ():
                console(stderr=True).print(f"{each.database}: Paused: {pause}", soft_wrap=True)
        console().print(_several_table(books))
    report_unreached(books, as_json=as_json)


def _books_answer(each: DatabaseAnswer[list[Book]]) -> dict[str, Any]:
    """Return the books of one database as JSON values, or why there are none."""
    error = each.error and {"error": type(each.error).__name__, "message": str(each.error)}
    books = None if each.answer is None else [book_document(book) for book in each.answer]
    return {"database": each.database, "error": error, "books": books}


def _several_table(answers: Sequence[DatabaseAnswer[list[Book]]]) -> Table:
    """Lay out the books of each database with its sum, and the sum of all."""
    from lazsa_flow.cli.tables import new_table

    table = new_table(title="The books", footer=True)
    table.add_column("Database", footer="all")
    table.add_column("Cycle", footer="")
    table.add_column("Country", footer="all")
    _add_columns(table, [book for each in answers for book in each.answer or ()])
    for each in answers:
        for book in each.answer or ():
            table.add_row(each.database, str(book.on), book.country, *_sum_books([book]))
        if each.answer is None:
            table.add_row(each.database, "not reached", "", *("" for _ in _COLUMNS))
        else:
            table.add_row(each.database, "sum", "all", *_sum_books(each.answer))
        table.add_section()
    return table


def _add_columns(table: Table, books: Sequence[Book]) -> None:
    """Add the columns of figures with the sums of all books."""
    for name, total in zip(_COLUMNS, _sum_books(books), strict=True):
        table.add_column(name.capitalize(), justify="right", footer=total)


def _sum_books(books: Sequence[Book]) -> list[str]:
    """Return the sums of books, by column."""
    return [str(sum(getattr(book, name) for book in books)) for name in _COLUMNS]
