"""Indexes of a scratch database: those that only lists and counts read are left out.

Decisions find rows by the number of a path, by a subject, by the instant at which a timer falls
due, or by a kind of records. The other indexes of what is copied would be written with every row
and read by nobody.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from lazsa_flow.store import schema
from lazsa_flow.store.scratch.parts import list_parts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from lazsa_flow.lifecycle.evidence import Source

_FOUND_BY: Final = frozenset({"path_id", "subject", "due_at", "kind"})
"""The first columns of the indexes that are kept, besides those of evidence."""
_FIRST_COLUMNS: Final = """
    SELECT own.name, named.name
    FROM pragma_index_list(?) AS own JOIN pragma_index_info(own.name) AS named
    WHERE own.origin = 'c' AND NOT own."unique" AND named.seqno = 0
"""


def drop_list_indexes(scratch: Path, sources: Iterable[Source]) -> None:
    """Drop the indexes that no decision reads, of what is copied by path or subject and of notices.

    Args:
        scratch: The scratch database's file, without rows.
        sources: The evidence sources that decisions read.
    """
    owned = [part for part in list_parts(sources, ()) if part.owner]
    kept = _FOUND_BY.union(part.owner for part in owned)
    with closing(sqlite3.connect(scratch, isolation_level=None)) as driver:
        for table in (*(part.table for part in owned), schema.outbox.name):
            for name, column in driver.execute(_FIRST_COLUMNS, (table,)).fetchall():
                if column not in kept:
                    driver.execute(f'DROP INDEX "{name}"')
        driver.execute("VACUUM")  # no pages are left over
