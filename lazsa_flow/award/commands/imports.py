"""Imports of facts, nominations and turnover.

A row with personal data of somebody who was erased is left out, and its line is reported: the file
may well be older than the erasure.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.award.commands.import_kinds import (
    HOST,
    ImportKind,
    ImportOptions,
    PartTaker,
    Source,
)
from lazsa_flow.award.commands.import_runs import import_rows, in_place
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
    from lazsa_flow.award.commands.import_runs import Run
    from lazsa_flow.award.commands.intake import Intake
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


class FactsLookUp(NamedTuple):
    """Facts that are to be taken, and what is recorded about their sellers.

    Attributes:
        facts: As they are stored.
        countries: Of the sellers who have one on record.
        recorded: What was recorded last of each seller on the same day.
    """

    facts: list[StoredFacts]
    countries: Mapping[str, str]
    recorded: Mapping[str, StoredFacts]


def _take_facts(intake: Intake, batch: list[tuple[int, StoredFacts]]) -> None:
    _check_days(intake, batch)
    _write_facts(intake, _look_up_facts(intake, batch))


def _check_days(intake: Intake, batch: list[tuple[int, StoredFacts]]) -> None:
    """Refuse facts that are dated after today in the seller's country."""
    today = _local_dates(intake)
    earliest = min(today.values())
    coming = [each for each in batch if each[1][2] > earliest]
    countries = _countries_of(intake, coming)
    for line, (seller, country, as_of, *_) in coming:
        judged_in = _country_judged(today, countries.get(seller), country)
        if as_of > today[judged_in]:
            expected = f"a day not after today, {today[judged_in]} in {judged_in}"
            intake.refuse(line, "as_of", as_of, expected)


def _look_up_facts(intake: Intake, batch: list[tuple[int, StoredFacts]]) -> FactsLookUp:
    """Read what is recorded about the facts that are not refused."""
    today, countries = _local_dates(intake), _countries_of(intake, batch)
    earliest = min(today.values())
    facts = [
        each
        for _line, each in batch
        if each[2] <= earliest
        or each[2] <= today[_country_judged(today, countries.get(each[0]), each[1])]
    ]
    days = {each[0]: each[2] for each in facts}
    return FactsLookUp(facts, countries, intake.transaction.stored_facts_on(days))


def _write_facts(intake: Intake, found: FactsLookUp) -> None:
    """Append the facts that are not recorded yet."""
    facts, countries, recorded = found
    intake.note_sellers({each[0]: each[1] for each in facts}, countries, new=True)
    fresh = [each for each in facts if not is_recorded(each, recorded.get(each[0]))]
    intake.already_there += len(facts) - len(fresh)
    intake.transaction.add_stored_facts(fresh, intake.now, countries)
    intake.taken += len(fresh)


def _local_dates(intake: Intake) -> Mapping[str, str]:
    """Return the local date of each country at the instant of the import, as YYYY-MM-DD."""
    codes = intake.context.rulebook.countries
    return {code: intake.local_date(code).isoformat() for code in codes}


def _countries_of(intake: Intake, batch: list[tuple[int, StoredFacts]]) -> Mapping[str, str]:
    sellers = {each[0] for _line, each in batch}
    return intake.transaction.countries_of(sellers) if sellers else {}


def _country_judged(today: Mapping[str, str], recorded: str | None, named: str) -> str:
    """Return the country whose date counts: the recorded one, where it is configured."""
    return recorded if recorded is not None and recorded in today else named


FACTS_IMPORT: Final = ImportKind(
    FACTS,
    read_stored_facts,
    _take_facts,
    parts=PartTaker(lambda row: row[1][0], _check_days, _look_up_facts, _write_facts),
    batch=4000,
)
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
    opened = open_application_in(
        context, transaction, application, actor=intake.actor, now=intake.now
    )
    if aside := opened["received"]["set_aside"]:
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
