"""A dated statement about each seller who is a trainer, or was one.

From now on the trainer path writes it when somebody accepts or is released; here it is made for
those who did before.
"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "INSERT INTO lazsa_records (subject, kind, name, value, reason, actor, as_of, recorded_at)"
    " SELECT path.subject, 'lazstar', '',"
    " CASE WHEN moved.dest = 'lazstar' THEN 'began' ELSE 'ended' END, moved.reason, moved.actor,"
    " substr(moved.effective_at, 1, 10), moved.recorded_at"
    " FROM lazsa_journal moved JOIN lazsa_paths path ON path.id = moved.path_id"
    " WHERE path.lifecycle = 'trainer' AND ((moved.source = 'invited' AND moved.dest = 'lazstar')"
    "  OR (moved.source = 'lazstar' AND moved.dest = 'released'))"
    " ORDER BY moved.recorded_at, moved.path_id, moved.seq"
)


def upgrade() -> None:
    """Write the statements."""
    op.execute(_STATEMENTS)
