"""The journal of a rehearsal: rows as stored, made JSON values when somebody reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from lazsa_flow.lifecycle.values import freeze
from lazsa_flow.store import decode

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, repr=False)
class ForeseenJournal(Sequence["Mapping[str, Any]"]):
    """The rows that would be written, as :meth:`lazsa_flow.Programme.journal` yields them.

    Attributes:
        stored: Each row as it is stored, with the path's lifecycle after it.
    """

    stored: tuple[tuple[Any, ...], ...]

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self.stored)

    @overload
    def __getitem__(self, index: int) -> Mapping[str, Any]: ...

    @overload
    def __getitem__(self, index: slice) -> ForeseenJournal: ...

    def __getitem__(self, index: int | slice) -> Mapping[str, Any] | ForeseenJournal:
        """Return a row, or some of them."""
        if isinstance(index, slice):
            return ForeseenJournal(self.stored[index])
        *row, lifecycle = self.stored[index]
        read: Mapping[str, Any] = freeze(decode.journal(lifecycle, row))
        return read

    def __repr__(self) -> str:
        """Say how many rows there are."""
        return f"<ForeseenJournal: {len(self)} rows>"
