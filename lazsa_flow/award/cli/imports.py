"""``lazsa-flow import``: files from the host."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

import typer

from lazsa_flow.award.cli.opening import open_programme
from lazsa_flow.award.cli.options import (
    ImportAs,
    ImportExample,
    ImportFile,
    ImportLimit,
    Partial,
    Rejects,
)
from lazsa_flow.cli.common import console, print_json, read_actor
from lazsa_flow.cli.options import DEFAULT_DATABASE, ConfigDir, Database, DryRun, Json, Key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lazsa_flow.award.commands.import_result import ImportResult

app = typer.Typer(
    help="Import a CSV file: all of it or nothing, unless --partial is given.",
    no_args_is_help=True,
)

HOST: Final = "host:host"
"""Who imports where ``--as`` is not given."""
_SHOWN: Final = 10
"""How many lines or ids an answer names; JSON has all."""
_KINDS: Final = {
    "facts": """Append the dated figures of sellers.

    Example: lazsa-flow import facts sellers.csv""",
    "nominations": """Make nominations: seller_id, source, nominator_id, statement.

    Example: lazsa-flow import nominations nominations.csv --partial --rejects refused.csv""",
    "scorecards": """Record scorecards and recusals, one reviewer and seller a row.

    Example: lazsa-flow import scorecards cards.csv""",
    "contacts": """Take how people are reached: seller_id, email, locale, name. Erased with them.

    Example: lazsa-flow import contacts contacts.csv""",
    "turnover": """Open applications for stores: one row a record, an applicant's rows together.

    Example: LAZSA_SECRET=… lazsa-flow import turnover turnover.csv""",
}
"""What can be imported, with the help of its command."""


def _make_importer(what: str) -> Callable[..., None]:
    """Return the command that imports files of a kind."""

    def run(
        file: ImportFile = None,
        who: ImportAs = HOST,
        partial: Partial = False,
        rejects: Rejects = None,
        example: ImportExample = False,
        dry_run: DryRun = False,
        key: Key = None,
        database: Database = DEFAULT_DATABASE,
        config: ConfigDir = None,
        as_json: Json = False,
    ) -> None:
        from lazsa_flow.cli.progress import rows_bar
        from lazsa_flow.errors import InputError

        if example:
            sys.stdout.write(_read_example(what))
            return
        if file is None:
            raise InputError.of("argument", "FILE", "nothing", "a file, or --example to see one")
        actor = read_actor(who)
        with open_programme(database, config) as programme, rows_bar(what, file) as done:
            take: Any = getattr(programme, f"import_{what}")
            found: ImportResult = take(
                file,
                actor=actor,
                key=key,
                partial=partial,
                rejects=rejects,
                dry_run=dry_run,
                done=done,
            )
        if as_json:
            print_json(_import_document(what, found, dry_run=dry_run))
        else:
            for line in _describe_import(what, found, dry_run=dry_run):
                console().print(line, soft_wrap=True)

    return run


for _kind, _help in _KINDS.items():
    app.command(_kind, help=_help)(_make_importer(_kind))


@app.command("list")
def list_imports(
    limit: ImportLimit = 50,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List imports, latest first: who imported what, through what, and from which file.

    Example: lazsa-flow import list --limit 10
    """
    from lazsa_flow.cli.tables import new_table
    from lazsa_flow.lifecycle.calendar import instant_text

    with open_programme(database, config) as programme:
        batches = programme.imports(limit=limit)
    if as_json:
        print_json([each.fields() for each in batches])
        return
    if not batches:
        console().print("Nothing was imported yet.")
        return
    table = new_table("Import", "At", "What", "By", "Through", "File", "SHA-256")
    for each in batches:
        digest = (each.sha256 or "")[:12]
        at = instant_text(each.recorded_at)
        table.add_row(
            str(each.id), at, each.kind, each.actor, each.via, each.file or "(call)", digest
        )
    console().print(table)


def _read_example(what: str) -> str:
    """Return a valid file of a kind."""
    from lazsa_flow.award.imports.formats import FORMATS

    return FORMATS[what].example()


def _import_document(what: str, found: ImportResult, *, dry_run: bool) -> dict[str, Any]:
    """Return what became of a file's rows as JSON values."""
    fields = found.fields()
    lines = fields.pop("skipped")
    document = {"imported": what, **fields, "skipped_lines": lines}
    return {"dry_run": True, **document} if dry_run else document


def _describe_import(what: str, found: ImportResult, *, dry_run: bool) -> list[str]:
    """Return what became of a file's rows, a fact on each line."""
    verb = "would be imported" if dry_run else "imported"
    lines = [f"{int(found)} {what} {verb}."]
    lines += found.differences
    if found.already_there:
        lines.append(f"{_count_in_words(found.already_there, 'row')} already there.")
    if found.refused:
        lines.append(
            f"{_count_in_words(found.refused, 'row')} refused; --rejects FILE writes them to FILE."
        )
    if found.skipped:
        were = "row was" if len(found.skipped) == 1 else "rows were"
        lines.append(
            f"{len(found.skipped)} {were} left out, since somebody in them was erased: line "
            f"{_join_first(found.skipped)}. For somebody who has come back: lazsa-flow readmit."
        )
    if found.new_sellers or found.known_sellers:
        lines.append(
            f"Sellers: {found.new_sellers} new, {found.known_sellers} known, "
            f"{len(found.other_country)} of another country than recorded."
        )
    if found.other_country:
        lines.append(
            "Of another country than recorded, which stays until `lazsa-flow seller move`: "
            f"{_join_first(found.other_country)}."
        )
    if found.suspect_ids:
        lines.append(
            f"{_count_in_words(len(found.suspect_ids), 'id')} that a spreadsheet seems to have "
            f"rounded or stripped of zeros: {_join_first(found.suspect_ids)}."
        )
    if dry_run:
        lines.append("Dry run: nothing was changed.")
    return lines


def _count_in_words(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _join_first(values: Iterable[object]) -> str:
    every = list(map(str, values))
    return ", ".join(every[:_SHOWN]) + (" …" if len(every) > _SHOWN else "")
