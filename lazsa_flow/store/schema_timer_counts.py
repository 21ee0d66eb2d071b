"""The table of counted timers: how many that decide pend, by place, date and name."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

timer_counts = columns.table(
    "timer_counts",
    columns.number(),
    columns.text("lifecycle"),
    columns.text("country"),
    columns.text("state"),
    columns.day("due_on"),
    columns.text("name"),
    sa.Column("timers", sa.Integer(), nullable=False),
)
"""Rows are added, and now and then many are replaced by their sums. ``country`` is the timer's,
``state`` that of its path; the sum of ``timers`` is how many pend."""
