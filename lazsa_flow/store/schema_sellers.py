"""The tables that say who a seller is and where; see :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

seller_countries = columns.table(
    "seller_countries",
    columns.number(),
    columns.text("seller"),
    columns.text("country"),
    columns.text("source"),
    columns.text("actor", nullable=True),
    columns.day("as_of"),
    columns.instant("recorded_at"),
    sa.Index("lazsa_seller_countries_seller", "seller", "id"),
    sa.Index("lazsa_seller_countries_country", "country", "seller"),
)
"""Where each seller is and was; see :mod:`lazsa_flow.store.seller_countries`."""
