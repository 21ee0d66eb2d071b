"""The tables of what outlives an erasure; see :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

from lazsa_flow.store import columns

erasures = columns.table(
    "erasures",
    columns.text("keyed_by", primary_key=True),
    columns.text("fingerprint", primary_key=True),
    columns.instant("recorded_at"),
)
"""Who was erased: a keyed hash of the id, and what it is keyed by."""
