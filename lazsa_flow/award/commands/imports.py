"""Imports of facts, nominations and turnover: each in one transaction.

Rows are streamed, so that a file of a million sellers takes no more memory than one of a thousand.
A row with personal data of somebody who was erased is left out, and its line is reported: the file
may well be older than the erasure.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lazsa_flow.award.commands.import_runs import HOST, ImportOptions, Source, run_import
from lazsa_flow.award.commands.nominations import LIFECYCLE, complete_in, nominate_in
from lazsa_flow.award.commands.store_entry import is_same_application, open_application_in
from lazsa_flow.award.commands.store_entry_checks import application_of
from lazsa_flow.award.imports.facts import FACTS, check_facts, fields_of, read_facts_rows
from lazsa_flow.award.imports.nominations import NOMINATIONS, read_nominations
from lazsa_flow.award.imports.turnover import TURNOVER, read_turnover
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.path_ref import write_ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from lazsa_flow.award.commands.import_result import ImportResult
    from lazsa_flow.award.commands.import_runs import Intake
    from lazsa_flow.award.imports.nominations import NominationRow
    from lazsa_flow.award.imports.turnover import TurnoverRow
    from lazsa_flow.award.rules.facts import Facts, Nomination
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.csvfiles.formats import FileFormat
    from lazsa_flow.csvfiles.problems import Problems
    from lazsa_flow.service.context import Context


def file_source(form: FileFormat, file: Path | str) -> Source:
    """Describe a file: its name, and the digest of what it holds."""
    digest = None
    with suppress(OSError, ValueError), Path(file).open("rb") as stream:  # the reader will say so
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Source(form, str(file), Path(file), digest)


def import_facts(context: Context, file: Path | str, options: ImportOptions) -> ImportResult:
    """Append the facts of a file."""

    def read_rows(problems: Problems) -> Iterator[tuple[int, Facts]]:
        return read_facts_rows(file, context.rulebook.countries, problems)

    return run_import(context, file_source(FACTS, file), read_rows, _facts_taker(context), options)


def record_facts(
    context: Context, facts: Iterable[Facts], options: ImportOptions, *, name: str = "record_facts"
) -> ImportResult:
    """Append facts that a host passes in, checked as the facts of a file are.

    Args:
        context: The store, and the rules in force.
        facts: The facts, each seller once.
        options: How they are taken.
        name: What errors call them by; the first one is on line 1.
    """
    every = list(facts)
    texts = json.dumps([fields_of(each) for each in every]).encode()
    digest = hashlib.sha256(texts).hexdigest()

    def read_rows(problems: Problems) -> Iterator[tuple[int, Facts]]:
        return check_facts(every, context.rulebook.countries, problems)

    source = Source(FACTS, name, None, digest)
    return run_import(context, source, read_rows, _facts_taker(context), options)


def add_facts(
    context: Context, facts: Iterable[Facts], *, where: str, key: str | None = None
) -> ImportResult:
    """Append facts as the host, who made them itself; errors call them by ``where``."""
    return record_facts(context, facts, ImportOptions(HOST, key=key), name=where)


def _facts_taker(context: Context) -> Callable[[Intake, list[tuple[int, Facts]]], None]:
    """Return a function that appends the facts that are not recorded yet."""
    today = _local_dates(context)

    def take_batch(intake: Intake, batch: list[tuple[int, Facts]]) -> None:
        begun = []
        homes = intake.transaction.countries_of({facts.seller for _line, facts in batch})
        for line, facts in batch:
            home = homes.get(facts.seller, facts.country)
            country = home if home in context.rulebook.countries else facts.country
            latest = today(country)
            if facts.as_of > latest:
                expected = f"a day not after today, {latest} in {country}"
                intake.refuse(line, "as_of", str(facts.as_of), expected)
            else:
                begun.append(facts)
        intake.note_sellers({facts.seller: facts.country for facts in begun}, new=True)
        stored = intake.transaction.facts_on({facts.seller: facts.as_of for facts in begun})
        fresh = [facts for facts in begun if stored.get(facts.seller) != facts]
        intake.already_there += len(begun) - len(fresh)
        intake.taken += intake.transaction.add_facts(fresh, intake.now)

    return take_batch


def _local_dates(context: Context) -> Callable[[str], date]:
    """Return a function from a country to its present local date."""
    now = context.clock.now()
    known: dict[str, date] = {}

    def local_today(country: str) -> date:
        if country not in known:
            known[country] = context.rulebook.calendar(country).local_date(now)
        return known[country]

    return local_today


def import_nominations(context: Context, file: Path | str, options: ImportOptions) -> ImportResult:
    """Make the nominations of a file."""

    def read_rows(problems: Problems) -> Iterator[NominationRow]:
        return read_nominations(file, problems)

    return _run_nominations(context, file_source(NOMINATIONS, file), read_rows, options)


def add_nominations(
    context: Context, rows: Iterable[NominationRow], *, where: str, key: str | None = None
) -> ImportResult:
    """Make nominations as the host; errors call the rows by ``where``."""
    options = ImportOptions(HOST, key=key)
    return _run_nominations(context, Source(NOMINATIONS, where), lambda _problems: rows, options)


def _run_nominations(
    context: Context,
    source: Source,
    rows: Callable[[Problems], Iterable[NominationRow]],
    options: ImportOptions,
) -> ImportResult:
    """Make nominations after all overdue timers have fired."""

    def take_batch(intake: Intake, batch: list[NominationRow]) -> None:
        intake.note_sellers({row.seller: None for row in batch})
        for row in batch:
            with intake.row(row.line, "seller_id", row.seller):
                if _take_nomination(context, intake, row):
                    intake.taken += 1
                else:
                    intake.already_there += 1

    return run_import(
        context,
        source,
        rows,
        take_batch,
        options,
        persons=lambda row: (row.line, (row.seller, row.nominator)),
        fire_overdue=True,
    )


def _take_nomination(context: Context, intake: Intake, row: NominationRow) -> bool:
    """Make or complete one nomination; return ``False`` where it is recorded already."""
    transaction, now = intake.transaction, intake.now
    actor = context.rulebook.merged.resolve(Actor(row.source, row.nominator))
    path_id = transaction.open_paths(LIFECYCLE, [row.seller]).get(row.seller)
    own = None if path_id is None else _own_nomination(transaction, path_id, actor)
    if path_id is None or own is None:
        nominate_in(context, transaction, row.seller, actor=actor, statement=row.statement, now=now)
        return True
    if own.complete or not row.complete:
        return False
    context.check_settled(transaction, [path_id], now)
    seen = context.load(transaction, write_ref(LIFECYCLE, path_id), now)
    complete_in(context, transaction, seen, actor=actor, statement=row.statement, now=now)
    return True


def _own_nomination(transaction: AwardTransaction, path_id: int, actor: Actor) -> Nomination | None:
    """Return this actor's nomination on a path, if it was not withdrawn."""
    maker = (actor.id, actor.role)
    own = (
        each
        for each in transaction.nominations_of(path_id)
        if (each.nominator, each.source) == maker and not each.withdrawn
    )
    return next(own, None)


