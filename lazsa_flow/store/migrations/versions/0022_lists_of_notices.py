"""Indexes that lists go along: of what waits, what was delivered, and statements without a name."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_STATEMENTS = (
    "DROP INDEX lazsa_outbox_next",
    "CREATE INDEX lazsa_outbox_next ON lazsa_outbox (parked, next_at, key)",
    "CREATE INDEX lazsa_deliveries_recorded ON lazsa_deliveries (recorded_at, key)",
    "CREATE INDEX lazsa_deliveries_path ON lazsa_deliveries (path_id)",
    "CREATE INDEX lazsa_records_unnamed ON lazsa_records (kind, id) WHERE name = ''",
)


def upgrade() -> None:
    """Create the indexes, and let the one of what waits end with the key."""
    for statement in _STATEMENTS:
        op.execute(statement)
