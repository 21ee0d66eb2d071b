"""Imports: rows of a file, or of a call, taken in one transaction and accounted for one by one.

Every row is taken, was recorded already, or is refused with its line, field and reason. One refused
row refuses the whole file, unless a partial import was asked for.
"""

from __future__ import annotations

import re
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lazsa_flow.award.commands.erased_persons import Erasures
from lazsa_flow.award.commands.import_result import ImportResult
from lazsa_flow.csvfiles.problems import Problems
from lazsa_flow.csvfiles.rejects import write_rejects
from lazsa_flow.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    TransitionError,
    shown,
)
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.logs import log
from lazsa_flow.service.requests import actor_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.csvfiles.formats import FileFormat
    from lazsa_flow.service.context import Context

HOST: Final = Actor("host", "host")
"""Who imports where nobody is named."""

BATCH: Final = 1000
_ROUNDED: Final = re.compile(r"\d([.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_ZEROS: Final = 8
"""How many leading zeros a spreadsheet may have taken from an id."""

_Row = TypeVar("_Row")
Persons = tuple[str, ...]
"""The persons whose data a row holds."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How rows are imported.

    Attributes:
        actor: Who imports.
        partial: Whether good rows count although others are refused.
        rejects: Where refused rows are written to, with the reason of each.
        key: The idempotency key.
        done: Called with the number of rows that were read so far.
    """

    actor: Actor
    partial: bool = False
    rejects: Path | None = None
    key: str | None = None
    done: Callable[[int], None] = lambda rows: None


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from.

    Attributes:
        form: The columns.
        name: The file's name, or the method's.
        file: The file, where there is one.
        sha256: The digest of the file or of the rows.
    """

    form: FileFormat
    name: str
    file: Path | None = None
    sha256: str | None = None


@dataclass(slots=True)
class Intake:
    """An import in progress: its transaction, and what happened to its rows so far."""

    transaction: AwardTransaction
    now: datetime
    problems: Problems
    batch: int
    taken: int = 0
    already_there: int = 0
    skipped: list[int] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    sellers: set[str] = field(default_factory=set)
    new_sellers: int = 0
    other_country: list[str] = field(default_factory=list)
    suspect_ids: list[str] = field(default_factory=list)

    @contextmanager
    def row(self, line: int, field: str, value: str) -> Iterator[None]:
        """Take one row, or report why it is refused.

        Args:
            line: Where it stands.
            field: The column that a refusal names.
            value: What stands in it.
        """
        try:
            if self.problems.partial:
                with self.transaction.savepoint():
                    yield
            else:
                yield
        except (
            ConflictError,
            InputError,
            NotAllowedError,
            NotFoundError,
            TransitionError,
        ) as error:
            expected = f"a row that can be taken: {error}"
            self.problems.report(line, field, shown(value), expected)

    def refuse(self, line: int, field: str, value: str, expected: str) -> None:
        """Refuse a row for one of its fields."""
        self.problems.refuse(line, field, value, expected)

    def note_sellers(self, named: Mapping[str, str | None], *, new: bool = False) -> None:
        """Note the sellers of a batch, before it is taken.

        Args:
            named: Each seller with the country that the row names, if it names one.
            new: Whether one of whom nothing is known is taken as a new seller.
        """
        countries = self.transaction.countries_of(named)
        unknown = [seller for seller in named if seller not in countries]
        self.sellers.update(named if new else countries)
        self.new_sellers += len(unknown) if new else 0
        self.other_country += (
            seller
            for seller, recorded in countries.items()
            if named[seller] not in (None, recorded)
        )
        self.suspect_ids += suspect_ids(unknown, self.transaction.countries_of)

    def result(self) -> ImportResult:
        """Return what happened to the rows."""
        return ImportResult(
            self.taken,
            already_there=self.already_there,
            refused=len(self.problems.refused),
            skipped=tuple(self.skipped),
            differences=tuple(self.differences),
            new_sellers=self.new_sellers,
            known_sellers=len(self.sellers) - self.new_sellers,
            other_country=tuple(self.other_country),
            suspect_ids=tuple(self.suspect_ids),
            batch=self.batch,
        )


def suspect_ids(
    unknown: Collection[str], known: Callable[[Collection[str]], Collection[str]]
) -> list[str]:
    """Return the ids that a spreadsheet has probably changed.

    Those are ids in scientific notation, such as ``7.3928E+10``, and ids of digits alone that are
    known with zeros before them.

    Args:
        unknown: Ids that are not known.
        known: Returns those of these ids that are.
    """
    padded = {
        "0" * zeros + each: each
        for each in unknown
        if each.isascii() and each.isdigit()
        for zeros in range(1, _ZEROS + 1)
    }
    lost = {padded[each] for each in known(padded)} if padded else set()
    return [each for each in unknown if each in lost or _ROUNDED.fullmatch(each)]


def run_import(
    context: Context,
    source: Source,
    rows: Callable[[Problems], Iterable[_Row]],
    take: Callable[[Intake, list[_Row]], None],
    options: ImportOptions,
    *,
    persons: Callable[[_Row], tuple[int, Persons]] | None = None,
    fire_overdue: bool = False,
) -> ImportResult:
    """Take all rows in one transaction.

    Args:
        context: The store, and the rules in force.
        source: Where the rows come from.
        rows: Reads them, and reports to the problems what is wrong with one.
        take: Takes a batch of them.
        options: How they are imported.
        persons: Returns a row's line and whose personal data it holds; left out where it holds
            none. A row of somebody who was erased is left out of the import.
        fire_overdue: Whether overdue timers fire first.

    Raises:
        InputError: Rows are refused; up to twenty problems are named, and nothing is taken.
        KeyReusedError: The key was used for another request.
        ConfigError: Persons were erased under a secret that this process does not have.
    """
    now = context.clock.now()
    problems = _open_problems(source, options)
    read = False

    def take_all(transaction: AwardTransaction) -> dict[str, Any]:
        nonlocal read
        read = True
        number = _begin_batch(context, transaction, source, now, options)
        intake = Intake(transaction, now, problems, number)
        erasures = Erasures(context, transaction)
        _take_rows(intake, erasures, rows, take, persons, options.done)
        problems.raise_if_any()
        return intake.result().fields()

    try:
        # a file is read once: where the database gives up half-way, the caller imports it again
        with context.fire_overdue() if fire_overdue else nullcontext():
            request = _request_fields(source, options)
            found = context.run_idempotent(options.key, request, now, take_all, again=False)
    finally:
        if read and options.rejects is not None and source.file is not None:
            write_rejects(source.file, source.form, problems, options.rejects)
    return _read_result(source, found)


def _open_problems(source: Source, options: ImportOptions) -> Problems:
    return Problems(
        source.name,
        source.form.private,
        keep_all=options.rejects is not None,
        partial=options.partial,
        defer=True,
    )


def _read_result(source: Source, stored: Any) -> ImportResult:
    """Read the stored result of an import, and warn of rows that were left out."""
    if isinstance(stored, int):  # what an earlier release has stored under the key
        return ImportResult(stored)
    if stored.get("skipped"):
        log.warning("import.skipped", file=source.form.name, rows=len(stored["skipped"]))
    return ImportResult.of_fields(stored)


def _take_rows(
    intake: Intake,
    erasures: Erasures,
    rows: Callable[[Problems], Iterable[_Row]],
    take: Callable[[Intake, list[_Row]], None],
    persons: Callable[[_Row], tuple[int, Persons]] | None,
    done: Callable[[int], None],
) -> None:
    """Take rows in batches, without those of persons who were erased."""
    if persons is not None:
        erasures.check_keys()
    remaining, count = iter(rows(intake.problems)), 0
    while batch := list(islice(remaining, BATCH)):
        kept = batch
        if persons is not None:
            kept = _keep_unerased(erasures, batch, persons, intake.skipped)
        if kept:
            take(intake, kept)
        count += len(batch)
        done(count)


def _begin_batch(
    context: Context,
    transaction: AwardTransaction,
    source: Source,
    now: datetime,
    options: ImportOptions,
) -> int:
    return transaction.begin_batch(
        kind=source.form.name,
        actor=str(options.actor),
        via=context.via,
        file=source.file.name if source.file else None,
        sha256=source.sha256,
        at=now,
    )


def _request_fields(source: Source, options: ImportOptions) -> dict[str, Any]:
    """Return what identifies an import under its idempotency key.

    What is as it is by default is left out: keys of earlier releases know nothing of it.
    """
    request: dict[str, Any] = {
        "command": f"import {source.form.name}",
        "payload": source.sha256 or source.name,
    }
    if options.partial:
        request["partial"] = True
    if options.actor != HOST:
        request |= actor_fields(options.actor)
    return request


def _keep_unerased(
    erasures: Erasures,
    batch: list[_Row],
    persons: Callable[[_Row], tuple[int, Persons]],
    skipped: list[int],
) -> list[_Row]:
    """Return the rows without erased persons, and note the lines of the others."""
    told = [persons(row) for row in batch]
    erased = erasures.among({person for _, named in told for person in named})
    if not erased:
        return batch
    skipped += [line for line, named in told if not erased.isdisjoint(named)]
    pairs = zip(batch, told, strict=True)
    return [row for row, (_, named) in pairs if erased.isdisjoint(named)]
