"""Tenures for the public: who held the award in a country, found along an index of its own.

The index holds country, day of the award and seller of each path that was ever awarded. The day is
read out of the stored text of the path's periods, which is canonical JSON: what follows the name of
the award's periods is their first, and its fields stand in alphabetical order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.store import decode, schema
from lazsa_flow.store.engine_transaction import EngineTransaction
from lazsa_flow.store.fast.driver import rows_of
from lazsa_flow.store.rows import PATH_COLUMNS

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.lifecycle.model import Path

_AWARD: Final = "'\"award\":['"
_TO_DAY: Final = len('"award":[{"began_at":"2020-04-01T00:00:00.000000Z","began_on":"')
_POSITION: Final = {"sqlite": "instr", "postgresql": "strpos"}
_BATCH: Final = 1000
"""So many paths are asked about at a time."""
_PATHS: Final = schema.paths
_RECORDS: Final = schema.records
_ALIASES: Final = schema.subject_aliases


def was_awarded(dialect: str) -> sa.ColumnElement[bool]:
    """Say that a path has a period of the award, in the words of the index."""
    position = f"{_POSITION[dialect]}(lazsa_paths.spans, {_AWARD})"
    return sa.literal_column(position, sa.Integer()) > sa.literal_column("0")


def awarded_on(dialect: str) -> sa.ColumnElement[str]:
    """Return the day on which a path's first period of the award began, likewise."""
    start = f"{_POSITION[dialect]}(lazsa_paths.spans, {_AWARD}) + {_TO_DAY}"
    day: sa.ColumnElement[str] = sa.literal_column(
        f"substr(lazsa_paths.spans, {start}, 10)", sa.Text()
    )
    return _by_code_point(dialect, day)


def _by_code_point(dialect: str, column: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return a text that is sorted as Python sorts it, whatever the database's language."""
    return sa.collate(column, "C") if dialect == "postgresql" else column


class TenureSide(EngineTransaction):
    """One transaction on a SQL database, as far as it concerns who held the award."""

    def awarded_paths(
        self,
        country: str,
        consent: str,
        *,
        after: tuple[date, str] | None = None,
        limit: int | None = None,
    ) -> list[Path]:
        """Return the award paths of a country that were ever awarded, by day and seller.

        Sellers who have not given a consent, or whose standing was lost, are left out.

        Args:
            country: Of this country.
            consent: The name of the consent.
            after: Only paths after this day and seller.
            limit: At most so many.
        """
        dialect = self._connection.dialect.name
        day, seller = awarded_on(dialect), _by_code_point(dialect, _PATHS.c.subject)
        named, by_seller = self._named(country, consent), (seller, _PATHS.c.id)
        queries = [named.order_by(day, *by_seller)]
        if after is not None:  # first of that day: SQLite looks up no pair with an expression
            start = sa.literal(str(after[0]))
            rest = named.where(day == start, seller > sa.literal(after[1])).order_by(*by_seller)
            queries = [rest, named.where(day > start).order_by(day, *by_seller)]
        found: list[Path] = []
        for query in queries:
            if limit is None or len(found) < limit:
                left = None if limit is None else limit - len(found)
                rows = rows_of(self._connection, query.limit(left))
                found += [decode.path(row) for row in rows]
        return found

    def appealed_paths(self, country: str, consent: str) -> list[Path]:
        """Return those of :meth:`awarded_paths` on whose appeal a voice was given."""
        number = sa.cast(sa.func.substr(_RECORDS.c.name, len("award-") + 1), sa.BigInteger())
        appealed = sa.select(number).where(
            _RECORDS.c.kind == "appeal",
            _RECORDS.c.name != sa.literal_column("''"),  # as the index says
            _RECORDS.c.name.startswith("award-"),
        )
        numbers = sorted(set(self._connection.scalars(appealed)))
        found: list[Path] = []
        for start in range(0, len(numbers), _BATCH):
            query = self._named(country, consent, _PATHS.c.id.in_(numbers[start : start + _BATCH]))
            found += [decode.path(row) for row in rows_of(self._connection, query)]
        return found

    def subjects_in(self, lifecycle: str, state: str, country: str) -> list[str]:
        """Return the subjects of the paths of a lifecycle in a state and country, in order."""
        order = _by_code_point(self._connection.dialect.name, _PATHS.c.subject)
        query = sa.select(_PATHS.c.subject).where(
            _PATHS.c.country == country,
            _PATHS.c.state == state,
            _PATHS.c.lifecycle == lifecycle,
        )
        return list(self._connection.scalars(query.order_by(order)))

    def _named(
        self, country: str, consent: str, *conditions: sa.ColumnElement[bool]
    ) -> sa.Select[Any]:
        """Select the paths of those who may be named."""
        return sa.select(*PATH_COLUMNS).where(
            *conditions,
            _PATHS.c.country == country,
            was_awarded(self._connection.dialect.name),
            _PATHS.c.lifecycle == "award",
            _select_latest("consent", _RECORDS.c.name == consent) == "given",
            sa.func.coalesce(_select_latest("good_standing"), "") != "ended",
        )


def _select_latest(kind: str, *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[str]:
    """Select what was last recorded of a path's seller under a kind, by whichever of their ids."""
    aliases = sa.select(_ALIASES.c.alias).where(_ALIASES.c.subject == _PATHS.c.subject)
    names = sa.select(_PATHS.c.subject).correlate(_PATHS).union_all(aliases.correlate(_PATHS))
    query = (
        sa.select(_RECORDS.c.value)
        .where(_RECORDS.c.subject.in_(names), _RECORDS.c.kind == kind, *conditions)
        .order_by(_RECORDS.c.id.desc())
        .limit(1)
    )
    return query.correlate(_PATHS).scalar_subquery()
