"""The dated record of each seller's country.

Of a seller there is today, it is the country of the open path; of one without, that of the path
that was moved last, or of the latest one; of one without any path, that of the earliest facts.
Applications for a store name the store's country and count for nobody's.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from lazsa_flow.store.append_only import protect

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
_DAY = sa.String(10).with_variant(sa.String(10, collation="C"), "postgresql")
_MOVED = (
    "SELECT path_id, max(recorded_at) AS recorded_at FROM lazsa_journal"
    " WHERE reason = 'moved_country' GROUP BY path_id"
)
_FROM_PATHS = (
    "INSERT INTO lazsa_seller_countries (seller, country, source, actor, as_of, recorded_at)"
    " SELECT subject, country, CASE WHEN moved_at IS NULL THEN 'facts' ELSE 'move' END, NULL,"
    " substr(coalesce(moved_at, opened_at), 1, 10), coalesce(moved_at, opened_at)"
    " FROM (SELECT path.subject, path.country, path.opened_at, moved.recorded_at AS moved_at,"
    "  row_number() OVER (PARTITION BY path.subject ORDER BY"
    "   CASE WHEN slot.path_id IS NULL THEN 1 ELSE 0 END,"
    "   coalesce(moved.recorded_at, '') DESC, path.id DESC) AS number"
    f"  FROM lazsa_paths path LEFT JOIN ({_MOVED}) moved ON moved.path_id = path.id"
    "  LEFT JOIN lazsa_slots slot ON slot.path_id = path.id"
    "  WHERE path.lifecycle <> 'entry'"
    "   AND EXISTS (SELECT 1 FROM lazsa_facts facts WHERE facts.seller = path.subject)) ranked"
    " WHERE number = 1"
)
_FROM_FACTS = (
    "INSERT INTO lazsa_seller_countries (seller, country, source, actor, as_of, recorded_at)"
    " SELECT seller, country, 'facts', NULL, as_of, recorded_at"
    " FROM (SELECT facts.*, row_number() OVER (PARTITION BY facts.seller"
    "  ORDER BY facts.recorded_at, facts.id) AS number FROM lazsa_facts facts"
    "  WHERE NOT EXISTS (SELECT 1 FROM lazsa_seller_countries known"
    "   WHERE known.seller = facts.seller)) ranked WHERE number = 1"
)


def upgrade() -> None:
    """Create the table, and fill it for the sellers there are."""
    op.create_table(
        "lazsa_seller_countries",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.Column("as_of", _DAY, nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lazsa_seller_countries_seller", "lazsa_seller_countries", ["seller", "id"])
    op.execute(_FROM_PATHS)
    op.execute(_FROM_FACTS)
    protect(op.get_bind(), "lazsa_seller_countries")
