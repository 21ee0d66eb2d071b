"""Create the table of payments."""

from __future__ import annotations

from alembic import op

from lazsa_flow.store.evidence_tables import create_evidence_table
from tests.own_evidence import PAYMENTS_TABLE

revision = "invoice_0001"
down_revision = None


def upgrade() -> None:
    """Create the table of payments."""
    create_evidence_table(op.get_bind(), PAYMENTS_TABLE)
