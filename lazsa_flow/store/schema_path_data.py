"""The table of what people hand over with triggers; see :mod:`lazsa_flow.lifecycle.path_data`."""

from __future__ import annotations

import sqlalchemy as sa

from lazsa_flow.store import columns

path_data = columns.append_only(
    "path_data",
    columns.path_number(primary_key=True),
    sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
    columns.text("trigger"),
    columns.text("fields"),
    columns.text("digest"),
    columns.text("personal_digest", nullable=True),
    sa.Column("text_id", sa.BigInteger()),
    columns.instant("recorded_at"),
)
"""One row for each move that brought data, under the number of its journal row. ``fields`` is
canonical JSON; personal fields stand in ``lazsa_texts`` by ``text_id`` until they are erased."""
