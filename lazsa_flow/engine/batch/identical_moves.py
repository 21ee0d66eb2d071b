"""Moves of identical paths: one change, and of each path what is its own."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from lazsa_flow.engine.journal import around
from lazsa_flow.engine.journal_check import read_back
from lazsa_flow.engine.values import BatchChange, PathOverrides

if TYPE_CHECKING:
    from lazsa_flow.engine.values import Change
    from lazsa_flow.lifecycle.table import Lifecycle


class IdenticalMoves(NamedTuple):
    """How identical paths move: the change, the text around their own values, and these."""

    change: Change
    around: tuple[str, str, str] | None
    each: list[PathOverrides]
    rereads: bool

    @classmethod
    def of(cls, change: Change, lifecycle: Lifecycle) -> IdenticalMoves:
        """Begin with the change of the first; it is no one's own yet."""
        frame = None if change.row is None else around(change.row)
        return cls(change, frame, [], lifecycle.rereads_rows)

    @property
    def verdicts(self) -> str:
        """What the guards of the first found, as canonical text."""
        return "" if self.change.row is None else self.change.row.verdicts_text

    def own(self, path_id: int, subject: str, head: str, verdicts: str) -> PathOverrides:
        """Return what is one path's own.

        Args:
            path_id: The path's number.
            subject: Whose path.
            head: Its hash before the move.
            verdicts: What its guards found, as canonical text.

        Raises:
            JournalError: Its row does not read back, and is of a table that is read back.
        """
        if self.around is None:  # a reminder has no journal row
            return PathOverrides(path_id, subject, head, "", head)
        before, between, behind = self.around
        text = f"{before}{path_id}{between}{head}{behind}{verdicts}}}"
        own = PathOverrides(path_id, subject, head, verdicts, sha256(text.encode()).hexdigest())
        if self.rereads:
            after = self.change.after
            read_back(f"{after.lifecycle}-{path_id}", after.seq, text.encode(), own.hash)
        return own

    def batch_change(self) -> BatchChange:
        """Return all of them as they are written."""
        return BatchChange(self.change, self.each)
