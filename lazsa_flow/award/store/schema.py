"""The award's own tables, registered with those of :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

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
