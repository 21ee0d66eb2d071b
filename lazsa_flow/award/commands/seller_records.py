"""What is on record of a seller: every id, and in which country they are and were.

Source:
    programme.md, "Who and where".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lazsa_flow.errors import no_seller

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from lazsa_flow.service.context import Context


@dataclass(frozen=True, slots=True)
class RecordedCountry:
    """One row of the record of a seller's country.

    Attributes:
        seller: The id that it was recorded of.
        as_of: From which date on; of facts, their date.
        source: ``facts``: the first facts that named the seller; ``move``; or ``merge``: the
            country of the old id, where the new one had none.
        actor: Who moved or merged, as ``role:id``; ``None`` of facts.
    """

    seller: str
    country: str
    as_of: date
    source: str
    actor: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class SellerRecord:
    """What is on record of a seller.

    Attributes:
        seller: The id that holds.
        names: Every id, the one that holds first.
        country: Where the seller is; of one without facts, the country of the latest path.
        countries: The record, oldest first, that of merged ids included.
        paths: The references of the seller's paths, oldest first.
    """

    seller: str
    names: tuple[str, ...]
    country: str
    countries: tuple[RecordedCountry, ...]
    paths: tuple[str, ...]


def read_record(context: Context, seller: str) -> SellerRecord:
    """Return what is on record of a seller, by any of their ids.

    Raises:
        NotFoundError: The seller is not known.
    """
    with context.store.begin(write=False) as transaction:
        country = transaction.home_of(seller)
        if country is None:
            raise no_seller(seller)
        names = tuple(transaction.names_of(seller))
        return SellerRecord(
            seller=names[0],
            names=names,
            country=country,
            countries=tuple(map(_recorded_country, transaction.country_history(seller))),
            paths=tuple(path.ref for path in transaction.paths_of(seller)),
        )


def _recorded_country(row: Mapping[str, Any]) -> RecordedCountry:
    fields = dict(row)
    return RecordedCountry(seller=fields.pop("subject"), **fields)
