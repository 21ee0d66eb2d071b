"""How do files become rows? Each file in one transaction: all of it or nothing.

Rows are streamed, so that a file of a million sellers takes no more memory than one of a thousand.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from lazsa_flow.commands.context import once
from lazsa_flow.commands.nominations import LIFECYCLE, nominate_in
from lazsa_flow.commands.panel import recuse_in, score_in
from lazsa_flow.domain.model import Actor
from lazsa_flow.engine import sweep as sweeping
from lazsa_flow.errors import ConflictError, InputError, LazsaError, Problem, shown
from lazsa_flow.imports.facts import read_facts
from lazsa_flow.imports.nominations import read_nominations
from lazsa_flow.imports.scorecards import read_scorecards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from lazsa_flow.commands.context import Context
    from lazsa_flow.domain.model import Evidence, Facts
    from lazsa_flow.imports.nominations import NominationRow
    from lazsa_flow.imports.scorecards import ScorecardRow
    from lazsa_flow.store.transaction import SqlTransaction

BATCH: Final = 1000

_Row = TypeVar("_Row")


def import_facts(context: Context, file: Path | str, *, key: str | None) -> int:
    """Append the facts of a file; return how many sellers."""
    rows = read_facts(file, context.rulebook.countries)
    return add_facts(context, rows, where=str(file), key=key)


def add_facts(
    context: Context, facts: Iterable[Facts], *, where: str, key: str | None = None
) -> int:
    """Append facts in one transaction; return how many."""

    def run(transaction: SqlTransaction, batch: list[Facts], now: datetime) -> None:
        transaction.add_facts(batch, now)

    return _in_batches(context, "facts", facts, run, where=where, key=key)


def import_nominations(context: Context, file: Path | str, *, key: str | None) -> int:
    """Make the nominations of a file; return how many."""
    return add_nominations(context, read_nominations(file), where=str(file), key=key)


def add_nominations(
    context: Context, rows: Iterable[NominationRow], *, where: str, key: str | None = None
) -> int:
    """Make nominations in one transaction, all that is due having fired; return how many."""
    sweeping.sweep(context.store, context.rulebook, context.clock.now())

    def run(transaction: SqlTransaction, batch: list[NominationRow], now: datetime) -> None:
        for row in batch:
            with _placed(where, row.line, row.seller):
                nominate_in(
                    context,
                    transaction,
                    row.seller,
                    actor=Actor(row.source, row.nominator),
                    statement=row.statement,
                    now=now,
                )

    return _in_batches(context, "nominations", rows, run, where=where, key=key)


def import_scorecards(context: Context, file: Path | str, *, key: str | None) -> int:
    """Record the scorecards and recusals of a file; return how many."""
    return add_scorecards(context, read_scorecards(file), where=str(file), key=key)


def add_scorecards(
    context: Context, rows: Iterable[ScorecardRow], *, where: str, key: str | None = None
) -> int:
    """Record scorecards in one transaction, all that is due having fired; return how many."""
    sweeping.sweep(context.store, context.rulebook, context.clock.now())

    def run(transaction: SqlTransaction, batch: list[ScorecardRow], now: datetime) -> None:
        paths = transaction.open_paths(LIFECYCLE, {row.seller for row in batch})
        loaded = transaction.load_chunk(list(paths.values()), before=None, on=now.date())
        evidence = {seen.path.subject: seen for seen in loaded}
        for row in batch:
            with _placed(where, row.line, row.seller):
                if row.seller not in evidence:
                    raise ConflictError(row.seller, "no open award path")
                _scorecard(context, transaction, evidence[row.seller], row, now)

    return _in_batches(context, "scorecards", rows, run, where=where, key=key)


def _scorecard(
    context: Context,
    transaction: SqlTransaction,
    seen: Evidence,
    row: ScorecardRow,
    now: datetime,
) -> None:
    actor = Actor("reviewer", row.reviewer, country=seen.path.country, team=row.team)
    if row.recusal_reason is None:
        score_in(
            context,
            transaction,
            seen,
            actor=actor,
            scores=row.scores,
            comment=row.comment,
            now=now,
        )
    else:
        recuse_in(
            context, transaction, seen, actor=actor, reason=row.recusal_reason, note="", now=now
        )


def _in_batches(
    context: Context,
    what: str,
    rows: Iterable[_Row],
    run: Callable[[SqlTransaction, list[_Row], datetime], None],
    *,
    where: str,
    key: str | None,
) -> int:
    now = context.clock.now()
    remaining = iter(rows)

    def every(transaction: SqlTransaction) -> int:
        total = 0
        while batch := list(islice(remaining, BATCH)):
            run(transaction, batch, now)
            total += len(batch)
        return total

    with context.store.begin() as transaction:
        request = {"command": f"import {what}", "where": where}
        count: int = once(transaction, key, request, now, lambda: every(transaction))
        return count


@contextmanager
def _placed(where: str, line: int, seller: str) -> Iterator[None]:
    """Name the file, line and seller in whatever a row is refused for."""
    try:
        yield
    except LazsaError as error:
        expected = f"a row that can be taken: {error}"
        raise InputError(
            [Problem(f"{where}:{line}", "seller_id", shown(seller), expected)]
        ) from error
