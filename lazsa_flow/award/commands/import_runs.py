"""Imports: rows of a file, or of a call, taken in one transaction and accounted for one by one.

A file is read to its end first, and its rows are kept in a temporary file, so that no command waits
while it is read. Every row is taken, was recorded already, or is refused with its line, field and
reason. One refused row refuses the whole file, unless a partial import was asked for.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from lazsa_flow.award.commands.erased_persons import Erasures
from lazsa_flow.award.commands.import_result import ImportResult
from lazsa_flow.csvfiles.problems import Problems
from lazsa_flow.csvfiles.rejects import write_rejects
from lazsa_flow.csvfiles.staging import StagedRows
from lazsa_flow.engine.rulebook import RulesChangedError
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
from lazsa_flow.service.run_once import request_digest

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
    from datetime import date, datetime
    from pathlib import Path

    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.csvfiles.formats import FileFormat
    from lazsa_flow.service.context import Context

HOST: Final = Actor("host", "host")
"""Who imports where nobody is named."""

BATCH: Final = 1000
PARTS_FROM: Final = 20
"""A file of more batches is taken in parts; so many are written in a third of a second."""
PART: Final = 4000
"""So many rows are a part: others wait as long as more take, and fewer commit again and again."""
YIELD_S: Final = 0.025
"""How long the database is left to others after a part: who waits looks about as often."""
_ROUNDED: Final = re.compile(r"\d([.,]\d+)?E\+?\d+", re.ASCII | re.IGNORECASE)
_ZEROS: Final = 8
"""How many leading zeros a spreadsheet may have taken from an id."""

_Row = TypeVar("_Row")
Persons = tuple[str, ...]
"""The persons whose data a row holds."""
Run = Callable[["Context", Callable[["Context"], ImportResult]], ImportResult]
"""Runs what takes rows that were read in a context; see :func:`import_rows`."""


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


def in_place(context: Context, take: Callable[[Context], ImportResult]) -> ImportResult:
    """Take rows in the context in which they were read."""
    return take(context)


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


@dataclass(frozen=True, slots=True)
class PartTaker(Generic[_Row]):
    """How rows are taken in parts; see :mod:`lazsa_flow.store.open_imports`.

    Attributes:
        order: Returns what the rows are ordered by before they are written. A part of them then
            touches few pages of the index that has the same order.
        check: Refuses the rows of a batch that cannot be taken; nothing is written yet.
        look_up: Reads what is recorded about a batch.
        write: Writes what was looked up and is not recorded yet.
    """

    order: Callable[[_Row], Any]
    check: Callable[[Intake, list[_Row]], None]
    look_up: Callable[[Intake, list[_Row]], Any]
    write: Callable[[Intake, Any], None]


@dataclass(frozen=True, slots=True)
class ImportKind(Generic[_Row]):
    """How rows of one kind are imported.

    Attributes:
        form: Their columns.
        read: Reads a file, by the codes of the countries that are configured; reports to the
            problems what is wrong with a row.
        take: Takes a batch of rows.
        persons: Returns a row's line and whose personal data it holds; ``None`` where it holds
            none. A row of somebody who was erased is left out of the import.
        fire_overdue: Whether overdue timers fire first.
        parts: How a large file is taken in parts, where it can be.
    """

    form: FileFormat
    read: Callable[[Path | str, Collection[str], Problems], Iterable[_Row]]
    take: Callable[[Intake, list[_Row]], None]
    persons: Callable[[_Row], tuple[int, Persons]] | None = None
    fire_overdue: bool = False
    parts: PartTaker[_Row] | None = None


@dataclass(slots=True)
class Intake:
    """An import in progress: its transaction, and what happened to its rows so far."""

    context: Context
    transaction: AwardTransaction
    actor: Actor
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
    def row(self, line: int, field: str, value: str, *, writes: bool = True) -> Iterator[None]:
        """Take one row, or report why it is refused.

        Args:
            line: Where it stands.
            field: The column that a refusal names.
            value: What stands in it.
            writes: Whether the block writes anything, which is undone where it is refused.
        """
        try:
            if writes and self.problems.partial:
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

    def count(self, *, new: bool) -> None:
        """Count a row: as taken where it is new, otherwise as already there."""
        self.taken += new
        self.already_there += not new

    def local_date(self, country: str) -> date:
        """Return a country's local date at the instant of the import."""
        return self.context.rulebook.calendar(country).local_date(self.now)

    def note_sellers(
        self,
        named: Mapping[str, str | None],
        recorded: Mapping[str, str],
        *,
        new: bool = False,
    ) -> None:
        """Note the sellers of a batch, before it is taken.

        Args:
            named: Each seller with the country that the row names, if it names one.
            recorded: The countries on record of those who have one, and perhaps of others.
            new: Whether one of whom nothing is known is taken as a new seller.
        """
        countries = {seller: recorded[seller] for seller in named if seller in recorded}
        unknown = [seller for seller in named if seller not in countries]
        self.sellers.update(named if new else countries)
        self.new_sellers += len(unknown) if new else 0
        self.other_country += (
            seller for seller, country in countries.items() if named[seller] not in (None, country)
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


def import_file(
    context: Context,
    kind: ImportKind[_Row],
    file: Path | str,
    options: ImportOptions,
    *,
    run: Run = in_place,
) -> ImportResult:
    """Import the rows of a file.

    Raises as :func:`import_rows`.
    """

    def read(problems: Problems) -> Iterable[_Row]:
        return kind.read(file, context.rulebook.countries, problems)

    return import_rows(context, kind, _file_source(kind.form, file), read, options, run=run)


def import_rows(
    context: Context,
    kind: ImportKind[_Row],
    source: Source,
    read: Callable[[Problems], Iterable[_Row]],
    options: ImportOptions,
    *,
    run: Run = in_place,
) -> ImportResult:
    """Read rows to their end, outside any transaction, and then take all of them in one.

    Args:
        context: The store, and the rules in force.
        kind: How rows of this kind are taken.
        source: Where the rows come from.
        read: Reads them, and reports to the problems what is wrong with one.
        options: How they are imported.
        run: Runs what takes them: by default in this context, for a dry run in one that is undone.

    Raises:
        InputError: Rows are refused; up to twenty problems are named, and nothing is taken.
        KeyReusedError: The key was used for another request.
        ConfigError: Persons were erased under a secret that this process does not have.
        UnavailableError: What was read cannot be kept until it is taken.
    """
    request = _request_fields(source, options)
    if (found := _check_before(context, kind, options.key, request)) is not None:
        return _read_result(source, found)
    problems = _open_problems(source, options)
    staged: StagedRows[_Row]
    try:
        with StagedRows() as staged:
            _stage_rows(staged, read(problems), options.done)
            taking = Taking(kind, source, options, problems, staged, context.version)
            result = run(context, lambda own: taking.take_all(own, request))
    finally:
        if options.rejects is not None and source.file is not None:
            write_rejects(source.file, source.form, problems, options.rejects)
    return result


def _check_before(
    context: Context, kind: ImportKind[Any], key: str | None, request: Mapping[str, Any]
) -> Any | None:
    """Return the result stored under a key, and refuse what no file could make right."""
    asked = request_digest(key, request)
    if key is None and kind.persons is None:
        return None
    with context.store.begin(write=False) as transaction:
        found = None if key is None else transaction.recall(key, asked)
        if found is None and kind.persons is not None:
            Erasures(context, transaction).check_keys()
    return found


def _stage_rows(
    staged: StagedRows[_Row], rows: Iterable[_Row], done: Callable[[int], None]
) -> None:
    """Read all rows, in batches."""
    remaining, count = iter(rows), 0
    while batch := list(islice(remaining, BATCH)):
        staged.add(batch)
        count += len(batch)
        done(count)


@dataclass(frozen=True, slots=True)
class Taking(Generic[_Row]):
    """Rows that were read, on their way into the database.

    Attributes:
        kind: How they are taken.
        source: Where they come from.
        options: How they are imported.
        problems: What was wrong with others.
        staged: The rows.
        version: What the rules stood at when they were read.
    """

    kind: ImportKind[_Row]
    source: Source
    options: ImportOptions
    problems: Problems
    staged: StagedRows[_Row]
    version: Hashable

    def take_all(self, context: Context, request: Mapping[str, Any]) -> ImportResult:
        """Take all rows in one transaction.

        Raises as :func:`import_rows`.
        """
        if context.version != self.version:
            raise RulesChangedError
        parts = self.kind.parts
        if parts and len(self.staged) > PARTS_FROM and context.store.takes_imports_in_parts:
            return self._take_in_parts(context, request, parts)
        with context.fire_overdue() if self.kind.fire_overdue else nullcontext():
            now = context.clock.now()

            def take(transaction: AwardTransaction) -> dict[str, Any]:
                return self._take_in(context, transaction, now).fields()

            # taken once: where the database gives up half-way, the caller imports it again
            found = context.run_idempotent(self.options.key, request, now, take, again=False)
        return _read_result(self.source, found)

    def _take_in_parts(
        self, context: Context, request: Mapping[str, Any], parts: PartTaker[_Row]
    ) -> ImportResult:
        """Take all rows in short transactions, the last of which shows what all have written."""
        now, problems, actor = context.clock.now(), self.problems, self.options.actor
        with context.store.begin(write=False) as transaction:
            intake = Intake(context, transaction, actor, now, problems, 0)
            for batch in self.staged:
                parts.check(intake, batch)
        problems.raise_if_any()

        def begin(transaction: AwardTransaction) -> int:
            transaction.check_rules(self.version)
            number = _begin_batch(context, transaction, self.source, now, self.options)
            transaction.open_import()
            return number

        def complete(transaction: AwardTransaction) -> dict[str, Any]:
            transaction.complete_import(intake.batch)
            return intake.result().fields()

        intake.batch = context.store.transact(begin, again=False, lost=False)
        rows = self.staged.sort_by(parts.order)
        while part := list(islice(rows, PART)):
            self._take_part(intake, parts, part)
            time.sleep(YIELD_S)
        found = context.run_idempotent(self.options.key, request, now, complete, again=False)
        return _read_result(self.source, found)

    def _take_part(self, intake: Intake, parts: PartTaker[_Row], rows: list[_Row]) -> None:
        """Take some rows; what is looked up first, while others may write, mostly still holds."""
        store = intake.context.store
        with store.begin(write=False) as intake.transaction:
            stamp = intake.transaction.evidence_stamp()
            found = parts.look_up(intake, rows)

        def write(transaction: AwardTransaction) -> None:
            transaction.check_rules(self.version)
            transaction.batch_id, intake.transaction = intake.batch, transaction
            holds = transaction.evidence_stamp() == stamp
            parts.write(intake, found if holds else parts.look_up(intake, rows))

        store.transact(write, again=False, lost=False)

    def _take_in(
        self, context: Context, transaction: AwardTransaction, now: datetime
    ) -> ImportResult:
        """Take all rows within a transaction, without those of persons who were erased."""
        number = _begin_batch(context, transaction, self.source, now, self.options)
        intake = Intake(context, transaction, self.options.actor, now, self.problems, number)
        erasures, persons = Erasures(context, transaction), self.kind.persons
        if persons is not None:
            erasures.check_keys()
        for batch in self.staged:
            kept = batch
            if persons is not None:
                kept = _keep_unerased(erasures, batch, persons, intake.skipped)
            if kept:
                self.kind.take(intake, kept)
        self.problems.raise_if_any()
        return intake.result()


def _file_source(form: FileFormat, file: Path | str) -> Source:
    """Describe a file: its name, and the digest of what it holds."""
    digest = None
    with suppress(OSError, ValueError), FilePath(file).open("rb") as stream:  # the reader says so
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return Source(form, str(file), FilePath(file), digest)


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
