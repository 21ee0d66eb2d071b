"""Due timers: which ones a sweep claims.

Those that fell due first: one instant, one country, each path once. The index of what is pending
gives them in order, so that a claim costs as much as it takes, and a look at nothing one step.
Timers under a pause are passed by, with all later ones of their path, whose order holds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import sqlalchemy as sa

from lazsa_flow.engine.values import Claim
from lazsa_flow.errors import MalformedError
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.lifecycle.values import EMPTY
from lazsa_flow.store import decode, schema
from lazsa_flow.store.fast.driver import fetch

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.store.decode import Row

    _ReadColumn = Callable[[sa.ColumnElement[Any]], sa.ColumnElement[str]]


class Passing(NamedTuple):
    """What a claim passes by.

    Attributes:
        scopes: The pauses in force: country and cycle date, ``None`` for all.
        lifecycles: Lifecycles whose table differs from the database's.
        nights: Country and instant of the cycle dates of which nothing moves now.
    """

    scopes: tuple[tuple[str | None, str | None], ...] = ()
    lifecycles: tuple[str, ...] = ()
    nights: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls,
        pauses: Iterable[Pause],
        lifecycles: Collection[str],
        nights: Iterable[tuple[str, datetime]] = (),
    ) -> Passing:
        """Return what pauses, differing lifecycles and nights make a claim pass by."""
        scopes = ((p.country, p.cycle.isoformat() if p.cycle else None) for p in pauses)
        closed = ((country, instant_text(at)) for country, at in nights)
        return cls(tuple(scopes), tuple(sorted(lifecycles)), tuple(closed))

    @property
    def everything(self) -> bool:
        """Whether nothing at all is taken."""
        return (None, None) in self.scopes

    def conditions(self, table: Any) -> Iterator[sa.ColumnElement[bool]]:
        """Yield what a timer must be to be taken.

        Args:
            table: The timers, of which each has these conditions.
        """
        if self.scopes or self.nights:
            yield ~self._paused(table, _as_text)
            # read by path: a path has few timers, the country that is paused has many
            earlier, by_path = table.alias("earlier"), schema.hide_from_index
            first = by_path(earlier.c.due_at) <= table.c.due_at
            own = (earlier.c.path_id == table.c.path_id) & first & schema.is_pending(earlier)
            yield ~sa.exists().where(own, self._paused(earlier, by_path))
        if self.lifecycles:
            paths = schema.paths.alias("passed")
            theirs = paths.c.lifecycle.in_([sa.literal(each) for each in self.lifecycles])
            yield ~sa.exists().where(paths.c.id == table.c.path_id, theirs)

    def _paused(self, table: Any, read: _ReadColumn) -> sa.ColumnElement[bool]:
        """Return whether a timer itself is under one of the pauses, or of a night that waits.

        Args:
            table: The timers.
            read: Makes the text of a column.
        """
        own, book_on, due_at = map(read, (table.c.country, table.c.book_on, table.c.due_at))
        under_pause = (
            sa.and_(
                sa.true() if country is None else own == sa.literal(country),
                sa.true() if cycle is None else book_on == sa.literal(cycle),
            )
            for country, cycle in self.scopes
        )
        of_night = (
            sa.and_(table.c.decides, own == sa.literal(country), due_at == sa.literal(at))
            for country, at in self.nights
        )
        return sa.or_(*under_pause, *of_night)


def _as_text(column: sa.ColumnElement[Any]) -> sa.ColumnElement[str]:
    return sa.type_coerce(column, sa.Text())


NOTHING: Final = Passing()


class Queries(NamedTuple):
    """The statements of one dialect.

    Attributes:
        first: The instant that fell due first; parameter ``now``.
        country: The first country in which that instant has a path to be had, and the cycle date
            in whose books it is counted; ``due_at``.
        chunk: Paths and names of the timers of both, the paths locked; ``due_at``, ``country`` and
            ``limit``.
        own: The first timer of one path: instant, country, cycle date, path and name; ``path_id``
            and ``now``.
    """

    first: sa.Select[Any]
    country: sa.Select[Any]
    chunk: sa.Select[Any]
    own: sa.Select[Any]


@lru_cache
def queries(*, waiting: bool, passing: Passing = NOTHING) -> Queries:
    """Return the statements.

    Args:
        waiting: Whether there are paths that wait for their next attempt after ``now``.
        passing: What is passed by besides.
    """
    table, paths, failures = schema.timers, schema.paths, schema.failures
    due_at, now = sa.bindparam("due_at", type_=sa.Text()), sa.bindparam("now", type_=sa.Text())
    at = sa.type_coerce(table.c.due_at, sa.Text())
    pending = schema.PENDING
    if waiting:
        waits = sa.type_coerce(failures.c.retry_at, sa.Text()) > now
        pending &= table.c.path_id.not_in(sa.select(failures.c.path_id).where(waits))
    pending = sa.and_(pending, *passing.conditions(table))
    same = pending & (at == due_at)
    book = (table.c.country, table.c.book_on)
    locked = (
        sa.select(table.c.path_id, table.c.name)
        .join(paths, paths.c.id == table.c.path_id)
        .order_by(table.c.country, table.c.path_id, table.c.name)
        .with_for_update(skip_locked=True, of=paths)
    )
    in_country = table.c.country == sa.bindparam("country", type_=sa.Text())
    own = table.c.path_id == _number_parameter("path_id")
    return Queries(
        first=sa.select(at).where(pending, at <= now).order_by(at).limit(1),
        country=locked.with_only_columns(*book).where(same).limit(1),
        chunk=locked.where(same, in_country).limit(_number_parameter("limit")),
        own=sa.select(at, *book, table.c.path_id, table.c.name)
        .where(pending, own, at <= now)
        .order_by(table.c.due_at, table.c.country, table.c.name)
        .limit(1),
    )


def _number_parameter(name: str) -> sa.BindParameter[int]:
    return sa.bindparam(name, type_=sa.BigInteger())


def claim(
    connection: sa.Connection,
    now: datetime,
    limit: int,
    path_id: int | None,
    *,
    held: Collection[int],
    passing: Passing = NOTHING,
    limits: Mapping[tuple[str, datetime], int] = EMPTY,
) -> Claim | None:
    """Claim timers; see :class:`lazsa_flow.engine.ports.Transaction`.

    Args:
        connection: In a transaction.
        now: Timers due at or before it.
        limit: At most so many.
        path_id: Of this path alone.
        held: The paths that wait for an attempt after ``now``.
        passing: What is passed by besides.
        limits: How many may be taken of what falls due in a country at an instant.
    """
    if passing.everything:
        return None
    select = queries(waiting=bool(held), passing=passing)
    values: dict[str, Any] = {"now": instant_text(now), "limit": limit, "path_id": path_id}
    if path_id is not None:
        rows = fetch(connection, select.own, values)
        if not rows:
            return None
        due_at, country, book_on, *named = rows[0]
        return _make_claim(due_at, country, book_on, [tuple(named)])
    first = fetch(connection, select.first, values)
    if not first:
        return None
    [[due_at]] = first
    values["due_at"] = due_at
    book = fetch(connection, select.country, values)
    if not book:
        return None
    [[country, book_on]] = book
    values["country"] = country
    if limits:
        values["limit"] = min(limit, limits.get((country, decode.instant(due_at)), limit))
    return _make_claim(due_at, country, book_on, fetch(connection, select.chunk, values))


def _make_claim(due_at: str, country: str, book_on: str, rows: list[Row]) -> Claim | None:
    if not rows:
        return None
    names: dict[int, str] = {}
    for path_id, name in rows:
        names.setdefault(path_id, name)  # of a path's timers the first
    try:
        return Claim(decode.instant(due_at), country, decode.day(book_on), names)
    except decode.MALFORMED:
        raise MalformedError("timer of path", rows[0][0]) from None
