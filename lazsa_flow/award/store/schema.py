"""The award's own tables, registered with those of :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns, schema_batches

facts = columns.append_only(
    "facts",
    columns.number(),
    columns.text("seller"),
    columns.text("country"),
    columns.day("as_of"),
    columns.day("joined_on", nullable=True),
    sa.Column("ncp_points", sa.Integer()),
    sa.Column("policy_compliant", sa.Boolean()),
    columns.text("gmv_usd", nullable=True),
    columns.text("gmv_rate", nullable=True),
    columns.text("chat_response_rate", nullable=True),
    columns.text("monthly_cancellation_rates", nullable=True),
    columns.text("retention_rate", nullable=True),
    sa.Column("is_lazstar", sa.Boolean()),
    columns.text("activities", nullable=True),
    columns.instant("recorded_at"),
    schema_batches.batch_number(),
    sa.Index("lazsa_facts_latest", "seller", "as_of", "recorded_at"),
    stamped=True,
    imported_in_parts=True,
)
"""Figures of sellers, as teams record and import them."""

nominations = columns.append_only(
    "nominations",
    columns.number(),
    columns.path_number(),
    columns.word("event", {"made", "completed", "withdrawn"}),
    columns.own_row("nomination_id", unless=("event", "made"), what="nomination"),
    columns.role("source"),
    columns.text("nominator"),
    sa.Column("complete", sa.Boolean(), nullable=False),
    sa.Column("text_id", sa.BigInteger()),
    columns.day("as_of"),
    columns.instant("recorded_at"),
    schema_batches.batch_number(),
    sa.Index("lazsa_nominations_path", "path_id"),
    stamped=True,
)
"""Nominations, and what became of them: each event is a row that names the first one."""

scorecards = columns.append_only(
    "scorecards",
    columns.number(),
    columns.path_number(),
    columns.day("cycle_on"),
    columns.text("reviewer"),
    columns.text("team"),
    columns.text("scores"),
    columns.text("reason", nullable=True),
    sa.Column("text_id", sa.BigInteger()),
    columns.day("as_of"),
    columns.instant("recorded_at"),
    columns.text("set_aside_by", nullable=True),
    schema_batches.batch_number(),
    sa.Index("lazsa_scorecards_round", "path_id", "cycle_on"),
    stamped=True,
)
"""Reviewers' cards; one without scores says why the reviewer stood back."""

announcements = columns.append_only(
    "announcements",
    columns.number(),
    columns.text("kind"),
    columns.text("audience"),
    columns.text("country", nullable=True),
    columns.text("title"),
    columns.text("body"),
    columns.text("link", nullable=True),
    columns.text("actor"),
    sa.Column("ambassadors", sa.Integer(), nullable=False),
    sa.Column("members", sa.Integer(), nullable=False),
    columns.instant("recorded_at"),
)
"""What teams and managers wrote to ambassadors and members, and for how many it was."""

seats = columns.append_only(
    "seats",
    columns.number(),
    columns.text("country"),
    columns.day("cycle_on"),
    columns.text("reviewer"),
    columns.text("team"),
    columns.text("actor"),
    columns.day("as_of"),
    columns.instant("recorded_at"),
    sa.Column("ended", sa.Boolean()),
    sa.Index("lazsa_seats_panel", "country", "cycle_on"),
)

conduct_bars = columns.append_only(
    "conduct_bars",
    columns.number(),
    columns.text("fingerprint"),
    columns.text("kind"),
    columns.text("name"),
    columns.text("value"),
    columns.text("reason", nullable=True),
    columns.text("actor"),
    columns.day("as_of"),
    columns.instant("recorded_at"),
    sa.Index("lazsa_conduct_bars_fingerprint", "fingerprint"),
)
"""What ended an erased seller's standing, under a keyed hash of their id."""
