"""Tables of saved rehearsals and of approvals; see :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

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
)
"""Saved rehearsals: what was asked, by which rules, and the outcome of each path as JSON."""

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
