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
    """A row of the journal; instants and dates are ISO texts, as they are hashed.

    Attributes:
        path: The path's reference.
        seq: The number of the journal row in its path, from 1.
        effective_at: When it took effect, as ISO text in UTC.
        recorded_at: When it was recorded, as ISO text in UTC.
        trigger: The trigger that fired; ``None`` where a timer was refused.
        source: The state that the path left; ``None`` where it was opened.
        dest: The state that the path is in afterwards.
        actor: Who acted, as ``role:id``.
        reason: The reason code, if there is one.
        policy: The version of the policy that governed.
        facts_as_of: The date of the evidence that was judged, as ISO text.
        verdicts: What each guard found.
        data: What came with the trigger, and is no personal data.
        prev_hash: The hash of the row before, in hexadecimal.
        hash: The hash of this row, in hexadecimal.
    """

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
