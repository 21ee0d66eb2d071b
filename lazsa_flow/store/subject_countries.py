"""The dated record of each subject's country; its last row is the country of now.

The first facts that name a subject write it. After that only a move does: facts that name another
country are stored and move nobody.

Source:
    programme.md, "Who and where".
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal

import sqlalchemy as sa

from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.store import schema
from lazsa_flow.store.fast.driver import count_few, fetch, ids_table, ids_value
from lazsa_flow.store.merges import current_id_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence
    from datetime import date, datetime

    from lazsa_flow.store.fast.writer import RowWriter

Source = Literal["facts", "move", "merge"]
"""What wrote a row: the first facts of a subject, a move, or a merge of ids."""

_ROWS: Final = schema.subject_countries
HISTORY: Final = ("subject", "country", "as_of", "source", "actor", "recorded_at")
"""The columns that :func:`read_history` returns."""


def countries_of(connection: sa.Connection, subjects: Collection[str]) -> dict[str, str]:
    """Return the country of each of these subjects who has one on record.

    An alias is where the subject is whom it was merged into.
    """
    dialect = connection.dialect.name
    ids = [each for each in subjects if each.isprintable()]
    query = select_latest(dialect, at_most=count_few(ids))
    return dict(fetch(connection, query, {"ids": ids_value(dialect, ids)}))


def read_history(connection: sa.Connection, names: Collection[str]) -> list[dict[str, Any]]:
    """Return the rows of a subject's ids, oldest first, without their numbers."""
    columns = [_ROWS.c[name].label(name) for name in HISTORY]
    query = sa.select(*columns).where(_ROWS.c.subject.in_(list(names))).order_by(_ROWS.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def add_row(
    to: RowWriter,
    subject: str,
    country: str,
    *,
    source: Source,
    actor: str | None,
    as_of: date,
    recorded_at: datetime,
) -> None:
    """Append the country in which a subject is from now on."""
    at = instant_text(recorded_at)
    to.insert(_ROWS, [(subject, country, source, actor, as_of.isoformat(), at, None)])


def add_first(
    to: RowWriter, named: Iterable[Sequence[str]], recorded_at: str, batch_id: int | None
) -> None:
    """Record the country of subjects who have none yet, by the first facts that name it.

    Args:
        to: Writes it.
        named: Of each of these facts: subject, country and date.
        recorded_at: The present instant.
        batch_id: The import that they belong to.
    """
    rows: dict[str, tuple[Any, ...]] = {}
    for subject, country, as_of in named:
        rows.setdefault(subject, (subject, country, "facts", None, as_of, recorded_at, batch_id))
    if rows:
        to.insert(_ROWS, list(rows.values()))


@lru_cache
def select_latest(dialect: str, *, at_most: int | None = None) -> sa.Select[Any]:
    """Select subject and country of the last row of each of so many ``ids``."""
    asked, other = ids_table(dialect, sa.Text, at_most=at_most), _ROWS.alias("other")
    if dialect == "postgresql":  # it would read the whole table to join it
        own = sa.select(other.c.country).where(other.c.subject == current_id_of(asked.c.id))
        last_own = own.correlate(asked).order_by(other.c.id.desc()).limit(1).lateral()
        joined = asked.join(last_own, sa.true())
        return sa.select(asked.c.id, last_own.c.country).select_from(joined)
    last = sa.select(sa.func.max(other.c.id)).where(other.c.subject == current_id_of(asked.c.id))
    return sa.select(asked.c.id, _ROWS.c.country).select_from(
        asked.join(_ROWS, _ROWS.c.id == last.correlate(asked).scalar_subquery())
    )
