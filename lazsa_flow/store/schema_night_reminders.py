"""Table of reminders of nights; see :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

night_reminders = columns.append_only(
    "night_reminders",
    columns.day("cycle_on", primary_key=True),
    sa.Column("days", sa.Integer(), primary_key=True, autoincrement=False),
    columns.text("country", primary_key=True),
    columns.text("recipient", primary_key=True),
    columns.instant("recorded_at"),
)
"""Who was notified, how many days before a cycle date, that nobody has approved it: once each."""
