"""Seals of saved rehearsals: what persons approve, and whether it still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.engine.journal import digest
from lazsa_flow.engine.sealed_outcomes import digest_of_text
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.service.approvals import Request, approvals_of, is_approved
from lazsa_flow.service.rules_digest import rules_digest

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.lifecycle.merged_ids import MergedIds
    from lazsa_flow.service.approvals import Approval
    from lazsa_flow.store.night_rows import RehearsalRow
    from lazsa_flow.store.transaction import SqlTransaction

APPROVE: Final = "approve_night"
"""The command by which persons approve a saved rehearsal."""


def seal_of(row: RehearsalRow) -> Request:
    """Return what is approved: the digest of all that a saved rehearsal says."""
    fields = row._asdict()
    for name in ("asked_at", "recorded_at"):
        fields[name] = instant_text(fields[name])
    fields["cycle_on"] = row.cycle_on.isoformat()
    del fields["outcomes"], fields["paths"]  # their digest is sealed
    return Request(APPROVE, row.name, digest(fields))


def list_reasons(transaction: SqlTransaction, row: RehearsalRow) -> tuple[str, ...]:
    """List why a saved rehearsal can be approved no more.

    Whether its outcomes are those that were saved is checked where they were read.
    """
    reasons = []
    if row.database_id != transaction.database_id():
        reasons.append("it was saved on another database")
    if row.rules != rules_digest(transaction):
        reasons.append("the rules have changed since it was saved")
    if row.outcomes is not None and row.sha256 != digest_of_text(row.outcomes):
        reasons.append("its outcomes are not those that were saved")
    return tuple(reasons)


def find_approvals(
    transaction: SqlTransaction, row: RehearsalRow, merged: MergedIds
) -> tuple[Approval, ...]:
    """Return who has approved a saved rehearsal: one approval of each person."""
    return approvals_of(transaction.approvals(APPROVE), seal_of(row), merged)


def approved_dates(
    transaction: SqlTransaction, merged: MergedIds
) -> frozenset[tuple[date, str | None]]:
    """Return the dates with a rehearsal that is approved and holds still, each with its country.

    The country is ``None`` where the rehearsal is of all.
    """
    return frozenset(
        (row.cycle_on, row.country)
        for row in transaction.rehearsals()
        if is_approved(find_approvals(transaction, row, merged))
        and not list_reasons(transaction, row)
    )