def import_turnover(context: Context, file: Path | str, options: ImportOptions) -> ImportResult:
    """Open the applications of a file after all overdue timers have fired."""

    def read_rows(problems: Problems) -> Iterator[list[TurnoverRow]]:
        return read_turnover(file, context.rulebook.countries, problems)

    def take_batch(intake: Intake, batch: list[list[TurnoverRow]]) -> None:
        for application in batch:
            first = application[0]
            with intake.row(first.line, "applicant_id", first.applicant):
                if _take_application(
                    context, intake.transaction, application, options.actor, intake
                ):
                    intake.taken += 1
                else:
                    intake.already_there += 1

    return run_import(
        context,
        file_source(TURNOVER, file),
        read_rows,
        take_batch,
        options,
        persons=lambda rows: (rows[0].line, (rows[0].applicant,)),
        fire_overdue=True,
    )


def _take_application(
    context: Context,
    transaction: AwardTransaction,
    rows: list[TurnoverRow],
    actor: Actor,
    intake: Intake,
) -> bool:
    """Open one application; return ``False`` where the same is open already."""
    application = application_of(rows)
    path_id = transaction.open_paths("entry", [application.applicant]).get(application.applicant)
    if path_id is not None:
        seen = context.load(transaction, write_ref("entry", path_id), intake.now)
        if is_same_application(context, seen.path, application):
            return False
    told = open_application_in(context, transaction, application, actor=actor, now=intake.now)
    if aside := told["received"]["set_aside"]:
        months = ", ".join(aside)
        intake.differences.append(f"line {rows[0].line}: set aside, not judged: {months}")
    return True
