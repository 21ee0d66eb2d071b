"""Rows that were read are taken into the database: in one transaction, or in parts.

A large file is taken in parts where the database lets one connection write at a time; see
:mod:`lazsa_flow.store.open_imports`.
"""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from lazsa_flow.award.commands.erased_persons import Erasures
from lazsa_flow.award.commands.import_result import ImportResult
from lazsa_flow.award.commands.intake import Intake
from lazsa_flow.engine.rulebook import RulesChangedError
from lazsa_flow.logs import log

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping
    from datetime import datetime

    from lazsa_flow.award.commands.import_kinds import (
        ImportKind,
        ImportOptions,
        PartTaker,
        Persons,
        Source,
    )
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.csvfiles.problems import Problems
    from lazsa_flow.csvfiles.staging import StagedRows
    from lazsa_flow.service.context import Context

PARTS_FROM: Final = 5
"""A file of more batches is taken in parts; so many facts are written in a third of a second."""
PART: Final = 6000
"""So many rows are a part: others wait as long as more take, and fewer commit again and again."""
YIELD_S: Final = 0.0125
"""Nothing is written for at least so long after a part; who waits for the lock looks as often."""

_Row = TypeVar("_Row")


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
        return read_result(self.source, found)

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
        rows, others_until = self.staged.sort_by(parts.order), 0.0
        while part := list(islice(rows, PART)):
            self._take_part(intake, parts, part, others_until)
            others_until = time.monotonic() + YIELD_S
        found = context.run_idempotent(self.options.key, request, now, complete, again=False)
        return read_result(self.source, found)

    def _take_part(
        self, intake: Intake, parts: PartTaker[_Row], rows: list[_Row], others_until: float
    ) -> None:
        """Take some rows; what is looked up first, while others may write, mostly still holds.

        Args:
            intake: The import.
            parts: How its rows are taken.
            rows: The rows.
            others_until: Until when the database is left to others, by the monotonic clock.
        """
        store = intake.context.store
        with store.begin(write=False) as intake.transaction:
            stamp = intake.transaction.evidence_stamp()
            found = parts.look_up(intake, rows)

        def write(transaction: AwardTransaction) -> None:
            transaction.check_rules(self.version)
            transaction.batch_id, intake.transaction = intake.batch, transaction
            holds = transaction.evidence_stamp() == stamp
            parts.write(intake, found if holds else parts.look_up(intake, rows))

        time.sleep(max(0.0, others_until - time.monotonic()))
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


def read_result(source: Source, stored: Any) -> ImportResult:
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


def _keep_unerased(
    erasures: Erasures,
    batch: list[_Row],
    persons: Callable[[_Row], tuple[int, Persons]],
    skipped: list[int],
) -> list[_Row]:
    """Return the rows without erased persons, and note the lines of the others."""
    named_rows = [persons(row) for row in batch]
    erased = erasures.among({person for _, named in named_rows for person in named})
    if not erased:
        return batch
    skipped += [line for line, named in named_rows if not erased.isdisjoint(named)]
    pairs = zip(batch, named_rows, strict=True)
    return [row for row, (_, named) in pairs if erased.isdisjoint(named)]
