"""The table of imports; see :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

batches = columns.append_only(
    "batches",
    columns.number(),
    columns.text("kind"),
    columns.text("actor"),
    columns.text("via"),
    columns.text("file", nullable=True),
    columns.text("sha256", nullable=True),
    columns.instant("recorded_at"),
)
"""Imports, by file or call: who, through what, which file. Evidence rows name theirs."""


open_imports = columns.table(
    "open_imports",
    sa.Column(
        "batch_id",
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        sa.ForeignKey("lazsa_batches.id"),
        primary_key=True,
        autoincrement=False,
    ),
)
"""Imports that are under way; see :mod:`lazsa_flow.store.open_imports`."""


def batch_number() -> sa.Column[int]:
    """Return a column with the number of the import that has written a row, if one has."""
    return sa.Column("batch_id", sa.BigInteger(), sa.ForeignKey("lazsa_batches.id"))
