"""Pauses, the tables of the lifecycles, and when each path was last written.

A pause that stands as a record under ``programme:timers`` becomes one of the table's.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
_DAY = sa.String(10).with_variant(sa.String(10, collation="C"), "postgresql")
_LAST = (
    "UPDATE lazsa_paths SET recorded_at = coalesce((SELECT row.recorded_at FROM lazsa_journal row"
    " WHERE row.path_id = lazsa_paths.id AND row.seq = lazsa_paths.seq), opened_at)"
)
_PAUSE = (
    "INSERT INTO lazsa_pauses (reason, actor, recorded_at)"
    " SELECT '', actor, recorded_at FROM lazsa_records WHERE value = 'paused' AND id ="
    " (SELECT max(id) FROM lazsa_records WHERE subject = 'programme:timers' AND kind = 'timers')"
)


def upgrade() -> None:
    """Create the tables, and fill what can be told from the rows there are."""
    op.create_table(
        "lazsa_pauses",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("cycle_on", _DAY, nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_reason", sa.Text(), nullable=True),
        sa.Column("lifted_at", _INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "lazsa_lifecycles",
        sa.Column("lifecycle", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("lifecycle"),
    )
    op.add_column("lazsa_paths", sa.Column("recorded_at", _INSTANT, nullable=True))
    op.execute(_LAST)
    with op.batch_alter_table("lazsa_paths") as table:
        table.alter_column("recorded_at", existing_type=_INSTANT, nullable=False)
    op.execute(_PAUSE)
