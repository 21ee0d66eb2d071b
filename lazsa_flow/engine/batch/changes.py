"""What do moves of paths have in common, and what is each one's own?

Of the thousands who are due at one midnight, most stand where others stand: the same state and
round, the same timers, periods of the same days. Their moves differ in who they are, in what the
guards found, and in the hashes that follow from it. So a store can write them by one change and a
few texts for each.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from lazsa_flow.engine.journal import findings_of
from lazsa_flow.engine.ports import Change, Notice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.engine.journal import JournalRow
    from lazsa_flow.lifecycle.model import Path, TimerRow


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
    """Moves of paths that are alike.

    Attributes:
        change: As it was drafted for one of them: no path is opened by it, no place or claim taken,
            and no other path moves with it.
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
