"""Records by kind: cases and steps of all sellers, without reading all that is recorded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index, of records that have a name: cases, steps, appeals."""
    op.create_index(
        "lazsa_records_kind",
        "lazsa_records",
        ["kind", "id"],
        sqlite_where=sa.text("name <> ''"),
        postgresql_where=sa.text("name <> ''"),
    )
