"""The first schema: paths, evidence, timers, journal, outbox, keys, policies, texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INSTANT = sa.String(27).with_variant(sa.String(27, collation="C"), "postgresql")
_DAY = sa.String(10).with_variant(sa.String(10, collation="C"), "postgresql")
_APPEND_ONLY = (
    "lazsa_facts",
    "lazsa_nominations",
    "lazsa_scorecards",
    "lazsa_records",
    "lazsa_journal",
    "lazsa_deliveries",
)


def upgrade() -> None:
    """Create every table, and the triggers that keep the append-only ones so."""
    op.create_table(
        "lazsa_facts",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("seller", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("as_of", _DAY, nullable=False),
        sa.Column("joined_on", _DAY, nullable=True),
        sa.Column("ncp_points", sa.Integer(), nullable=True),
        sa.Column("policy_compliant", sa.Boolean(), nullable=True),
        sa.Column("gmv_usd", sa.Text(), nullable=True),
        sa.Column("gmv_rate", sa.Text(), nullable=True),
        sa.Column("chat_response_rate", sa.Text(), nullable=True),
        sa.Column("monthly_cancellation_rates", sa.Text(), nullable=True),
        sa.Column("retention_rate", sa.Text(), nullable=True),
        sa.Column("is_lazstar", sa.Boolean(), nullable=True),
        sa.Column("activities", sa.Text(), nullable=True),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "lazsa_facts_latest", "lazsa_facts", ["seller", "as_of", "recorded_at"], unique=False
    )
    op.create_table(
        "lazsa_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "lazsa_suspensions",
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("cycle_on", _DAY, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("country", "cycle_on"),
    )
    op.create_table(
        "lazsa_paths",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lifecycle", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("cycle_on", _DAY, nullable=True),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("entered_at", _INSTANT, nullable=False),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.Column("spans", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lazsa_paths_subject", "lazsa_paths", ["subject"], unique=False)
    op.create_table(
        "lazsa_policies",
        sa.Column("lifecycle", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("in_force_from", _INSTANT, nullable=False),
        sa.Column("released_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("lifecycle", "version"),
    )
    op.create_table(
        "lazsa_records",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("as_of", _DAY, nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lazsa_records_subject", "lazsa_records", ["subject"], unique=False)
    op.create_table(
        "lazsa_texts",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("path_id", sa.BigInteger(), nullable=True),
        sa.Column("keep_until", _DAY, nullable=True),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lazsa_texts_author", "lazsa_texts", ["author"], unique=False)
    op.create_index("lazsa_texts_subject", "lazsa_texts", ["subject"], unique=False)
    op.create_table(
        "lazsa_claims",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("path_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["path_id"],
            ["lazsa_paths.id"],
        ),
        sa.PrimaryKeyConstraint("scope", "key"),
    )
    op.create_table(
        "lazsa_journal",
        sa.Column("path_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("effective_at", _INSTANT, nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.Column("trigger", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("dest", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("facts_as_of", _DAY, nullable=True),
        sa.Column("verdicts", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["path_id"],
            ["lazsa_paths.id"],
        ),
        sa.PrimaryKeyConstraint("path_id", "seq"),
    )
    op.create_table(
        "lazsa_nominations",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("path_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("nomination_id", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("nominator", sa.Text(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("text_id", sa.BigInteger(), nullable=True),
        sa.Column("as_of", _DAY, nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["path_id"],
            ["lazsa_paths.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("lazsa_nominations_path", "lazsa_nominations", ["path_id"], unique=False)
    op.create_table(
        "lazsa_outbox",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("path_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("cycle_on", _DAY, nullable=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("next_at", _INSTANT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["path_id"],
            ["lazsa_paths.id"],
        ),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("lazsa_outbox_next", "lazsa_outbox", ["parked", "next_at"], unique=False)
    op.create_table(
        "lazsa_deliveries",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("path_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["path_id"],
            ["lazsa_paths.id"],
        ),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lazsa_scorecards",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("path_id", sa.BigInteger(), nullable=False),
        sa.Column("cycle_on", _DAY, nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("team", sa.Text(), nullable=False),
        sa.Column("scores", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("text_id", sa.BigInteger(), nullable=True),
        sa.Column("as_of", _DAY, nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["path_id"],
            ["lazsa_paths.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "lazsa_scorecards_round", "lazsa_scorecards", ["path_id", "cycle_on"], unique=False
    )
    op.create_table(
        "lazsa_slots",
        sa.Column("lifecycle", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("path_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["path_id"],
            ["lazsa_paths.id"],
        ),
        sa.PrimaryKeyConstraint("lifecycle", "subject"),
    )
    op.create_table(
        "lazsa_timers",
        sa.Column("path_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("due_on", _DAY, nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("book_on", _DAY, nullable=False),
        sa.Column("decides", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["path_id"],
            ["lazsa_paths.id"],
        ),
        sa.PrimaryKeyConstraint("path_id", "name", "due_at"),
    )
    op.create_table(
        "lazsa_failures",
        sa.Column("path_id", sa.BigInteger(), nullable=False),
        sa.Column("timer", sa.Text(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_at", _INSTANT, nullable=False),
        sa.Column("retry_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["path_id"],
            ["lazsa_paths.id"],
        ),
        sa.PrimaryKeyConstraint("path_id"),
    )
    op.create_index("lazsa_timers_book", "lazsa_timers", ["country", "book_on"], unique=False)
    op.create_index(
        "lazsa_timers_due",
        "lazsa_timers",
        ["due_at", "country", "path_id"],
        unique=False,
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(sa.schema.CreateSequence(sa.Sequence("lazsa_path_id")))
    for table in _APPEND_ONLY:
        _append_only(table)


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
        )
        return
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
        )
