"""How do files become rows? Each file in one transaction: all of it or nothing.

Rows are streamed, so that a file of a million sellers takes no more memory than one of a thousand.
A row with personal data of somebody who was erased is left out, and its line is reported: the file
may well be older than the erasure.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager, nullcontext
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lazsa_flow.commands.entries import Application, TurnoverRecord, apply_in
from lazsa_flow.commands.erasures import Erasures
from lazsa_flow.commands.nominations import LIFECYCLE, nominate_in
from lazsa_flow.commands.overdue import check_pauses
from lazsa_flow.commands.panel import recuse_in, score_in
from lazsa_flow.domain.model import Actor
from lazsa_flow.errors import (
    ConflictError,
    InputError,
    LazsaError,
    PausedError,
    Problem,
    shown,
)
from lazsa_flow.imports.facts import read_facts
from lazsa_flow.imports.nominations import read_nominations
from lazsa_flow.imports.scorecards import read_scorecards
from lazsa_flow.imports.turnover import read_turnover
from lazsa_flow.logs import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path

    from lazsa_flow.commands.context import Context
    from lazsa_flow.commands.panel import CardReceipt
    from lazsa_flow.domain.model import Evidence, Facts
    from lazsa_flow.imports.nominations import NominationRow
    from lazsa_flow.imports.scorecards import ScorecardRow
    from lazsa_flow.imports.turnover import TurnoverRow
    from lazsa_flow.store.transaction import SqlTransaction

BATCH: Final = 1000

Persons = tuple[str, ...]
"""The persons whose data a row holds."""

_Row = TypeVar("_Row")


class RowCount(int):
    """How many rows of a file were taken.

    Attributes:
        skipped: The lines of those that were left out, since somebody in them was erased.
        differences: What was taken but counts otherwise than it says: cards whose team is another
            than that of the reviewer's seat, each with its line.
    """

    skipped: tuple[int, ...]
    differences: tuple[str, ...]

    def __new__(
        cls, rows: int, skipped: Iterable[int] = (), differences: Iterable[str] = ()
    ) -> RowCount:
        """Make one of a number of rows."""
        count = super().__new__(cls, rows)
        count.skipped, count.differences = tuple(skipped), tuple(differences)
        return count


def import_facts(context: Context, file: Path | str, *, key: str | None) -> int:
    """Append the facts of a file; return how many sellers."""
    rows = read_facts(file, context.rulebook.countries)
    return add_facts(context, rows, where=str(file), key=key, payload=payload_of(file, key))


def add_facts(
    context: Context,
    facts: Iterable[Facts],
    *,
    where: str,
    key: str | None = None,
    payload: str | None = None,
) -> int:
    """Append facts in one transaction; return how many."""

    def run(transaction: SqlTransaction, batch: list[Facts], now: datetime) -> None:
        transaction.add_facts(batch, now)

    return in_batches(context, "facts", facts, run, key=key, payload=payload or where)


def import_nominations(context: Context, file: Path | str, *, key: str | None) -> RowCount:
    """Make the nominations of a file; return how many."""
    return add_nominations(
        context, read_nominations(file), where=str(file), key=key, payload=payload_of(file, key)
    )


def add_nominations(
    context: Context,
    rows: Iterable[NominationRow],
    *,
    where: str,
    key: str | None = None,
    payload: str | None = None,
) -> RowCount:
    """Make nominations in one transaction, all that is due having fired; return how many."""

    def run(transaction: SqlTransaction, batch: list[NominationRow], now: datetime) -> None:
        for row in batch:
            with _placed(where, row.line, row.seller):
                nominate_in(
                    context,
                    transaction,
                    row.seller,
                    actor=context.rulebook.merged.resolve(Actor(row.source, row.nominator)),
                    statement=row.statement,
                    now=now,
                )

    return in_batches(
        context,
        "nominations",
        rows,
        run,
        key=key,
        payload=payload or where,
        settle=True,
        persons=lambda row: (row.line, (row.seller, row.nominator)),
    )


def import_scorecards(context: Context, file: Path | str, *, key: str | None) -> RowCount:
    """Record the scorecards and recusals of a file; return how many."""
    return add_scorecards(
        context, read_scorecards(file), where=str(file), key=key, payload=payload_of(file, key)
    )


def add_scorecards(
    context: Context,
    rows: Iterable[ScorecardRow],
    *,
    where: str,
    key: str | None = None,
    payload: str | None = None,
) -> RowCount:
    """Record scorecards in one transaction, all that is due having fired; return how many."""
    differences: list[str] = []

    def run(transaction: SqlTransaction, batch: list[ScorecardRow], now: datetime) -> None:
        paths = transaction.open_paths(LIFECYCLE, {row.seller for row in batch})
        loaded = transaction.load_chunk(list(paths.values()), before=None, on=now.date())
        found = {seen.path.id: seen for seen in loaded}
        evidence = {seller: found[number] for seller, number in paths.items()}
        for row in batch:
            with _placed(where, row.line, row.seller):
                if row.seller not in evidence:
                    raise ConflictError(row.seller, "no open award path")
                check_pauses(evidence[row.seller], transaction.pauses(), now)
                receipt = _scorecard(context, transaction, evidence[row.seller], row, now)
                if receipt.difference:
                    differences.append(f"line {row.line}: {receipt.difference}")

    return in_batches(
        context,
        "scorecards",
        rows,
        run,
        key=key,
        payload=payload or where,
        settle=True,
        persons=lambda row: (row.line, (row.seller, row.reviewer)),
        differences=differences,
    )


def _scorecard(
    context: Context,
    transaction: SqlTransaction,
    seen: Evidence,
    row: ScorecardRow,
    now: datetime,
) -> CardReceipt:
    reviewer = Actor("reviewer", row.reviewer, country=seen.path.country, team=row.team)
    actor = context.rulebook.merged.resolve(reviewer)
    if row.recusal_reason is None:
        return score_in(
            context,
            transaction,
            seen,
            actor=actor,
            scores=row.scores,
            comment=row.comment,
            now=now,
        )
    return recuse_in(
        context, transaction, seen, actor=actor, reason=row.recusal_reason, note="", now=now
    )


def payload_of(file: Path | str, key: str | None) -> str | None:
    """Digest a file, so that its idempotency key is no other file's."""
    if key is None:
        return None
    try:
        with open(file, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except (OSError, ValueError):
        return None  # the reader will say so


def import_turnover(
    context: Context, file: Path | str, *, actor: Actor, key: str | None
) -> RowCount:
    """Open the applications of a file, all that is due having fired; return how many."""

    def run(transaction: SqlTransaction, batch: list[list[TurnoverRow]], now: datetime) -> None:
        for rows in batch:
            with _placed(str(file), rows[0].line, rows[0].applicant):
                apply_in(context, transaction, _application(rows), actor=actor, now=now)

    applications = read_turnover(file, context.rulebook.countries)
    return in_batches(
        context,
        "turnover",
        applications,
        run,
        key=key,
        payload=payload_of(file, key) or str(file),
        settle=True,
        persons=lambda rows: (rows[0].line, (rows[0].applicant,)),
    )


def _application(rows: list[TurnoverRow]) -> Application:
    first = rows[0]
    records = tuple(
        TurnoverRecord(
            platform=row.platform,
            account=row.account,
            month=row.month,
            amount=row.amount,
            category=row.record_category,
            currency=row.currency,
            usd_rate=row.usd_rate,
            rate_on=row.rate_on,
        )
        for row in rows
    )
    return Application(
        first.applicant, first.country, first.category, records, first.provenance, first.consent
    )


def in_batches(
    context: Context,
    what: str,
    rows: Iterable[_Row],
    run: Callable[[SqlTransaction, list[_Row], datetime], None],
    *,
    key: str | None,
    payload: str,
    persons: Callable[[_Row], tuple[int, Persons]] | None = None,
    settle: bool = False,
    differences: Sequence[str] = (),
) -> RowCount:
    """Run over a file's rows in batches, in one transaction.

    Args:
        context: Where state is.
        what: The rows' name.
        rows: They, read as they are needed.
        run: Takes a batch of them.
        key: The idempotency key.
        payload: What tells the file from another.
        persons: Returns a row's line and whose personal data it holds; left out where it holds
            none.
        settle: Whether overdue timers fire first.
        differences: What ``run`` notes of rows that count otherwise than they say.

    Returns:
        How many rows were taken, and which were left out.

    Raises:
        ConfigError: Persons were erased under a secret that this process does not have.
    """
    now = context.clock.now()
    remaining = iter(rows)

    def every(transaction: SqlTransaction) -> dict[str, Any]:
        erasures = Erasures(context, transaction)
        total, skipped = 0, list[int]()
        if persons is not None:
            erasures.check_keys()
        while batch := list(islice(remaining, BATCH)):
            kept = batch if persons is None else _kept(erasures, batch, persons, skipped)
            if kept:
                run(transaction, kept, now)
            total += len(kept)
        return {"rows": total, "skipped": skipped, "differences": list(differences)}

    request = {"command": f"import {what}", "payload": payload}
    # a file is read once: where the database gives up half-way, the caller imports it again
    with context.settled() if settle else nullcontext():
        done = context.once(key, request, now, every, again=False)
    if isinstance(done, int):  # what an earlier release has stored under the key
        return RowCount(done)
    if done["skipped"]:
        log.warning("import.skipped", file=what, rows=len(done["skipped"]))
    return RowCount(done["rows"], done["skipped"], done.get("differences", ()))


def _kept(
    erasures: Erasures,
    batch: list[_Row],
    persons: Callable[[_Row], tuple[int, Persons]],
    skipped: list[int],
) -> list[_Row]:
    """Return the rows in which nobody was erased, and note the lines of the others."""
    told = [persons(row) for row in batch]
    erased = erasures.among({person for _, named in told for person in named})
    if not erased:
        return batch
    skipped += [line for line, named in told if not erased.isdisjoint(named)]
    pairs = zip(batch, told, strict=True)
    return [row for row, (_, named) in pairs if erased.isdisjoint(named)]


@contextmanager
def _placed(where: str, line: int, seller: str) -> Iterator[None]:
    """Name the file, line and seller in whatever a row is refused for.

    A pause is no fault of the row's.
    """
    try:
        yield
    except PausedError:
        raise
    except LazsaError as error:
        expected = f"a row that can be taken: {error}"
        raise InputError(
            [Problem(f"{where}:{line}", "seller_id", shown(seller), expected)]
        ) from error
