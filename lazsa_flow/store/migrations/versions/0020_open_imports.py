"""Imports that are under way, and the import that has recorded a subject's first country."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table, and let first countries name their import."""
    op.create_table(
        "lazsa_open_imports",
        sa.Column("batch_id", _ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["lazsa_batches.id"]),
        sa.PrimaryKeyConstraint("batch_id"),
    )
    op.get_bind().exec_driver_sql(
        "ALTER TABLE lazsa_seller_countries"
        " ADD COLUMN batch_id BIGINT REFERENCES lazsa_batches (id)"
    )
