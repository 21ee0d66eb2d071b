"""The award's store: state in a SQL database, with the award's own rows."""

from __future__ import annotations

from lazsa_flow.award.evidence import EVIDENCE
from lazsa_flow.award.store.round_listing import AwardListing
from lazsa_flow.award.store.schema import conduct_bars, seats
from lazsa_flow.award.store.transaction import AwardTransaction
from lazsa_flow.store.store import SqlStore


class AwardStore(SqlStore[AwardTransaction, AwardListing]):
    """State in a SQL database, with the award's own rows."""

    transaction_class = AwardTransaction
    listing_class = AwardListing
    sources = EVIDENCE
    tables_copied_whole = (conduct_bars, seats)
