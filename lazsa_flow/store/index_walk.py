"""Pages along an index: a few paths of each round or state, however many paths there are.

The index of lists has country, state, cycle date and number. So paths in their order, whatever
their round, are not to be had from it at once; but the rounds are few, each is found by one
look-up, and a page of each is the beginning of its part of the index.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Day

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_PATHS: Final = schema.paths
LARGEST: Final = 2**62
"""More than the number of any path."""


def select_rounds(
    countries: Sequence[str],
    states: Sequence[str],
    *,
    cycle_on: date | None = None,
    cycle_until: date | None = None,
) -> sa.CTE:
    """Select the country, state and cycle date of each part of the index.

    Paths without a cycle date are a part of their own, which is there for each country and state,
    without a date, unless dates are asked for.

    Args:
        countries: In these countries; one at least.
        states: In these states; one at least.
        cycle_on: In the rounds of this cycle date.
        cycle_until: In the rounds of this cycle date or an earlier one.
    """
    country, state = (
        _names_as_table("walk_countries", countries),
        _names_as_table("walk_states", states),
    )
    places = sa.select(country.c.name.label("country"), state.c.name.label("state"))
    places = places.select_from(country.join(state, sa.true()))
    if cycle_on is not None:
        return places.add_columns(sa.literal(cycle_on, Day()).label("cycle_on")).cte("walk_rounds")
    table = _PATHS.alias("first")
    first = _earliest(table, country.c.name, state.c.name, cycle_until)
    beginning = places.add_columns(first.scalar_subquery().label("cycle_on"))
    known = beginning.cte("walk_rounds", recursive=True)
    table = _PATHS.alias("later")
    later = _earliest(table, known.c.country, known.c.state, cycle_until)
    later = later.where(table.c.cycle_on > known.c.cycle_on)
    following = sa.select(known.c.country, known.c.state, later.scalar_subquery())
    return known.union_all(following.where(known.c.cycle_on.is_not(None)))


def _names_as_table(what: str, names: Sequence[str]) -> sa.CTE:
    return sa.union_all(*(sa.select(sa.literal(each).label("name")) for each in names)).cte(what)


def _earliest(table: Any, country: Any, state: Any, until: date | None) -> sa.Select[Any]:
    """Select the earliest cycle date of a country and state."""
    query = (
        sa.select(sa.type_coerce(sa.func.min(table.c.cycle_on), Day()))
        .where(table.c.country == country, table.c.state == state)
        .correlate_except(table)
    )
    return query if until is None else query.where(table.c.cycle_on <= sa.literal(until, Day()))


def walk_rounds(
    dialect: str,
    rounds: sa.CTE,
    numbers: sa.Select[Any],
    *,
    after: int | None,
    limit: int,
    newest_first: bool = True,
    dated: bool = False,
) -> sa.Select[Any]:
    """Select the first numbers of paths in some rounds.

    Args:
        dialect: The database's.
        rounds: As :func:`select_rounds` selects them.
        numbers: Selects the numbers of all paths that are wanted, from the table of paths.
        after: Only those that come after this number.
        limit: At most so many.
        newest_first: Whether the largest numbers come first.
        dated: Whether only paths with a cycle date are wanted.
    """
    start = sa.literal((LARGEST if newest_first else 0) if after is None else after)
    later = _PATHS.c.id < start if newest_first else _PATHS.c.id > start
    numbers = numbers.where(_PATHS.c.country == rounds.c.country, _PATHS.c.state == rounds.c.state)
    of_round = numbers.where(later, _PATHS.c.cycle_on == rounds.c.cycle_on)
    columns: tuple[sa.Column[Any], ...] = (_PATHS.c.id,)
    if dialect == "postgresql":
        of_round = numbers.where(*_bounds(rounds, start, newest_first=newest_first))
        columns = _PATHS.c.cycle_on, _PATHS.c.id
    order = [each.desc() if newest_first else each.asc() for each in columns]
    parts = [_first_of_each(dialect, rounds, of_round.order_by(*order).limit(limit))]
    if not dated:
        undated = numbers.where(later, _PATHS.c.cycle_on.is_(None))
        part = _first_of_each(dialect, rounds, undated.order_by(*order).limit(limit))
        parts.append(part.where(rounds.c.cycle_on.is_(None)))
    found = sa.union_all(*parts).subquery()
    by_number = found.c.id.desc() if newest_first else found.c.id
    return sa.select(found.c.id).order_by(by_number).limit(limit)


def _bounds(rounds: sa.CTE, start: Any, *, newest_first: bool) -> tuple[Any, ...]:
    """Say of a path that it is in a round and comes after a number, as PostgreSQL should see it.

    Where it sees that the cycle date is one and the same, the order by number is that of the
    primary key to it, along which it would look for the paths of the round.
    """
    here = sa.tuple_(_PATHS.c.cycle_on, _PATHS.c.id)
    there = sa.tuple_(rounds.c.cycle_on, start)
    if newest_first:
        return here < there, _PATHS.c.cycle_on >= rounds.c.cycle_on
    return here > there, _PATHS.c.cycle_on <= rounds.c.cycle_on


def _first_of_each(dialect: str, rounds: sa.CTE, page: sa.Select[Any]) -> sa.Select[Any]:
    """Select what a query that names a round finds in each round."""
    if dialect == "postgresql":
        first = page.lateral()
        return sa.select(first.c.id).select_from(rounds.join(first, sa.true()))
    listed = _PATHS.alias("listed")  # SQLite has no LATERAL; it looks these up by their numbers
    within = listed.c.id.in_(page.correlate(rounds))
    return sa.select(listed.c.id).select_from(rounds.join(listed, within))


def select_latest(dialect: str, lifecycle: str, limit: int) -> sa.Select[Any]:
    """Select the numbers of the paths that came last into each state of each country.

    Along the index of lifecycle, country, state, instant and number: its countries and states are
    found by one look-up each.

    Args:
        dialect: The database's.
        lifecycle: Of whose paths.
        limit: At most so many of each country and state.
    """
    places = _select_places(lifecycle)
    latest = (
        sa.select(_PATHS.c.id)
        .where(
            _PATHS.c.lifecycle == lifecycle,
            _PATHS.c.country == places.c.country,
            _PATHS.c.state == places.c.state,
        )
        .order_by(_PATHS.c.entered_at.desc(), _PATHS.c.id.desc())
        .limit(limit)
    )
    return _first_of_each(dialect, places, latest).where(places.c.state.is_not(None))


def _select_places(lifecycle: str) -> sa.CTE:
    """Select each country and state of a lifecycle's paths; a state that is null ends a country."""
    table = _PATHS.alias("first_country")
    first = sa.select(sa.func.min(table.c.country)).where(table.c.lifecycle == lifecycle)
    countries = sa.select(first.scalar_subquery().label("country")).cte(
        "walk_countries", recursive=True
    )
    table = _PATHS.alias("later_country")
    later = (
        sa.select(sa.func.min(table.c.country))
        .where(table.c.lifecycle == lifecycle, table.c.country > countries.c.country)
        .correlate_except(table)
    )
    countries = countries.union_all(
        sa.select(later.scalar_subquery()).where(countries.c.country.is_not(None))
    )
    table = _PATHS.alias("first_state")
    least = (
        sa.select(sa.func.min(table.c.state))
        .where(table.c.lifecycle == lifecycle, table.c.country == countries.c.country)
        .correlate_except(table)
    )
    places = (
        sa.select(countries.c.country, least.scalar_subquery().label("state"))
        .where(countries.c.country.is_not(None))
        .cte("walk_places", recursive=True)
    )
    table = _PATHS.alias("later_state")
    next_ = (
        sa.select(sa.func.min(table.c.state))
        .where(
            table.c.lifecycle == lifecycle,
            table.c.country == places.c.country,
            table.c.state > places.c.state,
        )
        .correlate_except(table)
    )
    following = sa.select(places.c.country, next_.scalar_subquery())
    return places.union_all(following.where(places.c.state.is_not(None)))
