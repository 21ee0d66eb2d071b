"""The tables of what outlives an erasure; see :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

conduct_bars = columns.table(
    "conduct_bars",
    columns.number(),
    columns.text("fingerprint"),
    columns.text("kind"),
    columns.text("name"),
    columns.text("value"),
    columns.text("reason", nullable=True),
    columns.text("actor"),
    columns.day("as_of"),
    columns.instant("recorded_at"),
    sa.Index("lazsa_conduct_bars_fingerprint", "fingerprint"),
)
"""What ended an erased seller's standing, under a keyed hash of their id."""

erasures = columns.table(
    "erasures",
    columns.text("keyed_by", primary_key=True),
    columns.text("fingerprint", primary_key=True),
    columns.instant("recorded_at"),
)
"""Who was erased: a keyed hash of the id, and what it is keyed by."""
