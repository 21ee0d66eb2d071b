"""Imports as rows of their own, which the rows of evidence name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lazsa_flow.store.append_only import protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
_EVIDENCE = ("lazsa_facts", "lazsa_texts", "lazsa_nominations", "lazsa_scorecards")


def upgrade() -> None:
    """Create the table, and let evidence name it; what was imported before names none."""
    op.create_table(
        "lazsa_batches",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("file", sa.Text(), nullable=True),
        sa.Column("sha256", sa.Text(), nullable=True),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    connection = op.get_bind()
    protect(connection, "lazsa_batches")
    for table in _EVIDENCE:
        connection.exec_driver_sql(
            f"ALTER TABLE {table} ADD COLUMN batch_id BIGINT REFERENCES lazsa_batches (id)"
        )
