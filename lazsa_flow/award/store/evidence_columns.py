"""The columns of the award's evidence, as its sources decode them, and facts as they are stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.award.evidence import NOMINATIONS, PANEL
from lazsa_flow.award.store import schema as award_tables

if TYPE_CHECKING:
    from decimal import Decimal

    import sqlalchemy as sa

    from lazsa_flow.award.evidence import StoredFacts
    from lazsa_flow.award.rules.facts import Facts
    from lazsa_flow.lifecycle.evidence import Source


def _columns(table: sa.Table, source: Source, *before: str) -> tuple[sa.Column[Any], ...]:
    return tuple(table.c[name] for name in (*before, *source.rows.columns))


SCORECARD_COLUMNS: Final = _columns(award_tables.scorecards, PANEL, "path_id", "id")
NOMINATION_COLUMNS: Final = _columns(award_tables.nominations, NOMINATIONS, "path_id", "id")
"""All but the first column, the number of a path."""


def stored_facts(facts: Facts) -> StoredFacts:
    """Write facts as they are stored, in the order of the table's columns."""

    def text(value: Decimal | None) -> str | None:
        return None if value is None else str(value)

    months = facts.monthly_cancellation_rates
    return (
        facts.seller,
        facts.country,
        facts.as_of.isoformat(),
        facts.joined_on and facts.joined_on.isoformat(),
        facts.ncp_points,
        facts.policy_compliant,
        text(facts.gmv_usd),
        text(facts.gmv_rate),
        text(facts.chat_response_rate),
        None if months is None else ";".join("" if m is None else str(m) for m in months),
        text(facts.retention_rate),
        facts.is_lazstar,
        None if facts.activities is None else ";".join(sorted(facts.activities)),
    )
