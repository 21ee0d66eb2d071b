"""Imports of facts, nominations and turnover.

A row with personal data of somebody who was erased is left out, and its line is reported: the file
may well be older than the erasure.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.commands.import_runs import (
    HOST,
    ImportKind,
    ImportOptions,
    Source,
    import_rows,
    in_place,
)
from lazsa_flow.award.commands.nomination_imports import take_nominations
from lazsa_flow.award.commands.store_entry import is_same_application, open_application_in
from lazsa_flow.award.commands.store_entry_checks import application_of
from lazsa_flow.award.imports.facts import (
    FACTS,
    check_facts,
    fields_of,
    is_recorded,
    read_stored_facts,
)
from lazsa_flow.award.imports.nominations import NOMINATIONS, read_nominations
from lazsa_flow.award.imports.turnover import TURNOVER, read_turnover
from lazsa_flow.lifecycle.path_ref import write_ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lazsa_flow.award.commands.import_result import ImportResult
    from lazsa_flow.award.commands.import_runs import Intake, Run
    from lazsa_flow.award.evidence import StoredFacts
    from lazsa_flow.award.imports.nominations import NominationRow
    from lazsa_flow.award.imports.turnover import TurnoverRow
    from lazsa_flow.award.rules.facts import Facts
    from lazsa_flow.csvfiles.problems import Problems
    from lazsa_flow.service.context import Context


def record_facts(
    context: Context,
    facts: Iterable[Facts],
    options: ImportOptions,
    *,
    name: str = "record_facts",
    run: Run = in_place,
) -> ImportResult:
    """Append facts that a host passes in, checked as the facts of a file are.

    Args:
        context: The store, and the rules in force.
        facts: The facts, each seller once.
        options: How they are taken.
        name: What errors call them by; the first one is on line 1.
        run: See :func:`lazsa_flow.award.commands.import_runs.import_rows`.
    """
    every = list(facts)
    texts = json.dumps([fields_of(each) for each in every]).encode()
    source = Source(FACTS, name, None, hashlib.sha256(texts).hexdigest())

    def check(problems: Problems) -> Iterator[tuple[int, StoredFacts]]:
        return check_facts(every, context.rulebook.countries, problems)

    return import_rows(context, FACTS_IMPORT, source, check, options, run=run)


def add_facts(
    context: Context, facts: Iterable[Facts], *, where: str, key: str | None = None
) -> ImportResult:
    """Append facts as the host, who made them itself; errors call them by ``where``."""
    return record_facts(context, facts, ImportOptions(HOST, key=key), name=where)


def _take_facts(intake: Intake, batch: list[tuple[int, StoredFacts]]) -> None:
    """Append the facts that are not recorded yet."""
    transaction = intake.transaction
    homes = transaction.countries_of({seller for _line, (seller, *_) in batch})
    begun = _refuse_coming_days(intake, batch, homes)
    intake.note_sellers({facts[0]: facts[1] for facts in begun}, homes, new=True)
    stored = transaction.stored_facts_on({facts[0]: facts[2] for facts in begun})
    fresh = [facts for facts in begun if not is_recorded(facts, stored.get(facts[0]))]
    intake.already_there += len(begun) - len(fresh)
    transaction.add_stored_facts(fresh, intake.now, homes)
    intake.taken += len(fresh)


def _refuse_coming_days(
    intake: Intake, batch: list[tuple[int, StoredFacts]], homes: Mapping[str, str]
) -> list[StoredFacts]:
    """Return the facts that are not dated after today in the seller's country."""
    countries = intake.context.rulebook.countries
    today = {code: intake.local_date(code).isoformat() for code in countries}
    begun = [facts for _line, facts in batch]
    if max(facts[2] for facts in begun) <= min(today.values()):
        return begun
    begun = []
    for line, facts in batch:
        home = homes.get(facts[0], facts[1])
        country = home if home in countries else facts[1]
        if facts[2] > today[country]:
            expected = f"a day not after today, {today[country]} in {country}"
            intake.refuse(line, "as_of", facts[2], expected)
        else:
            begun.append(facts)
    return begun


FACTS_IMPORT: Final = ImportKind(FACTS, read_stored_facts, _take_facts)
"""Appends facts; a file of a million sellers takes no more memory than one of a thousand."""


def add_nominations(
    context: Context, rows: Iterable[NominationRow], *, where: str, key: str | None = None
) -> ImportResult:
    """Make nominations as the host; errors call the rows by ``where``."""
    source, options = Source(NOMINATIONS, where), ImportOptions(HOST, key=key)
    return import_rows(context, NOMINATIONS_IMPORT, source, lambda _problems: rows, options)


def _take_nominations(intake: Intake, batch: list[NominationRow]) -> None:
    sellers = {row.seller for row in batch}
    intake.note_sellers(dict.fromkeys(sellers), intake.transaction.countries_of(sellers))
    take_nominations(intake.context, intake, batch)


NOMINATIONS_IMPORT: Final = ImportKind(
    NOMINATIONS,
    lambda file, _countries, problems: read_nominations(file, problems),
    _take_nominations,
    persons=lambda row: (row.line, (row.seller, row.nominator)),
    fire_overdue=True,
)
"""Makes nominations, after all overdue timers have fired."""


def _take_turnover(intake: Intake, batch: list[list[TurnoverRow]]) -> None:
    for application in batch:
        first = application[0]
        with intake.row(first.line, "applicant_id", first.applicant):
            intake.count(new=_take_application(intake, application))


def _take_application(intake: Intake, rows: list[TurnoverRow]) -> bool:
    """Open one application; return ``False`` where the same is open already."""
    context, transaction = intake.context, intake.transaction
    application = application_of(rows)
    path_id = transaction.open_paths("entry", [application.applicant]).get(application.applicant)
    if path_id is not None:
        seen = context.load(transaction, write_ref("entry", path_id), intake.now)
        if is_same_application(context, seen.path, application):
            return False
    told = open_application_in(
        context, transaction, application, actor=intake.actor, now=intake.now
    )
    if aside := told["received"]["set_aside"]:
        months = ", ".join(aside)
        intake.differences.append(f"line {rows[0].line}: set aside, not judged: {months}")
    return True


TURNOVER_IMPORT: Final = ImportKind(
    TURNOVER,
    read_turnover,
    _take_turnover,
    persons=lambda rows: (rows[0].line, (rows[0].applicant,)),
    fire_overdue=True,
)
"""Opens applications, after all overdue timers have fired."""
