"""Number of paths of each saved rehearsal, so that lists need not read the outcomes."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from lazsa_flow.store.append_only import protect, release

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_REHEARSALS = sa.table(
    "lazsa_rehearsals",
    sa.column("name", sa.Text()),
    sa.column("outcomes", sa.Text()),
    sa.column("paths", sa.Integer()),
)


def upgrade() -> None:
    """Add the column, and count the paths of what was saved before, one after the other."""
    connection, table = op.get_bind(), _REHEARSALS
    op.add_column("lazsa_rehearsals", sa.Column("paths", sa.Integer(), nullable=True))
    release(connection, "lazsa_rehearsals")
    for name in connection.scalars(sa.select(table.c.name)).all():
        this = table.c.name == name
        paths = _count_paths(connection.scalar(sa.select(table.c.outcomes).where(this)) or "")
        connection.execute(sa.update(table).where(this).values(paths=paths))
    protect(connection, "lazsa_rehearsals")


def _count_paths(outcomes: str) -> int | None:
    """Count the paths of a rehearsal; ``None`` where its outcomes cannot be read."""
    try:
        return len(json.loads(outcomes))
    except (TypeError, ValueError):
        return None
