"""The tables that say who a seller is and where; see :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

seller_countries = columns.append_only(
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
"""Where each seller is and was; see :mod:`lazsa_flow.store.subject_countries`."""

seller_merges = columns.append_only(
    "seller_merges",
    columns.number(),
    columns.text("event"),
    columns.text("old_id"),
    columns.text("new_id"),
    columns.text("old_paths"),
    columns.text("new_paths"),
    columns.text("actor"),
    columns.day("as_of"),
    columns.instant("recorded_at"),
)
"""Merges of ids and their undoing: ``event`` is ``merged`` or ``undone``."""

seller_aliases = columns.table(
    "seller_aliases",
    columns.text("alias", primary_key=True),
    columns.text("seller"),
    sa.Index("lazsa_seller_aliases_seller", "seller"),
)
"""The id that holds, by alias, as the merges in force make it."""
