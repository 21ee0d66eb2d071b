"""The tables that say who a subject is and where; see :mod:`lazsa_flow.store.schema`.

Tables and columns keep the names that they were made with; the code says ``subject``.
"""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns, schema_batches

subject_countries = columns.append_only(
    "seller_countries",
    columns.number(),
    columns.text("seller", key="subject"),
    columns.text("country"),
    columns.text("source"),
    columns.text("actor", nullable=True),
    columns.day("as_of"),
    columns.instant("recorded_at"),
    schema_batches.batch_number(),
    sa.Index("lazsa_seller_countries_seller", "subject", "id"),
    sa.Index("lazsa_seller_countries_country", "country", "subject"),
    imported_in_parts=True,
)
"""Where each subject is and was; see :mod:`lazsa_flow.store.subject_countries`."""

subject_merges = columns.append_only(
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

subject_aliases = columns.table(
    "seller_aliases",
    columns.text("alias", primary_key=True),
    columns.text("seller", key="subject"),
    sa.Index("lazsa_seller_aliases_seller", "subject"),
)
"""The id that holds, by alias, as the merges in force make it."""
