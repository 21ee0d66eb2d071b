"""Seats that end, and scorecards that are set aside."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of the rows there are, no seat has ended and no card was set aside."""
    op.add_column("lazsa_seats", sa.Column("ended", sa.Boolean(), nullable=True))
    op.add_column("lazsa_scorecards", sa.Column("set_aside_by", sa.Text(), nullable=True))
