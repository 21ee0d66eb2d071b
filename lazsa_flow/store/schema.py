"""The schema: which tables there are, and what a row of each means.

All are prefixed ``lazsa_``, for they live in hosts' databases. Instants are text of one fixed
width in UTC (``2026-10-01T00:00:00.000000Z``), dates are ``YYYY-MM-DD``, decimals are text as they
came: texts sort as the values do and read the same on both stores, and the journal's hashes are
made of the very bytes that stand here. Append-only tables are held by triggers. Free text
and contact data stand in ``lazsa_texts`` alone, which can be erased; others refer to it by id.

Migrations make the tables. What one database alone is told, such as the rows of a partial index,
stands in ``info``: an option of a dialect's would load the dialects of both at every start.
"""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

from lazsa_flow.store import (
    columns,
    schema_batches,
    schema_books,
    schema_erased,
    schema_flows,
    schema_night_reminders,
    schema_nights,
    schema_path_data,
    schema_path_numbers,
    schema_requests,
    schema_subjects,
    schema_timer_counts,
    suspension_tables,
)

METADATA: Final = columns.METADATA
batches: Final = schema_batches.batches
open_imports: Final = schema_batches.open_imports
subject_countries: Final = schema_subjects.subject_countries
subject_merges: Final = schema_subjects.subject_merges
subject_aliases: Final = schema_subjects.subject_aliases
closed_books: Final = schema_books.closed_books
erasures: Final = schema_erased.erasures
identity: Final = schema_nights.identity
rehearsals: Final = schema_nights.rehearsals
approvals: Final = schema_nights.approvals
night_reminders: Final = schema_night_reminders.night_reminders
requests: Final = schema_requests.requests
request_ends: Final = schema_requests.request_ends
night_rules: Final = schema_nights.night_rules
night_runs: Final = schema_nights.night_runs
night_findings: Final = schema_nights.night_findings
flows: Final = schema_flows.flows
timer_counts: Final = schema_timer_counts.timer_counts
path_buckets: Final = schema_path_numbers.path_buckets
path_data: Final = schema_path_data.path_data
suspensions: Final = suspension_tables.suspensions
lifted_suspensions: Final = suspension_tables.lifted_suspensions
PATH_ID: Final = sa.Sequence("lazsa_path_id")
"""Numbers of paths on PostgreSQL; see :mod:`lazsa_flow.store.path_numbers`."""

policies = columns.table(
    "policies",
    columns.text("lifecycle", primary_key=True),
    columns.text("version", primary_key=True),
    columns.text("text"),
    columns.text("sha256"),
    columns.instant("in_force_from"),
    columns.instant("released_at"),
    columns.text("released_by", nullable=True),
)
"""Policy versions; ``released_by`` is unknown of those stored before the column was there."""

countries = columns.table(
    "countries",
    columns.text("code", primary_key=True),
    sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
    columns.text("text"),
    columns.text("sha256"),
    columns.instant("in_force_from"),
    columns.instant("released_at"),
    columns.text("released_by"),
)
"""Versions of each country's configuration, numbered from 1; the last one is in force."""

pauses = columns.table(
    "pauses",
    columns.number(),
    columns.text("country", nullable=True),
    columns.day("cycle_on", nullable=True),
    columns.text("reason"),
    columns.text("actor"),
    columns.instant("recorded_at"),
    columns.text("lifted_by", nullable=True),
    columns.text("lifted_reason", nullable=True),
    columns.instant("lifted_at", nullable=True),
)
"""Pauses of everything, a country, a cycle date, or both; in force until they are lifted."""

lifecycles = columns.table(
    "lifecycles",
    columns.text("lifecycle", primary_key=True),
    columns.text("digest"),
    columns.text("content"),
    columns.instant("recorded_at"),
)
"""The table of each lifecycle that this database is run by, as canonical JSON, with its digest."""

paths = columns.table(
    "paths",
    sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
    columns.text("lifecycle"),
    columns.text("subject"),
    columns.text("country"),
    columns.text("state"),
    sa.Column("seq", sa.Integer(), nullable=False),
    columns.text("head"),
    columns.day("cycle_on", nullable=True),
    columns.instant("opened_at"),
    columns.instant("entered_at"),
    sa.Column("parked", sa.Boolean(), nullable=False),
    columns.text("spans"),
    columns.text("data"),
    columns.instant("recorded_at"),
    sa.Index("lazsa_paths_subject", "subject"),
    sa.Index("lazsa_paths_listed", "country", "state", "cycle_on", "id"),
    sa.Index("lazsa_paths_entered", "lifecycle", "country", "state", "entered_at", "id"),
)

slots = columns.table(
    "slots",
    columns.text("lifecycle", primary_key=True),
    columns.text("subject", primary_key=True),
    columns.path_number(),
)

claims = columns.table(
    "claims",
    columns.text("scope", primary_key=True),
    columns.text("key", primary_key=True),
    columns.path_number(),
)

