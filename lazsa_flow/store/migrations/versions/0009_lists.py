"""Indexes of lists: paths by country, state and cycle date, and sellers by country."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the indexes."""
    op.create_index("lazsa_paths_listed", "lazsa_paths", ["country", "state", "cycle_on", "id"])
    op.create_index(
        "lazsa_seller_countries_country", "lazsa_seller_countries", ["country", "seller"]
    )
