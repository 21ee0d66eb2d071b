"""Tables of requested commands; see :mod:`lazsa_flow.store.schema`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

requests = columns.append_only(
    "requests",
    columns.number(),
    columns.text("command"),
    columns.text("arguments"),
    columns.text("actor"),
    columns.text("actor_country", nullable=True),
    columns.text("actor_team", nullable=True),
    columns.text("rules"),
    columns.text("release"),
    columns.instant("recorded_at"),
)
"""Commands that one person asked for, with their arguments as JSON, for another to approve."""

request_ends = columns.append_only(
    "request_ends",
    sa.Column(
        "request_id",
        sa.BigInteger(),
        sa.ForeignKey("lazsa_requests.id"),
        primary_key=True,
        autoincrement=False,
    ),
    columns.word("outcome", ("carried_out", "refused", "withdrawn")),
    columns.text("actor"),
    columns.text("reason"),
    columns.instant("recorded_at"),
)
"""How each request ended: one row, so that it is carried out, refused or withdrawn once."""
