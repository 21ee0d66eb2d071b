"""Reminders that nobody has approved what a cycle date will bring."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lazsa_flow.store.append_only import protect

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_INSTANT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
_DAY = sa.String(10).with_variant(sa.String(10, collation="C"), "postgresql")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "lazsa_night_reminders",
        sa.Column("cycle_on", _DAY, nullable=False),
        sa.Column("days", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("cycle_on", "days", "country", "recipient"),
    )
    protect(op.get_bind(), "lazsa_night_reminders")
