"""Checks of the database itself: its schema, and whether it can be written to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.table import table_migrations
from lazsa_flow.runner.doctor.examination import Check
from lazsa_flow.store.schema_revision import describe_other

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.runner.doctor.examination import Examination
    from lazsa_flow.store.inspection.catalog import Difference

_MB: Final = 1_000_000
_LITTLE: Final = 100 * _MB
_SPARE: Final = 1000 * _MB


def check_database(examination: Examination) -> Iterator[Check]:
    """Open the database, and look whether it is ours."""
    examination.database.revisions()
    yield Check("database", "ok", examination.database.store.describe())


def check_schema(examination: Examination) -> Iterator[Check]:
    """Compare the schema with what the migrations make, object by object."""
    found, wanted = examination.database.revisions()
    if found not in (None, wanted):
        yield Check("schema", "fault", describe_other(found))
        return
    with examination.read() as transaction:
        differences = transaction.inspect().differences()
    for each in differences:
        yield Check(
            "schema", "warning" if each.kind == "unknown" else "fault", _describe_difference(each)
        )
    if not differences:
        yield Check("schema", "ok", f"revision {wanted}, every object as the migrations make it")


def _describe_difference(difference: Difference) -> str:
    name = difference.name
    if difference.kind == "missing":
        return f"{name} is missing; restore a backup, or make it again: {difference.expected}"
    if difference.kind == "unknown":
        return f"{name} is not of this release: {difference.found}"
    found, expected = difference.found, difference.expected
    lost = ""
    if name.startswith("column ") and "not null" in expected and "not null" not in found:
        # so PostgreSQL calls it from release 18 on
        table, column = name.removeprefix("column ").split(".")
        lost = f" (its constraint {table}_{column}_not_null is missing)"
    return f"{name} was altered: it is {found}, expected {expected}{lost}"


def check_evidence_tables(examination: Examination) -> Iterator[Check]:
    """Look whether the tables that lifecycles bring for their evidence are as they need them."""
    lifecycles = table_migrations(examination.config.lifecycles)
    problems = examination.database.store.find_outdated_tables(lifecycles)
    for problem in problems:
        yield Check("evidence", "fault", problem)
    if not problems and lifecycles:
        yield Check("evidence", "ok", f"tables of {', '.join(sorted(lifecycles))} as needed")


def check_storage(examination: Examination) -> Iterator[Check]:
    """Look whether the database can be written to."""
    reasons = examination.database.unwritable()
    for reason in reasons:
        yield Check("storage", "fault", f"{reason}; no timer can fire")
    if not reasons:
        yield Check("storage", "ok", "can be written to")


def check_limits(examination: Examination) -> Iterator[Check]:
    """Look whether a session on PostgreSQL has its time limits; a pooler may drop them."""
    missing = examination.database.unlimited()
    if missing:
        what = "a worker that is stopped would hold its rows for as long as it is stopped"
        yield Check("time limits", "warning", f"{', '.join(missing)} not in force: {what}")
    elif examination.database.dialect == "postgresql":
        yield Check("time limits", "ok", "in force")


def check_disk(examination: Examination) -> Iterator[Check]:
    """Look whether the disk of a SQLite file has room."""
    room = examination.database.room()
    if room is None:
        return
    found = f"{room.free // _MB} MB free in {room.folder}, the database takes {room.used // _MB} MB"
    if room.free < _LITTLE:
        yield Check("disk", "fault", f"{found}; make room now, or commits will fail")
    elif room.free < max(_SPARE, 2 * room.used):
        yield Check("disk", "warning", f"{found}; a backup and a busy night need more")
    else:
        yield Check("disk", "ok", found)
