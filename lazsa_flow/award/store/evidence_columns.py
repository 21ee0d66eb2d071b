"""The columns of the award's evidence, as its sources decode them, and facts as a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.evidence import FACTS, NOMINATIONS, PANEL
from lazsa_flow.store import schema

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    import sqlalchemy as sa

    from lazsa_flow.award.rules.facts import Facts
    from lazsa_flow.lifecycle.evidence import Source


def _columns(table: sa.Table, source: Source, *before: str) -> tuple[sa.Column[Any], ...]:
    return tuple(table.c[name] for name in (*before, *source.rows.columns))


SCORECARD_COLUMNS: Final = _columns(schema.scorecards, PANEL, "path_id", "id")
NOMINATION_COLUMNS: Final = _columns(schema.nominations, NOMINATIONS, "path_id", "id")
FACTS_COLUMNS: Final = _columns(schema.facts, FACTS, "as_of")
"""All but the first column, the number of a path."""


def facts_row(facts: Facts, recorded_at: datetime) -> dict[str, Any]:
    """Write facts as a row."""

    def text(value: Decimal | None) -> str | None:
        return None if value is None else str(value)

    months = facts.monthly_cancellation_rates
    return {
        "seller": facts.seller,
        "country": facts.country,
        "as_of": facts.as_of,
        "joined_on": facts.joined_on,
        "ncp_points": facts.ncp_points,
        "policy_compliant": facts.policy_compliant,
        "gmv_usd": text(facts.gmv_usd),
        "gmv_rate": text(facts.gmv_rate),
        "chat_response_rate": text(facts.chat_response_rate),
        "monthly_cancellation_rates": (
            None if months is None else ";".join("" if m is None else str(m) for m in months)
        ),
        "retention_rate": text(facts.retention_rate),
        "is_lazstar": facts.is_lazstar,
        "activities": None if facts.activities is None else ";".join(sorted(facts.activities)),
        "recorded_at": recorded_at,
    }
