"""Compliance cases as the tables have them: filtered, sorted and paged by the database.

A case is what was last said of a seller under its id. The statements about cases are read along
their index to find the last ones; they grow with the cases, not with the paths.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import sqlalchemy as sa

from lazsa_flow.errors import InputError
from lazsa_flow.store import schema
from lazsa_flow.store.column_types import Day
from lazsa_flow.store.merges import current_id_of

if TYPE_CHECKING:
    from collections.abc import Sequence

CaseOrder = Literal["number", "seller", "country", "since"]
"""By what cases are sorted: the number of the last statement, or a column and then the number."""
_UNNAMED: Final[sa.ColumnElement[str]] = sa.literal_column("''")
"""Said as the index of statements with a name says it."""


class CaseQuery(NamedTuple):
    """Which cases are wanted, and in which order.

    Attributes:
        country: Of sellers of this country.
        value: ``open`` or ``closed``.
        search: Whose seller's id or own id contains this text, in any case.
        order: By what they are sorted; the longest standing first by default.
        descending: Whether the order is turned round.
        after: The place of the last case of the page before.
        limit: At most so many.
    """

    country: str | None = None
    value: str | None = None
    search: str = ""
    order: CaseOrder = "number"
    descending: bool = False
    after: str | None = None
    limit: int | None = None


class CaseRow(NamedTuple):
    """A case: what was last said of a seller under its id.

    Attributes:
        number: The number of the statement.
        since: From which date on it is so, local to the seller's country.
        country: Where the seller is; where no country is on record, that of their latest path.
    """

    number: int
    seller: str
    case: str
    value: str
    since: date
    actor: str
    country: str | None

    def place(self, order: CaseOrder) -> str:
        """Return its place in an order: what :attr:`CaseQuery.after` is for those after it."""
        if order == "number":
            return str(self.number)
        return f"{self.number} {getattr(self, order) or ''}"


def read_cases(connection: sa.Connection, query: CaseQuery) -> list[CaseRow]:
    """Return the cases of a query.

    Raises:
        InputError: ``after`` is no place of this order.
    """
    found = _select_latest(query)
    keys: list[sa.ColumnElement[Any]] = [found.c.number]
    if query.order != "number":
        keys.insert(0, sa.func.coalesce(found.c[query.order], ""))
    select = sa.select(*(found.c[name] for name in CaseRow._fields)).where(
        *_list_conditions(found, query)
    )
    if query.after is not None:
        here, start = sa.tuple_(*keys), sa.tuple_(*_read_place(query.after, query.order))
        select = select.where(here < start if query.descending else here > start)
    order = [each.desc() if query.descending else each.asc() for each in keys]
    rows = connection.execute(select.order_by(*order).limit(query.limit))
    return [CaseRow._make(row) for row in rows]


def count_cases(connection: sa.Connection, query: CaseQuery) -> dict[str, int]:
    """Return how many cases of a query there are by their value, on all pages."""
    found = _select_latest(query)
    select = sa.select(found.c.value, sa.func.count()).where(*_list_conditions(found, query))
    return {row[0]: row[1] for row in connection.execute(select.group_by(found.c.value))}


def _select_latest(query: CaseQuery) -> sa.Subquery:
    """Select what was last said of each seller under each case."""
    table = schema.records
    seller = current_id_of(table.c.subject)
    last_first = table.c.id.desc()
    said = (
        sa.select(
            *(table.c.id.label("number"), seller.label("seller"), table.c.name.label("case")),
            *(table.c.value, table.c.as_of.label("since"), table.c.actor),
            sa.func.row_number()
            .over(partition_by=(seller, table.c.name), order_by=last_first)
            .label("place"),
        )
        .where(table.c.kind == "case", table.c.name != _UNNAMED)
        .subquery()
    )
    wanted = [said.c.place == 1]
    if query.value is not None:
        wanted.append(said.c.value == query.value)
    columns = [each for each in said.c if each.name != "place"]
    country = _select_country(said.c.seller).label("country")
    return sa.select(*columns, country).where(*wanted).subquery()


def _select_country(seller: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Select the country on record of a seller, else that of their latest award path."""
    moves, paths = schema.subject_countries, schema.paths
    recorded = sa.select(moves.c.country).where(moves.c.subject == seller)
    of_path = sa.select(paths.c.country).where(
        paths.c.subject == seller, paths.c.lifecycle == "award"
    )
    return sa.func.coalesce(
        recorded.order_by(moves.c.id.desc()).limit(1).scalar_subquery(),
        of_path.order_by(paths.c.id.desc()).limit(1).scalar_subquery(),
    )


def _list_conditions(found: sa.Subquery, query: CaseQuery) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    if query.country is not None:
        wanted.append(found.c.country == query.country)
    if query.search:
        text = query.search.lower()
        lowered = (sa.func.lower(found.c.seller), sa.func.lower(found.c.case))
        wanted.append(sa.or_(*(each.contains(text, autoescape=True) for each in lowered)))
    return wanted


def _read_place(text: str, order: CaseOrder) -> Sequence[sa.ColumnElement[Any]]:
    """Read a place in an order.

    Raises:
        InputError: It is none.
    """
    number, _, value = text.partition(" ")
    try:
        place = sa.literal(int(number), sa.BigInteger())
        if order == "number":
            return (place,)
        if order == "since":
            return sa.literal(date.fromisoformat(value), Day()), place
    except ValueError:
        expected = "the place at which a page in this order ended"
        raise InputError.of("cases", "after", text, expected) from None
    return sa.literal(value), place
