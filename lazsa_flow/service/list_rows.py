"""Rows and pages of lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Page(Sequence[_Row], Generic[_Row]):
    """Some rows of a list.

    Attributes:
        rows: The rows.
        after: What to give as ``after`` for the next page; ``None`` where this one is the last.
        why_empty: A sentence that says why there are no rows, where there are none.
    """

    rows: tuple[_Row, ...] = ()
    after: str | None = None
    why_empty: str | None = None

    def __repr__(self) -> str:
        """Write it in one line: how many rows, and whether more follow."""
        more = "the last ones" if self.after is None else f"more after {self.after}"
        return f"<Page of {len(self.rows)} rows, {more}>"

    @overload
    def __getitem__(self, at: int) -> _Row: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[_Row, ...]: ...
    def __getitem__(self, at: int | slice) -> _Row | tuple[_Row, ...]:
        """Return a row by its place, or several."""
        return self.rows[at]

    def __len__(self) -> int:
        """Return how many rows this page has."""
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Listed:
    """A path, or a subject with their latest path, as a list shows it.

    Attributes:
        subject: The subject's id.
        country: The country's code.
        path: The path's reference; ``None`` of a subject without one.
        lifecycle: The path's lifecycle; ``None`` of a subject without a path.
        state: The state of the path; ``None`` of a subject without one.
        cycle_on: The round of the path, if it has one.
        since: When it entered its state, by effect.
        trigger: The trigger of its last move.
        reason: The reason code of its last move, if there is one.
        unmet: Of an open path, the guards that today block its way to the next active state
            of its happy path; of another, those of that way that did not hold at its last move.
        parked: Whether the path is parked.
        facts: How the subject's facts are on the date judged: ``missing``, ``stale``,
            ``incomplete`` (a figure that a bar asks for is not known) or ``current``.
        facts_as_of: The date of the facts that count on that date, if there are any.

    Units:
        Instants are aware, in UTC.
    """

    subject: str
    country: str
    path: str | None
    lifecycle: str | None
    state: str | None
    cycle_on: date | None
    since: datetime | None
    trigger: str | None
    reason: str | None
    unmet: tuple[str, ...]
    parked: bool
    facts: str
    facts_as_of: date | None


def list_row(row: Mapping[str, Any], unmet: tuple[str, ...]) -> Listed:
    """Return a row of the database as a row of a list."""
    ref = None if row["id"] is None else f"{row['lifecycle']}-{row['id']}"
    return Listed(
        subject=row["subject"],
        country=row["country"],
        path=ref,
        lifecycle=row["lifecycle"],
        state=row["state"],
        cycle_on=row["cycle_on"],
        since=row["entered_at"],
        trigger=row["trigger"],
        reason=row["reason"],
        unmet=unmet,
        parked=bool(row["parked"]),
        facts=row["facts"],
        facts_as_of=row["facts_as_of"],
    )
