"""Rows of paths and of their journals: each field written down once, in the order of its column.

Code that encodes, decodes, selects or writes rows takes the names and their order from here.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from lazsa_flow.store import schema


class StoredPath(NamedTuple):
    """A row of ``lazsa_paths`` as it is stored: instants, dates, spans and data are texts."""

    id: int
    lifecycle: str
    subject: str
    country: str
    state: str
    seq: int
    head: str
    cycle_on: str | None
    opened_at: str
    entered_at: str
    parked: bool
    spans: str
    data: str
    recorded_at: str


class StoredMove(NamedTuple):
    """What a move changes of a path: its number, the version that was read, the new values."""

    id: int
    seq_before: int
    country: str
    state: str
    seq: int
    head: str
    cycle_on: str | None
    entered_at: str
    parked: bool
    spans: str
    data: str
    recorded_at: str


class StoredJournalRow(NamedTuple):
    """A row of ``lazsa_journal`` as it is stored: instants, the date and verdicts are texts."""

    path_id: int
    seq: int
    effective_at: str
    recorded_at: str
    trigger: str | None
    source: str | None
    dest: str
    actor: str
    reason: str | None
    policy: str
    facts_as_of: str | None
    verdicts: str
    prev_hash: str
    hash: str
    data_digest: str | None


MOVED: Final = StoredMove._fields[2:]
"""The columns of a path that a move may change."""
PATH_COLUMNS: Final = tuple(schema.paths.c[name] for name in StoredPath._fields)
"""What a statement selects to read a path."""
JOURNAL_COLUMNS: Final = tuple(schema.journal.c[name] for name in StoredJournalRow._fields)
"""What a statement selects to read a journal row."""
JOURNAL_VALUES: Final = tuple(
    name for name in StoredJournalRow._fields if name not in ("path_id", "data_digest")
)
"""The fields of a journal row that stand under their own names in its JSON values."""
FIELDS: Final = {
    schema.paths.name: StoredPath._fields,
    schema.journal.name: StoredJournalRow._fields,
}
"""The fields of a row that is written, by the name of its table."""
