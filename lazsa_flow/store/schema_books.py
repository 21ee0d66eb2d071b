"""The table of closed books; see :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

closed_books = columns.append_only(
    "closed_books",
    columns.text("country", primary_key=True),
    columns.day("cycle_on", primary_key=True),
    sa.Column("due", sa.Integer(), nullable=False),
    sa.Column("moved", sa.Integer(), nullable=False),
    sa.Column("refused", sa.Integer(), nullable=False),
    columns.text("actor"),
    columns.instant("recorded_at"),
)
