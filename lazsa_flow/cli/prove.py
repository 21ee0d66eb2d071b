"""``lazsa-flow prove``: a lifecycle's table, or its recorded history, held to properties."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, TypeVar

import typer

from lazsa_flow.cli.application import current_application
from lazsa_flow.cli.common import console, open_service, print_json
from lazsa_flow.cli.foresight_options import (
    LeftOutProperties,
    OptionalLifecycle,
    OtherTable,
    PicturesFolder,
    ProvedJournal,
    RulesOfProof,
)
from lazsa_flow.cli.options import DEFAULT_DATABASE, ConfigDir, Database, Json

_Named = TypeVar("_Named")

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lazsa_flow.foresight.proof.compare import TableDifference
    from lazsa_flow.foresight.proof.journal_report import JournalProof
    from lazsa_flow.foresight.proof.report import Proof
    from lazsa_flow.foresight.proof.rules import ProofRules
    from lazsa_flow.lifecycle.table import Lifecycle


def prove(
    lifecycle: OptionalLifecycle = None,
    rules: RulesOfProof = None,
    without: LeftOutProperties = None,
    pictures: PicturesFolder = None,
    against: OtherTable = None,
    journal: ProvedJournal = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Search every situation that a lifecycle's table allows, and hold each to its properties.

    Without a name, all lifecycles are proved. The exit code is 1 where a property fails; the
    shortest way to each failure is printed. With --journal, the database's recorded history is held
    to the same properties; the recorded moves to each failure are printed, and what no journal
    shows. Without it, no database is read. With --against, it prints what one of two tables allows
    and the other does not, each with the way to an example.

    Example: lazsa-flow prove invoice
    """
    if lifecycle is None:
        _refuse_without_lifecycle(without=", ".join(without or ()), rules=rules, against=against)
    given = None if rules is None else _load_rules(rules)
    proofs: Sequence[Proof | JournalProof]
    if journal:
        _refuse_comparison(against)
        proofs = _prove_journals(database, config, lifecycle, given, without or ())
    else:
        tables = _find_tables(lifecycle, config)
        if against is not None:
            _compare_tables(tables[0], against, given, as_json=as_json)
            return
        proofs = _prove_tables(tables, given, without or ())
    if pictures is not None:
        _draw_failures(proofs, pictures)
    _print_proofs(proofs, as_json=as_json)
    raise typer.Exit(int(not all(each.holds for each in proofs)))


def _prove_tables(
    tables: Sequence[Lifecycle], given: ProofRules | None, without: Sequence[str]
) -> list[Proof]:
    from lazsa_flow.cli.progress import working_bar
    from lazsa_flow.foresight.proof.prove import prove as prove_lifecycle

    with working_bar("prove"):
        return [
            prove_lifecycle(table, given or _rules_of(table.name), without=without)
            for table in tables
        ]


def _prove_journals(
    database: str,
    config: Path | None,
    lifecycle: str | None,
    given: ProofRules | None,
    without: Sequence[str],
) -> list[JournalProof]:
    from lazsa_flow.cli.progress import working_bar
    from lazsa_flow.foresight.proof.journal_proof import prove_journal
    from lazsa_flow.service.part import runtime_of

    with working_bar("prove"), open_service(database, config) as service:
        names = runtime_of(service).rulebook.lifecycles if lifecycle is None else (lifecycle,)
        return [
            prove_journal(service, name, given or _rules_of(name), without=without)
            for name in names
        ]


def _compare_tables(
    table: Lifecycle, against: str, given: ProofRules | None, *, as_json: bool
) -> None:
    from lazsa_flow.cli.progress import working_bar
    from lazsa_flow.foresight.proof.compare import compare_tables

    other, own = _load_table(against), given or _rules_of(table.name)
    with working_bar("prove"):
        differences = compare_tables(table, other, own)
    _print_differences(differences, as_json=as_json)


def _print_proofs(proofs: Sequence[Proof | JournalProof], *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "holds": all(each.holds for each in proofs),
                "lifecycles": [each.document() for each in proofs],
            }
        )
    else:
        for each in proofs:
            console().print(str(each), soft_wrap=True, markup=False, highlight=False)


def _refuse_comparison(against: str | None) -> None:
    """Refuse to compare tables where a journal is to be proved."""
    from lazsa_flow.errors import InputError

    if against is not None:
        raise InputError.of("prove", "--against", against, "no --journal: two tables are compared")


def _refuse_without_lifecycle(**options: str | None) -> None:
    """Refuse options that are about one lifecycle, where none is named."""
    from lazsa_flow.errors import InputError

    for option, value in options.items():
        if value:
            raise InputError.of("prove", f"--{option}", value, "a lifecycle too: it is about one")


def _find_tables(name: str | None, config: Path | None) -> Sequence[Lifecycle]:
    from lazsa_flow.config import Config
    from lazsa_flow.errors import NotFoundError

    tables = {table.name: table for table in Config.load(config).lifecycles}
    if name is None:
        return list(tables.values())
    if name not in tables:
        raise NotFoundError("lifecycle", name, among=tables)
    return [tables[name]]


def _rules_of(lifecycle: str) -> ProofRules:
    from lazsa_flow.foresight.proof.rules import ProofRules

    return current_application().load_proof_rules().get(lifecycle, ProofRules())


def _load_rules(where: str) -> ProofRules:
    """Import rules that a host has written, as ``package.module:NAME``."""
    from lazsa_flow.foresight.proof.rules import ProofRules

    return _load_named("rules", where, ProofRules)


def _load_table(where: str) -> Lifecycle:
    """Import a lifecycle, as ``package.module:NAME``."""
    from lazsa_flow.lifecycle.table import Lifecycle

    return _load_named("against", where, Lifecycle)


def _load_named(option: str, where: str, kind: type[_Named]) -> _Named:
    from lazsa_flow.errors import InputError

    module, _, name = where.partition(":")
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError, ValueError):
        found = None
    if not isinstance(found, kind):
        expected = f"a {kind.__name__} as package.module:NAME"
        raise InputError.of("prove", f"--{option}", where, expected)
    return found


def _print_differences(differences: Sequence[TableDifference], *, as_json: bool) -> None:
    """Print what one of two tables allows and the other does not."""
    if as_json:
        print_json(
            {
                "same": not differences,
                "differences": [each.document() for each in differences],
            }
        )
        return
    for each in differences:
        console().print(str(each), soft_wrap=True, markup=False, highlight=False)
    if not differences:
        console().print("Both tables allow the same.")


def _draw_failures(proofs: Sequence[Proof | JournalProof], folder: Path) -> None:
    """Write a picture of each failure, with the way to it on the lifecycle's."""
    from lazsa_flow.graph.svg import svg
    from lazsa_flow.private_files import write_file

    folder.mkdir(parents=True, exist_ok=True)
    for proof in proofs:
        for name, chart in proof.draw_failures():
            write_file(folder / f"{name}.svg", svg(chart).encode())
