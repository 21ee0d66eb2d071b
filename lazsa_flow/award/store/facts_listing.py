"""Lists of paths and sellers with the state of each seller's facts, along an index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.award.store.schema import facts as facts_table
from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Day
from lazsa_flow.store.listing import CURRENT, INCOMPLETE, MISSING, PATH_COLUMNS, STALE, Listing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lazsa_flow.store.listing import FactsAge

ASKED: Final = (
    *("joined_on", "ncp_points", "policy_compliant", "gmv_rate", "chat_response_rate"),
    *("monthly_cancellation_rates", "is_lazstar"),
)
"""The figures that the bars ask for."""
_AS_OF: Final = sa.type_coerce(facts_table.c.as_of, Day()).label("facts_as_of")
_UNKNOWN: Final = tuple(facts_table.c[name].is_(None).label(f"no_{name}") for name in ASKED)


class FactsListing(Listing):
    """Lists of paths and sellers, as of one transaction."""

    def count_sellers(self) -> int:
        """Count the sellers whose facts are known."""
        seller, aliases = facts_table.c.seller, sa.select(schema.subject_aliases.c.alias)
        query = sa.select(sa.func.count(sa.distinct(seller))).where(seller.not_in(aliases))
        return self._connection.scalar(query) or 0

    def subjects(
        self,
        countries: Sequence[str],
        lifecycle: str,
        age: FactsAge,
        *,
        facts: Sequence[str],
        without_path: bool,
        after: str | None,
        limit: int,
    ) -> list[dict[str, Any]]:
        """Return subjects whose country is on record, with their latest path of a lifecycle."""
        known, paths = schema.subject_countries, schema.paths
        later = known.alias()
        other = paths.alias("other")
        newest = (
            sa.select(sa.func.max(other.c.id))
            .where(other.c.subject == known.c.subject, other.c.lifecycle == lifecycle)
            .correlate(known)
            .scalar_subquery()
        )
        moved = sa.select(later.c.id).where(
            later.c.subject == known.c.subject, later.c.id > known.c.id
        )
        aliases = schema.subject_aliases
        merged = sa.select(aliases.c.alias).where(aliases.c.alias == known.c.subject)
        latest = _latest_facts(known.c.subject, sa.literal(age.today, Day()), known)
        table = facts_table
        status = _select_status(table.c.as_of < age.since)
        query = (
            sa.select(known.c.subject.label("subject"), known.c.country)
            .select_from(
                known.outerjoin(paths, paths.c.id == newest).outerjoin(table, table.c.id == latest)
            )
            .add_columns(*PATH_COLUMNS, _AS_OF, status.label("facts"))
            .where(known.c.country.in_(list(countries)), known.c.subject > (after or ""))
            .where(~moved.correlate(known).exists(), ~merged.correlate(known).exists())
            .order_by(known.c.subject)
            .limit(limit)
        )
        if facts:
            query = query.where(status.in_(list(facts)))
        if without_path:
            query = query.where(paths.c.id.is_(None))
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def _add_facts(self, query: sa.Select[Any], source: Any, age: FactsAge) -> sa.Select[Any]:
        """Add how the facts of each path's seller are on the date judged."""
        table = schema.paths
        judged_on = sa.func.coalesce(table.c.cycle_on, sa.literal(age.today, Day()))
        latest = _latest_facts(table.c.subject, judged_on, table)
        return query.add_columns(_AS_OF, _status_of(age).label("facts"), *_UNKNOWN).select_from(
            source.outerjoin(facts_table, facts_table.c.id == latest)
        )

    def _facts_are(self, wanted: Sequence[str], age: FactsAge) -> sa.ColumnElement[bool]:
        """Say that the facts of a path's seller are one of these."""
        found: sa.ColumnElement[bool] = _status_of(age).in_(list(wanted))
        return found


def _status_of(age: FactsAge) -> Any:
    return _select_status(facts_table.c.as_of < _select_oldest(age))


def _latest_facts(subject: Any, judged_on: Any, outer: sa.Table) -> Any:
    """Select the number of a subject's latest facts that are dated no later than a date.

    Those of an id that was merged count where there are none of the id that holds.
    """
    dated, aliases = facts_table.alias("dated"), schema.subject_aliases.alias("merged")
    latest = (
        sa.select(dated.c.id)
        .order_by(dated.c.as_of.desc(), dated.c.recorded_at.desc(), dated.c.id.desc())
        .where(dated.c.as_of <= judged_on)
        .limit(1)
        .correlate(outer)
    )
    own = latest.where(dated.c.seller == subject)
    of_alias = latest.select_from(aliases.join(dated, dated.c.seller == aliases.c.alias))
    of_alias = of_alias.where(aliases.c.subject == subject)
    return sa.func.coalesce(own.scalar_subquery(), of_alias.scalar_subquery())


def _select_oldest(age: FactsAge) -> Any:
    """Return the oldest date of facts that count for a path."""
    table = schema.paths
    rounds = [
        ((table.c.country == country) & (table.c.cycle_on == cycle_on), sa.literal(since, Day()))
        for (country, cycle_on), since in age.by_round.items()
    ]
    otherwise = sa.literal(age.since, Day())
    return sa.case(*rounds, else_=otherwise) if rounds else otherwise


def _select_status(too_old: Any) -> Any:
    facts = facts_table
    unknown = sa.or_(
        *(facts.c[name].is_(None) for name in ASKED),
        facts.c.is_lazstar & facts.c.activities.is_(None),
    )
    return sa.case(
        (facts.c.id.is_(None), MISSING),
        (too_old, STALE),
        (unknown, INCOMPLETE),
        else_=CURRENT,
    )
