"""The table of counted flows: how many moves of one kind a command or a chunk has made."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

flows = columns.append_only(
    "flows",
    columns.number(),
    columns.text("lifecycle"),
    columns.text("country"),
    columns.day("cycle_on", nullable=True),
    columns.text("timer", nullable=True),
    columns.instant("effective_at"),
    columns.text("trigger", nullable=True),
    columns.text("source", nullable=True),
    columns.text("dest"),
    columns.text("reason", nullable=True),
    sa.Column("moves", sa.Integer(), nullable=False),
    columns.instant("recorded_at"),
    sa.Index(
        "lazsa_flows_book",
        "country",
        "cycle_on",
        info={"where": "cycle_on IS NOT NULL"},
    ),
)
"""Rows are added, never changed: their sum counts the journal's rows, those without a trigger
included. ``cycle_on`` and ``timer`` name the timer whose outcome a row is. A path that changes its
country takes its earlier moves along, outside the books: a negative row, and a positive one."""
