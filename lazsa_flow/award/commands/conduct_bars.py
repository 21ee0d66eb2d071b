"""Conduct bars that have survived an erasure, found by a keyed hash of the seller's id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.service.subject_commands import names_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.lifecycle.model import Statement
    from lazsa_flow.service.context import Context


def surviving_bars_of_all(
    context: Context, transaction: AwardTransaction, sellers: Collection[str]
) -> dict[str, list[Statement]]:
    """Return the conduct bars that have survived an erasure, of those sellers who have one."""
    if context.secret is None:
        return {}
    fingerprints = {
        seller: [context.fingerprint(name) for name in names]
        for seller, names in names_of(context, sellers).items()
    }
    every = [each for several in fingerprints.values() for each in several]
    bars = transaction.conduct_bars_of_all(every)
    found = {
        seller: [bar for each in several for bar in bars.get(each, ())]
        for seller, several in fingerprints.items()
    }
    return {seller: each for seller, each in found.items() if each}


def surviving_bars(context: Context, transaction: AwardTransaction, seller: str) -> list[Statement]:
    """Return the conduct bar that has survived an erasure of this seller, if there is one."""
    return surviving_bars_of_all(context, transaction, [seller]).get(seller, [])
