"""Sights: what a decision on one path may read, as the store has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Hashable
    from datetime import datetime

    from lazsa_flow.lifecycle.model import Nomination, Snapshot


class EvidenceRow(Protocol):
    """What a decision on one path may read, as the store has it: made values where it is asked.

    Attributes:
        seq: The path's version.
        like: What a move is drafted from: state, version, round, periods, data, pending timers, the
            date of the facts; equal for two paths where all of that is.
        alone: Whether its subject has no other path in its lifecycle, and it would claim nothing.
        figures: The facts' figures, in the order of :data:`lazsa_flow.lifecycle.model.FIGURES`, as
        the
            store has them; equal where the figures are, and ``None`` each without facts.
    """

    path_id: int
    subject: str
    seq: int
    head: str
    like: Hashable
    alone: bool
    figures: tuple[Hashable, ...]

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

    def figure(self, index: int) -> Any:
        """Return one of the figures as a value of :class:`lazsa_flow.lifecycle.model.Facts`."""
        ...

    def said(self, kinds: frozenset[str]) -> Hashable:
        """Return what the subject's records of these kinds say, and from when."""
        ...

    def panel(self) -> tuple[int, int, int, int]:
        """Return the figures of the path's round; as ``figures_of`` in ``panel``."""
        ...

    def nominations(self) -> tuple[Nomination, ...]:
        """Return the path's nominations as they stand."""
        ...

    def evidence(self) -> Snapshot:
        """Return all of it as values."""
        ...
