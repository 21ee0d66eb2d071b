"""Imports of scorecards and recusals; their checks query the database once per batch.

Source:
    programme.md, "The panel".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award.commands.import_kinds import HOST, ImportKind, ImportOptions, Source
from lazsa_flow.award.commands.import_runs import import_rows
from lazsa_flow.award.commands.panel_lookups import PanelLookups
from lazsa_flow.award.commands.scoring import open_round, record_card_in, record_recusal_in
from lazsa_flow.award.imports.scorecards import SCORECARDS, read_scorecards
from lazsa_flow.award.rules.panel import RecordedCard
from lazsa_flow.award.rules.perks import LIFECYCLE
from lazsa_flow.errors import ConflictError
from lazsa_flow.lifecycle.ids import same_person
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.service.overdue import check_pauses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazsa_flow.award.commands.import_result import ImportResult
    from lazsa_flow.award.commands.intake import Intake
    from lazsa_flow.award.imports.scorecards import ScorecardRow
    from lazsa_flow.lifecycle.model import Snapshot
    from lazsa_flow.service.context import Context


def add_scorecards(
    context: Context, rows: Iterable[ScorecardRow], *, where: str, key: str | None = None
) -> ImportResult:
    """Record scorecards as the host; errors call the rows by ``where``."""
    source, options = Source(SCORECARDS, where), ImportOptions(HOST, key=key)
    return import_rows(context, SCORECARDS_IMPORT, source, lambda _problems: rows, options)


def _take_scorecards(intake: Intake, batch: list[ScorecardRow]) -> None:
    context, transaction = intake.context, intake.transaction
    sellers = {row.seller for row in batch}
    intake.note_sellers(dict.fromkeys(sellers), transaction.countries_of(sellers))
    paths = transaction.open_paths(LIFECYCLE, sellers)
    loaded = transaction.load_chunk(list(paths.values()), before=None, on=intake.now.date())
    found = {seen.path.id: seen for seen in loaded}
    evidence = {seller: found[number] for seller, number in paths.items()}
    lookups = _lookups_of(context, intake, batch, loaded)
    holds = transaction.holds(intake.now)
    for row in batch:
        with intake.row(row.line, "seller_id", row.seller):
            if row.seller not in evidence:
                raise ConflictError(row.seller, "no open award path")
            check_pauses(evidence[row.seller], holds, intake.now)
            intake.count(new=_take_card(context, intake, lookups, evidence[row.seller], row))


SCORECARDS_IMPORT: Final = ImportKind(
    SCORECARDS,
    lambda file, _countries, problems: read_scorecards(file, problems),
    _take_scorecards,
    persons=lambda row: (row.line, (row.seller, row.reviewer)),
    fire_overdue=True,
)
"""Records scorecards and recusals, after all overdue timers have fired."""


def _lookups_of(
    context: Context, intake: Intake, batch: Iterable[ScorecardRow], loaded: Iterable[Snapshot]
) -> PanelLookups:
    """Return the look-ups for the paths and reviewers of a batch."""
    merged = context.rulebook.merged
    return PanelLookups(
        intake.transaction,
        {seen.path.id: seen.path.subject for seen in loaded},
        {merged.holder_of(row.reviewer) for row in batch},
    )


def _take_card(
    context: Context, intake: Intake, lookups: PanelLookups, seen: Snapshot, row: ScorecardRow
) -> bool:
    """Record one card or recusal; return ``False`` where it is recorded already."""
    transaction, now = intake.transaction, intake.now
    cycle_on = open_round(context, seen, now)
    if _is_recorded(lookups.cards_of(seen.path.id, cycle_on), row):
        return False
    reviewer = Actor("reviewer", row.reviewer, country=seen.path.country, team=row.team)
    actor = context.rulebook.merged.resolve(reviewer)
    if row.recusal_reason is None:
        receipt = record_card_in(
            context,
            transaction,
            seen,
            actor=actor,
            scores=row.scores,
            comment=row.comment,
            now=now,
            lookups=lookups,
        )
    else:
        receipt = record_recusal_in(
            context,
            transaction,
            seen,
            actor=actor,
            reason=row.recusal_reason,
            note="",
            now=now,
            lookups=lookups,
        )
    scored = row.recusal_reason is None
    card = RecordedCard(
        cycle_on,
        reviewer=receipt.reviewer,
        team=receipt.team,
        scores=row.scores if scored else (),
        comment=row.comment if scored else "",
        reason=row.recusal_reason,
        set_aside_by=None,
        recorded_at=now,
    )
    lookups.add_card(seen.path.id, card)
    if receipt.difference:
        intake.differences.append(f"line {row.line}: {receipt.difference}")
    return True


def _is_recorded(cards: Iterable[RecordedCard], row: ScorecardRow) -> bool:
    """Return whether a row repeats its reviewer's last card, even one that was set aside.

    Of a reviewer who has recused it is enough that they gave it once, so that a file which is sent
    again takes no recusal back. A comment that was deleted since is not missed.
    """
    every = [c for c in cards if c.set_aside_by is None and same_person(c.reviewer, row.reviewer)]
    return any(
        (card.scores, card.reason) == (row.scores, row.recusal_reason)
        and card.comment in ("", row.comment)
        for card in (every if every and every[-1].reason else every[-1:])
    )
