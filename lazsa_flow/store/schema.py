"""What tables are there, and what does a row of each mean?

All are prefixed ``lazsa_``, for they live in hosts' databases. Instants are text of one fixed
width in UTC (``2026-10-01T00:00:00.000000Z``), dates are ``YYYY-MM-DD``, decimals are text as they
came: texts sort as the values do and read the same on both stores, and the journal's hashes are
made of the very bytes that stand here. The tables of :data:`APPEND_ONLY` are held by triggers. Free
text and contact data stand in ``lazsa_texts`` alone, which can be erased; others refer to it by id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.store.column_types import Day, Instant

if TYPE_CHECKING:
    from datetime import date, datetime

APPEND_ONLY: Final = (
    "lazsa_facts",
    "lazsa_nominations",
    "lazsa_scorecards",
    "lazsa_records",
    "lazsa_journal",
    "lazsa_deliveries",
    "lazsa_closed_books",
    "lazsa_seats",
    "lazsa_conduct_bars",
)
"""Held by triggers of :mod:`lazsa_flow.store.append_only`; a migration that adds one adds them."""


METADATA: Final = sa.MetaData()

PATH_ID: Final = sa.Sequence("lazsa_path_id")
"""Numbers of paths on PostgreSQL; on SQLite, with one writer, the next is the largest plus one."""


def _table(name: str, *items: Any, **options: Any) -> sa.Table:
    return sa.Table(f"lazsa_{name}", METADATA, *items, **options)


def _id() -> sa.Column[int]:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", big, primary_key=True, autoincrement=True)


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), **{"nullable": False, **options})


def _instant(name: str, **options: Any) -> sa.Column[datetime]:
    return sa.Column(name, Instant(), **{"nullable": False, **options})


def _day(name: str, **options: Any) -> sa.Column[date]:
    return sa.Column(name, Day(), **{"nullable": False, **options})


def _path_id(**options: Any) -> sa.Column[int]:
    key = sa.ForeignKey("lazsa_paths.id")
    return sa.Column("path_id", sa.BigInteger(), key, **{"nullable": False, **options})


policies = _table(
    "policies",
    _text("lifecycle", primary_key=True),
    _text("version", primary_key=True),
    _text("text"),
    _text("sha256"),
    _instant("in_force_from"),
    _instant("released_at"),
    _text("released_by", nullable=True),
)
"""Policy versions; ``released_by`` is unknown of those stored before the column was there."""

countries = _table(
    "countries",
    _text("code", primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
    _text("text"),
    _text("sha256"),
    _instant("in_force_from"),
    _instant("released_at"),
    _text("released_by"),
)
"""Versions of each country's configuration, numbered from 1; the last one is in force."""

suspensions = _table(
    "suspensions",
    _text("country", primary_key=True),
    _day("cycle_on", primary_key=True),
    _text("actor"),
    _instant("recorded_at"),
)

pauses = _table(
    "pauses",
    _id(),
    _text("country", nullable=True),
    _day("cycle_on", nullable=True),
    _text("reason"),
    _text("actor"),
    _instant("recorded_at"),
    _text("lifted_by", nullable=True),
    _text("lifted_reason", nullable=True),
    _instant("lifted_at", nullable=True),
)
"""Pauses of everything, a country, a cycle date, or both; in force until they are lifted."""

lifecycles = _table(
    "lifecycles",
    _text("lifecycle", primary_key=True),
    _text("digest"),
    _text("content"),
    _instant("recorded_at"),
)
"""The table of each lifecycle that this database is run by, as canonical JSON, with its digest."""

paths = _table(
    "paths",
    sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
    _text("lifecycle"),
    _text("subject"),
    _text("country"),
    _text("state"),
    sa.Column("seq", sa.Integer(), nullable=False),
    _text("head"),
    _day("cycle_on", nullable=True),
    _instant("opened_at"),
    _instant("entered_at"),
    sa.Column("parked", sa.Boolean(), nullable=False),
    _text("spans"),
    _text("data"),
    _instant("recorded_at"),
    sa.Index("lazsa_paths_subject", "subject"),
)

slots = _table(
    "slots",
    _text("lifecycle", primary_key=True),
    _text("subject", primary_key=True),
    _path_id(),
)

claims = _table(
    "claims",
    _text("scope", primary_key=True),
    _text("key", primary_key=True),
    _path_id(),
)

facts = _table(
    "facts",
    _id(),
    _text("seller"),
    _text("country"),
    _day("as_of"),
    _day("joined_on", nullable=True),
    sa.Column("ncp_points", sa.Integer()),
    sa.Column("policy_compliant", sa.Boolean()),
    _text("gmv_usd", nullable=True),
    _text("gmv_rate", nullable=True),
    _text("chat_response_rate", nullable=True),
    _text("monthly_cancellation_rates", nullable=True),
    _text("retention_rate", nullable=True),
    sa.Column("is_lazstar", sa.Boolean()),
    _text("activities", nullable=True),
    _instant("recorded_at"),
    sa.Index("lazsa_facts_latest", "seller", "as_of", "recorded_at"),
)

texts = _table(
    "texts",
    _id(),
    _text("subject"),
    _text("author"),
    _text("kind"),
    _text("body"),
    sa.Column("path_id", sa.BigInteger()),
    _day("keep_until", nullable=True),
    _instant("recorded_at"),
    sa.Index("lazsa_texts_subject", "subject"),
    sa.Index("lazsa_texts_author", "author"),
)

