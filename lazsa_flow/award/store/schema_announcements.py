"""The table of announcements; see :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

announcements = columns.table(
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
