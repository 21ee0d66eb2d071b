"""The checks, in the order in which they run."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import ExtraError, LazsaError
from lazsa_flow.runner.doctor import deployment, notices, operations, rows, schema, timers
from lazsa_flow.runner.doctor.examination import Check, Examination, HasDoctorChecks, ListedCheck

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from lazsa_flow.clock import Clock


CHECKS: Final = (
    ListedCheck("policies", deployment.check_policies),
    ListedCheck("plug-ins", deployment.check_plugins, ("config",)),
    ListedCheck("time zones", deployment.check_zones, ("config",)),
    ListedCheck("SQLite", deployment.check_sqlite),
    ListedCheck("secret", deployment.check_secret),
    ListedCheck("broker", deployment.check_broker),
    ListedCheck("database", schema.check_database),
    ListedCheck("schema", schema.check_schema, ("database",)),
    ListedCheck("storage", schema.check_storage, ("database",)),
    ListedCheck("time limits", schema.check_limits, ("database",)),
    ListedCheck("disk", schema.check_disk, ("database",)),
    ListedCheck("file", rows.check_file, ("database",)),
    ListedCheck("rules", rows.check_rules, ("config", "schema")),
    ListedCheck("configuration", deployment.check_unreleased, ("config", "schema")),
    ListedCheck("references", rows.check_references, ("schema",)),
    ListedCheck("slots", rows.check_slots, ("rules", "schema")),
    ListedCheck("sequences", rows.check_sequences, ("schema",)),
    ListedCheck("dates", rows.check_dates, ("schema",)),
    ListedCheck("words", rows.check_words, ("rules", "schema")),
    ListedCheck("timers", timers.check_missing, ("rules", "schema")),
    ListedCheck("instants", timers.check_instants, ("rules", "schema")),
    ListedCheck("clock", operations.check_clock, ("schema",)),
    ListedCheck("lifecycles", operations.check_tables, ("config", "schema")),
    ListedCheck("evidence", schema.check_evidence_tables, ("config", "schema")),
    ListedCheck("work", operations.check_work, ("schema",)),
    ListedCheck("pauses", operations.check_pauses, ("schema",)),
    ListedCheck("nights", operations.check_nights, ("config", "rules", "schema")),
    ListedCheck("imports", operations.check_imports, ("schema",)),
    ListedCheck("outbox", operations.check_outbox, ("schema",)),
    ListedCheck("contacts", operations.check_contacts, ("config", "schema")),
    ListedCheck("channels", notices.check_channels, ("config",)),
    ListedCheck("templates", notices.check_templates, ("config",)),
)
"""Every check of ``lazsa-flow doctor`` but an application's own."""
_LAST_OF_ROWS: Final = "words"
"""The check after which an application's own run."""
_SEE_DOCTOR: Final = "; run: lazsa-flow doctor"


def examine(
    database: str, redis: str | None, config: Path | None, *, clock: Clock | None = None
) -> Iterator[Check]:
    """Check everything that a deployment depends on, in order; nothing is changed.

    Args:
        database: The database's URL.
        redis: The broker's; ``None`` where there is none, and one process does it all.
        config: The deployment's own directory.
        clock: The present instant; the machine's by default.
    """
    examination = Examination(database, redis, config, clock)
    try:
        yield from run_checks(examination, list_checks(examination))
    finally:
        examination.close()


def list_checks(examination: Examination) -> Sequence[ListedCheck]:
    """Return the checks in their order, those of the installed application among them."""
    application = examination.application if examination.has("application") else None
    if not isinstance(application, HasDoctorChecks):
        return CHECKS
    place = next(at for at, each in enumerate(CHECKS, 1) if each.name == _LAST_OF_ROWS)
    return (*CHECKS[:place], *application.doctor_checks(), *CHECKS[place:])


def run_checks(examination: Examination, checks: Iterable[ListedCheck]) -> Iterator[Check]:
    """Run checks in order; the same fault is reported once."""
    reported: set[str] = set()
    for check in checks:
        if all(examination.has(need) for need in check.needs):
            ran = run_check(check.name, partial(check.run, examination))
            found = [each for each in ran if each.found not in reported]
            reported.update(each.found for each in found if each.status == "fault")
            yield from found


def run_check(name: str, look: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """Yield what a check finds; what it raises is a fault of its name.

    A check whose libraries are not installed is named, and is no fault.
    """
    try:
        yield from look()
    except ExtraError as error:
        yield Check(name, "warning", f"not checked: {error}")
    except LazsaError as error:
        yield Check(name, "fault", str(error).removesuffix(_SEE_DOCTOR))
    except Exception as error:
        yield Check(name, "fault", _locate_exception(error))


def _locate_exception(error: Exception) -> str:
    """Return where an exception was raised; its text may hold anything and is not shown."""
    place = "unknown"
    trace = error.__traceback__
    while trace is not None:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith("lazsa_flow"):
            place = f"{module}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return f"this check ended with {type(error).__name__} in {place}"
