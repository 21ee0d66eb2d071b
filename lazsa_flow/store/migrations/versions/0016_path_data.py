"""What people hand over with triggers, and the digest by which the journal names it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lazsa_flow.store.append_only import protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_INSTANT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table, and the column of the journal."""
    op.create_table(
        "lazsa_path_data",
        sa.Column("path_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("trigger", sa.Text(), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("personal_digest", sa.Text(), nullable=True),
        sa.Column("text_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["path_id"], ["lazsa_paths.id"]),
        sa.PrimaryKeyConstraint("path_id", "seq"),
    )
    protect(op.get_bind(), "lazsa_path_data")
    op.add_column("lazsa_journal", sa.Column("data_digest", sa.Text(), nullable=True))
