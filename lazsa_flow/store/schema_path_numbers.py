"""The table of buckets that paths are numbered in; see :mod:`lazsa_flow.store.path_numbers`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

path_buckets = columns.append_only(
    "path_buckets",
    columns.number(),
    sa.Column("bucket", sa.BigInteger(), nullable=False),
    columns.instant("recorded_at"),
)
"""Each bucket that the database was given; the latest holds, and 0 where there is none."""
