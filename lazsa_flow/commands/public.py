"""What may the public, a shop page or another seller be told?

Never an ambassador's own contact: whoever wants to reach one gets the team's mailbox.

Source:
    programme.md, "Who and where" and "Perks".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazsa_flow.commands.nominations import LIFECYCLE
from lazsa_flow.domain.perks import Entitlement, entitlements
from lazsa_flow.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from lazsa_flow.commands.context import Context
    from lazsa_flow.domain.model import Record

CONSENT = "hall_of_fame"


@dataclass(frozen=True, slots=True)
class Fame:
    """One sitting ambassador in the Hall of Fame."""

    seller: str
    title: str
    since: date


@dataclass(frozen=True, slots=True)
class Badge:
    """Whether the badge may be shown at an instant.

    Attributes:
        valid: Whether an award covers the instant.
        title: The title in the seller's country, where it is valid.
        ends_at: When it ended or will end for certain, if it does; no cache may outlive it.
    """

    valid: bool
    title: str | None = None
    ends_at: datetime | None = None


def hall_of_fame(context: Context, country: str) -> list[Fame]:
    """List a country's sitting ambassadors who have consented, the longest sitting first."""
    title = context.country(country).title
    now = context.clock.now()
    with context.store.begin(write=False) as transaction:
        found = []
        for path in transaction.open_in(LIFECYCLE, country):
            span = path.span("award", now)
            if span is not None and _consents(transaction.records_of(path.subject)):
                found.append(Fame(path.subject, title, path.spans["award"][0].began_on))
    return sorted(found, key=lambda fame: (fame.since, fame.seller))


def badge(context: Context, seller: str, at: datetime) -> Badge:
    """Tell whether a seller's badge is valid at an instant: one index look-up."""
    with context.store.begin(write=False) as transaction:
        for path in transaction.paths_of(seller):
            span = path.span("award", at)
            if span is not None:
                return Badge(True, context.country(path.country).title, span.ended_at)
    return Badge(False)


def contact(context: Context, seller: str) -> str:
    """Return the mailbox of the seller's local team, never the seller's own.

    Raises:
        NotFoundError: The seller is not known.
    """
    with context.store.begin(write=False) as transaction:
        paths = transaction.paths_of(seller)
        country = paths[-1].country if paths else transaction.country_of(seller)
    if country is None:
        raise NotFoundError("seller", seller)
    return context.country(country).mailbox


def entitled(context: Context, seller: str, at: datetime) -> tuple[Entitlement, ...]:
    """Return what a seller is entitled to at an instant."""
    with context.store.begin(write=False) as transaction:
        paths = transaction.paths_of(seller)
        consented = _consents(transaction.records_of(seller), at)
    return entitlements(paths, at, consented=consented)


def _consents(records: Iterable[Record], at: datetime | None = None) -> bool:
    said = [
        record.value
        for record in records
        if (record.kind, record.name) == ("consent", CONSENT)
        and (at is None or record.recorded_at <= at)
    ]
    return said[-1:] == ["given"]
