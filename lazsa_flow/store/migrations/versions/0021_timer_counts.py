"""Counts of the timers that pend, and an index of paths by when they came into their state."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_DAY = sa.String(10).with_variant(sa.String(10, collation="C"), "postgresql")
_COUNTED: Final = (
    "INSERT INTO lazsa_timer_counts (lifecycle, country, state, due_on, name, timers)"
    " SELECT p.lifecycle, t.country, p.state, t.due_on, t.name, count(*)"
    " FROM lazsa_timers t JOIN lazsa_paths p ON p.id = t.path_id"
    " WHERE t.status = 'pending' AND t.decides"
    " GROUP BY p.lifecycle, t.country, p.state, t.due_on, t.name"
)


def upgrade() -> None:
    """Create the table and the index, and count."""
    op.create_table(
        "lazsa_timer_counts",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("lifecycle", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_on", _DAY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "lazsa_paths_entered", "lazsa_paths", ["lifecycle", "country", "state", "entered_at", "id"]
    )
    count_timers(op.get_bind())


def count_timers(connection: sa.Connection) -> None:
    """Count all timers that pend, into a table that is empty."""
    connection.exec_driver_sql(_COUNTED)
