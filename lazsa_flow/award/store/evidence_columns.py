"""The columns of the award's evidence, as its sources decode them; see :mod:`..evidence`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.evidence import FACTS, NOMINATIONS, PANEL
from lazsa_flow.store import schema

if TYPE_CHECKING:
    import sqlalchemy as sa

    from lazsa_flow.lifecycle.evidence import Source


def _columns(table: sa.Table, source: Source, *before: str) -> tuple[sa.Column[Any], ...]:
    return tuple(table.c[name] for name in (*before, *source.rows.columns))


SCORECARD_COLUMNS: Final = _columns(schema.scorecards, PANEL, "path_id", "id")
NOMINATION_COLUMNS: Final = _columns(schema.nominations, NOMINATIONS, "path_id", "id")
FACTS_COLUMNS: Final = _columns(schema.facts, FACTS, "as_of")
"""All but the first column, the number of a path."""
