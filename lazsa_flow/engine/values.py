"""What the engine decides, as values: changes of paths, and the timers that a sweep takes.

Of the thousands who are due at one midnight, most stand where others stand: the same state and
round, the same timers, periods of the same days. Their moves differ in who they are, in what the
guards found, and in the hashes that follow from it. So a store can write them by one change and a
few texts for each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from lazsa_flow.engine.journal import findings_of
from lazsa_flow.lifecycle.values import value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import date, datetime

    from lazsa_flow.engine.journal import JournalRow
    from lazsa_flow.lifecycle.model import Path, Statement, TimerRow
    from lazsa_flow.lifecycle.path_data import CheckedData


@value
class Notice:
    """A row of the outbox: recipient and kind; the text is made when it is sent.

    Attributes:
        key: Stable, so that a receiver recognises a repeat.
        to: A recipient of the lifecycle's, or a person by role and id: ``employee:e-7``.
    """

    key: str
    kind: str
    to: str


class Change(NamedTuple):
    """All that one move writes; it is written whole or not at all.

    Attributes:
        before: The path as it was read; ``None`` where it opens. Its ``seq`` must still stand.
        recorded_at: When it is written.
        row: The journal row; none for a reminder.
        fired: The timer that led to it, with its new status.
        scheduled: Timers to set.
        cancelled: Pending timers that the new state ends.
        slot: Whether the path takes or frees its subject's one place in the lifecycle.
        claims: Keys that the path takes for itself, by scope.
        linked: Changes of other paths that belong to this one.
        data: What was handed over with the trigger, if anything was.
        kept: Where the path comes into another state: timers that decide and wait on in it.
    """

    before: Path | None
    after: Path
    recorded_at: datetime
    row: JournalRow | None
    fired: TimerRow | None = None
    scheduled: tuple[TimerRow, ...] = ()
    cancelled: tuple[TimerRow, ...] = ()
    notices: tuple[Notice, ...] = ()
    records: tuple[Statement, ...] = ()
    slot: Literal["take", "free"] | None = None
    claims: tuple[tuple[str, str], ...] = ()
    linked: tuple[Change, ...] = ()
    data: CheckedData | None = None
    kept: tuple[TimerRow, ...] = ()

    @property
    def moves(self) -> bool:
        """Whether the path's row is written; a reminder may leave it as it is."""
        return self.row is not None or self.after != self.before


@dataclass(frozen=True, slots=True)
class Claim:
    """Timers that a sweep takes: of one instant and one country, one a path.

    Attributes:
        due_at: The instant.
        book_on: The cycle date in whose books the first of them is counted.
        names: The timers' names, by path.
    """

    due_at: datetime
    country: str
    book_on: date
    names: Mapping[int, str]

    def without(self, path_ids: Collection[int]) -> Claim | None:
        """Return it without these paths; ``None`` where no other is left."""
        names = {path_id: name for path_id, name in self.names.items() if path_id not in path_ids}
        return replace(self, names=names) if names else None


class PathOverrides(NamedTuple):
    """What a move has that is one path's own.

    Attributes:
        prev_hash: The path's head before it,
        hash: and after it; of a reminder, which has no journal row, the same.
    """

    path_id: int
    subject: str
    prev_hash: str
    verdicts_text: str
    hash: str


class BatchChange(NamedTuple):
    """Moves of identical paths.

    Attributes:
        change: As it was drafted for one of them: no claim is taken by it, and no other path moves
            with it.
        each: What is each one's own, that one's included.
    """

    change: Change
    each: list[PathOverrides]

    @property
    def status(self) -> str:
        """What became of their timers."""
        return self.change.fired.status if self.change.fired else ""

    def changes(self) -> Iterator[Change]:
        """Yield the change of each, whole but for when its path was opened, which none changes."""
        return (_of(self.change, own) for own in self.each)


def _of(change: Change, own: PathOverrides) -> Change:
    """Return the change as it is for one of the paths."""
    after, behind = _path(change.after, own, own.hash), len(change.after.ref)
    return change._replace(
        before=change.before and _path(change.before, own, own.prev_hash),
        after=after,
        row=change.row and _row(change.row, own, after.ref),
        fired=change.fired and _timer(change.fired, own),
        scheduled=tuple(_timer(timer, own) for timer in change.scheduled),
        cancelled=tuple(_timer(timer, own) for timer in change.cancelled),
        kept=tuple(_timer(timer, own) for timer in change.kept),
        notices=tuple(Notice(after.ref + n.key[behind:], n.kind, n.to) for n in change.notices),
    )


def _row(row: JournalRow, own: PathOverrides, ref: str) -> JournalRow:
    return replace(
        row,
        path=ref,
        path_id=own.path_id,
        verdicts=findings_of(json.loads(own.verdicts_text)),
        prev_hash=own.prev_hash,
    )


def _path(path: Path, own: PathOverrides, head: str) -> Path:
    return replace(path, id=own.path_id, subject=own.subject, head=head)


def _timer(timer: TimerRow, own: PathOverrides) -> TimerRow:
    return replace(timer, path_id=own.path_id)
