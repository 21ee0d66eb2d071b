"""Tables of saved rehearsals, approvals and nights; see :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.engine.night_run import COUNTS, PHASES
from lazsa_flow.store import columns

identity = columns.append_only(
    "identity",
    columns.text("database_id", primary_key=True),
    columns.instant("recorded_at"),
)
"""One row, from the first saved rehearsal on: what tells this database from every other one."""

rehearsals = columns.append_only(
    "rehearsals",
    columns.text("name", primary_key=True),
    columns.day("cycle_on"),
    columns.instant("asked_at"),
    columns.text("country", nullable=True),
    columns.text("conditions"),
    columns.text("database_id"),
    columns.text("rules"),
    columns.text("outcomes"),
    columns.text("sha256"),
    columns.text("actor"),
    columns.instant("recorded_at"),
    sa.Column("paths", sa.Integer(), nullable=True),
)
"""Saved rehearsals: what was asked, by which rules, and the outcome of each path as JSON.

``paths`` counts the outcomes, which are long; lists show the count and do not read them.
"""

approvals = columns.append_only(
    "approvals",
    columns.number(),
    columns.text("command"),
    columns.text("about"),
    columns.text("digest"),
    columns.text("actor"),
    columns.instant("recorded_at"),
)
"""Who has approved what: a command, what it is about, and the digest of all that it would do."""

night_rules = columns.append_only(
    "night_rules",
    columns.number(),
    sa.Column("required", sa.Boolean(), nullable=False),
    columns.text("via"),
    columns.instant("recorded_at"),
)
"""Whether cycle dates wait for approval and start: the last row holds, for every process.

``via`` tells through what the process worked whose configuration says so.
"""

night_runs = columns.table(
    "night_runs",
    columns.number(),
    columns.text("name"),
    columns.day("cycle_on"),
    columns.text("country", nullable=True),
    columns.text("sha256"),
    columns.instant("saved_at"),
    columns.text("countries"),
    columns.word("phase", PHASES),
    sa.Column("canary", sa.Integer(), nullable=False),
    sa.Column("rate", sa.Integer(), nullable=True),
    sa.Column("differs", sa.Integer(), nullable=False),
    *(sa.Column(name, sa.BigInteger(), nullable=False) for name in COUNTS),
    columns.instant("next_at", nullable=True),
    columns.text("actor"),
    columns.instant("recorded_at"),
    columns.instant("ended_at", nullable=True),
)
"""Nights that were started: the permission for a date, its pace, and how far it has got.

``countries`` has, as JSON, when the date begins in each country and how many paths have moved.
"""

night_findings = columns.append_only(
    "night_findings",
    columns.number(),
    sa.Column("run_id", sa.BigInteger(), sa.ForeignKey("lazsa_night_runs.id"), nullable=False),
    columns.path_number(),
    sa.Column("seq", sa.Integer(), nullable=True),
    sa.Column("changed", sa.Boolean(), nullable=False),
    columns.text("foreseen", nullable=True),
    columns.text("foreseen_state", nullable=True),
    columns.text("outcome"),
    columns.text("state"),
    columns.instant("recorded_at"),
    sa.Index("lazsa_night_findings_run", "run_id", "id"),
)
"""Paths whose outcome in a night is another than the approved rehearsal foretells."""