nominations = _table(
    "nominations",
    _id(),
    _path_id(),
    _text("event"),
    sa.Column("nomination_id", sa.BigInteger()),
    _text("source"),
    _text("nominator"),
    sa.Column("complete", sa.Boolean(), nullable=False),
    sa.Column("text_id", sa.BigInteger()),
    _day("as_of"),
    _instant("recorded_at"),
    sa.Index("lazsa_nominations_path", "path_id"),
)

scorecards = _table(
    "scorecards",
    _id(),
    _path_id(),
    _day("cycle_on"),
    _text("reviewer"),
    _text("team"),
    _text("scores"),
    _text("reason", nullable=True),
    sa.Column("text_id", sa.BigInteger()),
    _day("as_of"),
    _instant("recorded_at"),
    sa.Index("lazsa_scorecards_round", "path_id", "cycle_on"),
)

records = _table(
    "records",
    _id(),
    _text("subject"),
    _text("kind"),
    _text("name"),
    _text("value"),
    _text("reason", nullable=True),
    _text("actor"),
    _day("as_of"),
    _instant("recorded_at"),
    sa.Index("lazsa_records_subject", "subject"),
)

timers = _table(
    "timers",
    _path_id(primary_key=True),
    _text("name", primary_key=True),
    _instant("due_at", primary_key=True),
    _day("due_on"),
    _text("zone"),
    _text("country"),
    _day("book_on"),
    sa.Column("decides", sa.Boolean(), nullable=False),
    _text("status"),
    sa.Column("seq", sa.Integer()),
    sa.Index(
        "lazsa_timers_due",
        "due_at",
        "country",
        "path_id",
        sqlite_where=sa.text("status = 'pending'"),
        postgresql_where=sa.text("status = 'pending'"),
    ),
    sa.Index("lazsa_timers_book", "country", "book_on"),
)

PENDING: Final = timers.c.status == sa.literal_column("'pending'")
"""Said with a literal, so that every plan sees that the index of what is pending fits."""

failures = _table(
    "failures",
    _path_id(primary_key=True),
    _text("timer"),
    _instant("due_at"),
    _text("error"),
    sa.Column("attempts", sa.Integer(), nullable=False),
    _instant("failed_at"),
    _instant("retry_at", nullable=True),
)
"""Paths that are set aside; the row goes with the first attempt that succeeds."""

journal = _table(
    "journal",
    _path_id(primary_key=True),
    sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
    _instant("effective_at"),
    _instant("recorded_at"),
    _text("trigger", nullable=True),
    _text("source", nullable=True),
    _text("dest"),
    _text("actor"),
    _text("reason", nullable=True),
    _text("policy"),
    _day("facts_as_of", nullable=True),
    _text("verdicts"),
    _text("prev_hash"),
    _text("hash"),
)

outbox = _table(
    "outbox",
    _text("key", primary_key=True),
    _path_id(),
    sa.Column("seq", sa.Integer(), nullable=False),
    _text("kind"),
    _text("recipient"),
    _day("cycle_on", nullable=True),
    _instant("created_at"),
    _instant("next_at"),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("parked", sa.Boolean(), nullable=False),
    _text("error", nullable=True),
    sa.Index("lazsa_outbox_next", "parked", "next_at"),
    sqlite_with_rowid=False,
)

heartbeats = _table(
    "heartbeats",
    _text("process", primary_key=True),
    _instant("seen_at"),
    sqlite_with_rowid=False,
)

deliveries = _table(
    "deliveries",
    _text("key", primary_key=True),
    _path_id(),
    _text("kind"),
    _text("recipient"),
    _text("country"),
    _text("channel"),
    _instant("recorded_at"),
    sqlite_with_rowid=False,
)

keys = _table(
    "keys",
    _text("key", primary_key=True),
    _text("request"),
    _text("result"),
    _instant("recorded_at"),
)

closed_books = _table(
    "closed_books",
    _text("country", primary_key=True),
    _day("cycle_on", primary_key=True),
    sa.Column("due", sa.Integer(), nullable=False),
    sa.Column("moved", sa.Integer(), nullable=False),
    sa.Column("refused", sa.Integer(), nullable=False),
    _text("actor"),
    _instant("recorded_at"),
)

seats = _table(
    "seats",
    _id(),
    _text("country"),
    _day("cycle_on"),
    _text("reviewer"),
    _text("team"),
    _text("actor"),
    _day("as_of"),
    _instant("recorded_at"),
    sa.Index("lazsa_seats_panel", "country", "cycle_on"),
)

conduct_bars = _table(
    "conduct_bars",
    _id(),
    _text("fingerprint"),
    _text("kind"),
    _text("name"),
    _text("value"),
    _text("reason", nullable=True),
    _text("actor"),
    _day("as_of"),
    _instant("recorded_at"),
    sa.Index("lazsa_conduct_bars_fingerprint", "fingerprint"),
)
"""What ended an erased seller's standing, under a keyed hash of their id."""

erasures = _table(
    "erasures",
    _text("keyed_by", primary_key=True),
    _text("fingerprint", primary_key=True),
    _instant("recorded_at"),
)
"""Who was erased: a keyed hash of the id, and what it is keyed by."""
