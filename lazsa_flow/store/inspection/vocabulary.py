"""Vocabulary: words in rows that no lifecycle's table, no country and no list of ours knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa

from lazsa_flow.errors import shown
from lazsa_flow.lifecycle.calendar import is_zone
from lazsa_flow.store import columns, schema
from lazsa_flow.store.inspection.rows import Rows, name_examples

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

STATUSES: Final = frozenset({"pending", "fired", "refused", "reminded", "parked", "cancelled"})


@dataclass(frozen=True, slots=True)
class Known:
    """What a deployment knows.

    Attributes:
        states: The states of each lifecycle, by its name.
        timers: The names of its timers.
        countries: The codes of the countries.
        roles: The roles of all lifecycles.
        recipients: The recipients of all lifecycles.
    """

    states: Mapping[str, Collection[str]]
    timers: Mapping[str, Collection[str]]
    countries: Collection[str]
    roles: Collection[str]
    recipients: Collection[str]


def unknown_words(connection: sa.Connection, known: Known) -> Iterator[Rows]:
    """Yield the rows that say what nobody knows."""
    paths, journal, timers = schema.paths, schema.journal, schema.timers
    for table in schema.METADATA.sorted_tables:
        if "country" in table.c:
            found = table.c.country
            yield from _find_unknown(connection, "country", found, known.countries.__contains__)
    for column in (paths.c.lifecycle, schema.slots.c.lifecycle, schema.flows.c.lifecycle):
        yield from _find_unknown(connection, "lifecycle", column, known.states.__contains__)
    for column in (paths.c.state, journal.c.dest, journal.c.source):
        yield from _unknown_in_lifecycle(connection, "state", column, known.states)
    for column in (timers.c.name, schema.failures.c.timer):
        yield from _unknown_in_lifecycle(connection, "timer", column, known.timers)
    for what, column, is_known in (
        ("status", timers.c.status, STATUSES.__contains__),
        ("time zone", timers.c.zone, is_zone),
        *((each.name, each, words.__contains__) for each, words in columns.word_columns()),
        *(("role", each, known.roles.__contains__) for each in columns.role_columns()),
    ):
        yield from _find_unknown(connection, what, column, is_known)
    recipient = schema.outbox.c.recipient
    person = sa.or_(*(recipient.like(f"{role}:%") for role in sorted(known.roles)))
    strange = sa.and_(recipient.not_in(sorted(known.recipients)), ~person)
    yield from _find_unknown(connection, "recipient", recipient, lambda _: False, strange)


def _find_unknown(
    connection: sa.Connection,
    what: str,
    column: sa.Column[Any],
    is_known: Callable[[str], bool],
    among: sa.ColumnElement[bool] = sa.true(),  # noqa: B008 - it is immutable
) -> Iterator[Rows]:
    query = sa.select(column, sa.func.count()).where(among).group_by(column).order_by(column)
    for word, count in connection.execute(query).all():
        if word is None and column.nullable:
            continue
        if word is None or not is_known(str(word)):
            fault = sa.and_(among, column.is_(None) if word is None else column == word)
            yield _list_rows(connection, what, column, word, count, fault)


def _unknown_in_lifecycle(
    connection: sa.Connection,
    what: str,
    column: sa.Column[Any],
    known: Mapping[str, Collection[str]],
) -> Iterator[Rows]:
    """Yield the rows whose word the lifecycle of their path does not know."""
    table = column.table
    own = schema.paths.alias("own")
    path_id = table.c.get("path_id", table.c.get("id"))
    of_path: sa.ColumnElement[Any] = (
        sa.select(own.c.lifecycle).where(own.c.id == path_id).scalar_subquery()
    )
    if table is schema.paths:
        of_path = table.c.lifecycle
    waits = table.c.status.in_(("pending", "parked")) if "status" in table.c else sa.true()
    pairs = sa.select(of_path.label("lifecycle"), column.label("word")).where(waits).subquery()
    each = (pairs.c.lifecycle, pairs.c.word)
    query = sa.select(*each, sa.func.count()).group_by(*each).order_by(*each)
    for lifecycle, word, count in connection.execute(query).all():
        if lifecycle not in known or (word is None and column.nullable):
            continue  # the path or its lifecycle is named as such
        if word not in known[lifecycle]:
            same = column.is_(None) if word is None else column == word
            fault = sa.and_(waits, same, of_path == lifecycle)
            yield _list_rows(connection, what, column, word, count, fault)


def _list_rows(
    connection: sa.Connection,
    what: str,
    column: sa.Column[Any],
    word: object,
    count: int,
    fault: sa.ColumnElement[bool],
) -> Rows:
    table = schema.METADATA.tables[column.table.fullname]
    said = "nothing" if word is None else shown(word)
    where = f"{table.name}.{column.name}"
    return Rows(where, count, name_examples(connection, table, fault), f"unknown {what} {said}")
