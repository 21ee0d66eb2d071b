"""``lazsa-flow import``: files from the host."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lazsa_flow.cli.common import (
    DEFAULT_DATABASE,
    ConfigDir,
    Database,
    Json,
    Key,
    console,
    open_programme,
    print_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.programme import Programme

app = typer.Typer(help="Take a file from the host: all of it, or nothing.", no_args_is_help=True)

_SHOWN = 10

File = Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a header, UTF-8.")]


@app.command()
def facts(
    file: File,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Append the dated facts of sellers.

    Example: lazsa-flow import facts sellers.csv
    """
    _import("facts", lambda p: p.import_facts(file, key=key), database, config, as_json)


@app.command()
def nominations(
    file: File,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Make the nominations of a file: seller_id, source, nominator_id, statement.

    Example: lazsa-flow import nominations nominations.csv
    """
    _import("nominations", lambda p: p.import_nominations(file, key=key), database, config, as_json)


@app.command()
def scorecards(
    file: File,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Record scorecards: seller_id, reviewer_id, team, the eleven items, comment, recusal_reason.

    Example: lazsa-flow import scorecards cards.csv
    """
    _import("scorecards", lambda p: p.import_scorecards(file, key=key), database, config, as_json)


@app.command()
def contacts(
    file: File,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Take how people are reached: seller_id, email, locale, name; erased with their person.

    Example: lazsa-flow import contacts contacts.csv
    """
    _import("contacts", lambda p: p.import_contacts(file, key=key), database, config, as_json)


@app.command()
def turnover(
    file: File,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Open applications for stores: one row a record, an applicant's rows together.

    Example: LAZSA_SECRET=… lazsa-flow import turnover turnover.csv
    """
    _import("turnover", lambda p: p.import_turnover(file, key=key), database, config, as_json)


def _import(
    what: str,
    run: Callable[[Programme], int],
    database: str,
    config: Path | None,
    as_json: bool,
) -> None:
    with open_programme(database, config) as programme:
        count = run(programme)
    skipped = getattr(count, "skipped", ())
    differences = getattr(count, "differences", ())
    if as_json:
        left_out = {"skipped_lines": list(skipped)} if skipped else {}
        differing = {"differences": list(differences)} if differences else {}
        print_json({"imported": what, "rows": count, **left_out, **differing})
        return
    console().print(f"{count} {what} imported.")
    for difference in differences:
        console().print(difference, soft_wrap=True)
    if skipped:
        lines = ", ".join(map(str, skipped[:_SHOWN])) + (" …" if len(skipped) > _SHOWN else "")
        rows = "row was" if len(skipped) == 1 else "rows were"
        console().print(
            f"{len(skipped)} {rows} left out, since somebody in them was erased: line {lines}. "
            "For somebody who has come back: lazsa-flow readmit.",
            soft_wrap=True,
        )