texts = columns.table(
    "texts",
    columns.number(),
    columns.text("subject"),
    columns.text("author"),
    columns.text("kind"),
    columns.text("body"),
    sa.Column("path_id", sa.BigInteger()),
    columns.day("keep_until", nullable=True),
    columns.instant("recorded_at"),
    schema_batches.batch_number(),
    sa.Index("lazsa_texts_subject", "subject"),
    sa.Index("lazsa_texts_author", "author"),
)

records = columns.append_only(
    "records",
    columns.number(),
    columns.text("subject"),
    columns.text("kind"),
    columns.text("name"),
    columns.text("value"),
    columns.text("reason", nullable=True),
    columns.text("actor"),
    columns.day("as_of"),
    columns.instant("recorded_at"),
    sa.Index("lazsa_records_subject", "subject"),
    sa.Index(
        "lazsa_records_kind",
        "kind",
        "id",
        info={"where": "name <> ''"},
    ),
    sa.Index("lazsa_records_unnamed", "kind", "id", info={"where": "name = ''"}),
    stamped=True,
)

timers = columns.table(
    "timers",
    columns.path_number(primary_key=True),
    columns.text("name", primary_key=True),
    columns.instant("due_at", primary_key=True),
    columns.day("due_on"),
    columns.text("zone"),
    columns.text("country"),
    columns.day("book_on"),
    sa.Column("decides", sa.Boolean(), nullable=False),
    columns.text("status"),
    sa.Column("seq", sa.Integer()),
    sa.Index(
        "lazsa_timers_due",
        "due_at",
        "country",
        "path_id",
        info={"where": "status = 'pending'"},
    ),
    sa.Index("lazsa_timers_book", "country", "book_on"),
    sa.Index(
        "lazsa_timers_parked",
        "country",
        "book_on",
        info={"where": "status = 'parked'"},
    ),
)

PENDING: Final = timers.c.status == sa.literal_column("'pending'")
PARKED: Final = timers.c.status == sa.literal_column("'parked'")
"""Said with a literal, so that every plan sees that the index of what is so fits."""


def is_pending(table: Any) -> sa.ColumnElement[bool]:
    """Return the condition that a timer is pending, for timers that are looked up by path.

    The index of pending timers does not answer a CASE. Without statistics PostgreSQL expects few
    pending timers, and would read all of them for each path; of a CASE it expects half the rows.

    Args:
        table: The timers, or an alias of them.
    """
    pending = table.c.status == sa.literal_column("'pending'")
    return sa.case((pending, sa.true()), else_=sa.false())


def hide_from_index(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    """Return a column's text as an expression that no index answers.

    Use it where the planner would otherwise read a whole index.
    """
    return sa.type_coerce(column, sa.Text()).concat(sa.literal_column("''"))


failures = columns.table(
    "failures",
    columns.path_number(primary_key=True),
    columns.text("timer"),
    columns.instant("due_at"),
    columns.text("error"),
    sa.Column("attempts", sa.Integer(), nullable=False),
    columns.instant("failed_at"),
    columns.instant("retry_at", nullable=True),
)
"""Paths that are set aside; the row goes with the first attempt that succeeds."""

journal = columns.append_only(
    "journal",
    columns.path_number(primary_key=True),
    sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
    columns.instant("effective_at"),
    columns.instant("recorded_at"),
    columns.text("trigger", nullable=True),
    columns.text("source", nullable=True),
    columns.text("dest"),
    columns.text("actor"),
    columns.text("reason", nullable=True),
    columns.text("policy"),
    columns.day("facts_as_of", nullable=True),
    columns.text("verdicts"),
    columns.text("prev_hash"),
    columns.text("hash"),
    columns.text("data_digest", nullable=True),
    stamped=True,
)

outbox = columns.table(
    "outbox",
    columns.text("key", primary_key=True),
    columns.path_number(),
    sa.Column("seq", sa.Integer(), nullable=False),
    columns.text("kind"),
    columns.text("recipient"),
    columns.day("cycle_on", nullable=True),
    columns.instant("created_at"),
    columns.instant("next_at"),
    sa.Column("attempts", sa.Integer(), nullable=False),
    sa.Column("parked", sa.Boolean(), nullable=False),
    columns.text("error", nullable=True),
    sa.Index("lazsa_outbox_next", "parked", "next_at", "key"),
    has_rowid=False,
)

heartbeats = columns.table(
    "heartbeats",
    columns.text("process", primary_key=True),
    columns.instant("seen_at"),
    has_rowid=False,
)

deliveries = columns.append_only(
    "deliveries",
    columns.text("key", primary_key=True),
    columns.path_number(),
    columns.text("kind"),
    columns.text("recipient"),
    columns.text("country"),
    columns.text("channel"),
    columns.instant("recorded_at"),
    sa.Index("lazsa_deliveries_recorded", "recorded_at", "key"),
    sa.Index("lazsa_deliveries_path", "path_id"),
    has_rowid=False,
)

keys = columns.table(
    "keys",
    columns.text("key", primary_key=True),
    columns.text("request"),
    columns.text("result"),
    columns.instant("recorded_at"),
)
