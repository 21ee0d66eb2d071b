"""Journal entries: a row of the journal as JSON values, as a host reads it."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class VerdictEntry(TypedDict):
    """What one guard found, as it was recorded."""

    name: str
    held: bool
    measured: str | int | bool | None
    earliest: str | None


class DataEntry(TypedDict):
    """Which data came with a move, by its id and digest."""

    id: str
    sha256: str


class JournalEntry(TypedDict):
    """A row of the journal; instants and dates are ISO texts, as they are hashed."""

    path: str
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
    verdicts: list[VerdictEntry]
    data: NotRequired[DataEntry]
    prev_hash: str
    hash: str
