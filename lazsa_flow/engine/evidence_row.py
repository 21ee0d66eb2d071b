"""Evidence rows: what a decision on one path may read, as the store has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence
    from datetime import datetime

    from lazsa_flow.lifecycle.evidence import Row
    from lazsa_flow.lifecycle.model import Snapshot


class EvidenceRow(Protocol):
    """What a decision on one path may read, as the store has it: made values where it is asked.

    Attributes:
        seq: The path's version.
        group_key: What the change of a move is built from: state, version, round, periods, data,
            pending timers, the dates of evidence that holds from a date; equal for two paths where
            all of that is.
        groupable: Whether its subject has no other path in its lifecycle, and it would claim
            nothing.
        rows: The rows of each evidence source, by the source's name.
    """

    path_id: int
    subject: str
    seq: int
    head: str
    group_key: Hashable
    groupable: bool
    rows: Mapping[str, Sequence[Row]]

    @property
    def recorded_at(self) -> datetime | None:
        """When a row of any of its subject's paths was last recorded."""
        ...

    @property
    def lifecycle(self) -> str:
        """The path's lifecycle."""
        ...

    @property
    def state(self) -> str:
        """The path's state."""
        ...

    def record_key(self, kinds: frozenset[str]) -> Hashable:
        """Return what the subject's records of these kinds say, and from when."""
        ...

    def snapshot(self) -> Snapshot:
        """Return all of it as values."""
        ...
