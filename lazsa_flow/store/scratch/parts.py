"""Parts of a scratch database: which rows of which table a decision may read.

A scratch database holds the paths that fall due, every other path of the same subjects, and the
evidence about them. Rules, pauses and suspensions are copied whole. Free text, contacts, notices
and the journal are never copied: no decision reads them. Of evidence, the texts are copied that a
source reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from lazsa_flow.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import sqlalchemy as sa

    from lazsa_flow.lifecycle.evidence import Source

Among = Literal["paths", "names", "all"]


class Part(NamedTuple):
    """The rows of one table that are copied.

    Attributes:
        table: The table's name.
        owner: The column that says whose row it is; of a table copied whole there is none.
        among: Whether the owner is a path's number or a subject's id, or all rows are copied.
        where: A further condition, in SQL that both databases understand.
        read: The columns whose texts are copied; every other text is left empty. ``None``: all.
    """

    table: str
    owner: str = ""
    among: Among = "all"
    where: str = ""
    read: frozenset[str] | None = None


OPEN_STATUSES: Final = ("pending", "parked")
"""How the timers stand that are copied: those that fall due, and those of paths set aside."""
_WHOLE: Final = (
    *(schema.policies, schema.countries, schema.suspensions, schema.lifted_suspensions),
    *(schema.lifecycles, schema.path_buckets, schema.closed_books),
    *(schema.subject_merges, schema.subject_aliases),
)
"""Tables that every decision may read, none of which grows with the paths."""
_REASONS: Final = frozenset({"reason", "lifted_reason"})
"""What people have written of a pause."""
_OF_PATHS: Final = (schema.slots, schema.failures, schema.path_data)
_OF_SUBJECTS: Final = ((schema.records, "subject"), (schema.subject_countries, "subject"))


TAKEN_KEYS: Final = Part(schema.claims.name)
"""Keys that paths have taken: all of them where a path that is copied would take any."""


def list_parts(sources: Iterable[Source], whole: Iterable[sa.Table]) -> Iterator[Part]:
    """Yield the parts that every scratch database has, each table once.

    Args:
        sources: The evidence sources that decisions read.
        whole: Tables of the application's that are copied whole.
    """
    for table in (*_WHOLE, *whole):
        yield Part(table.name)
    yield Part(schema.pauses.name, read=frozenset(schema.pauses.c.keys()) - _REASONS)
    yield Part(schema.paths.name, "id", "paths")
    yield Part(schema.timers.name, "path_id", "paths", f"status IN {OPEN_STATUSES!r}")
    for table in _OF_PATHS:
        yield Part(table.name, "path_id", "paths")
    for table, key in _OF_SUBJECTS:
        yield Part(table.name, table.c[key].name, "names")
    yield from _list_evidence(sources)


def _list_evidence(sources: Iterable[Source]) -> Iterator[Part]:
    """Yield the tables of evidence, each with the columns that some decision reads."""
    parts: dict[str, Part] = {}
    for each in sources:
        rows = each.rows
        dated = (name for name in (rows.round, rows.latest) if name)
        read = {"recorded_at", rows.owner, *rows.columns, *dated}
        found = parts.get(rows.table)
        among: Among = "paths" if rows.by == "path" else "names"
        parts[rows.table] = Part(
            rows.table,
            rows.owner if found is None else found.owner,
            among if found is None else found.among,
            read=frozenset(read) if found is None else found.read and found.read | read,
        )
    yield from parts.values()
