"""The ledger: whether the books of every cycle date balance.

The unit is the timer. ``due`` is counted from timer rows, never from what was processed; what
became of each is counted from the journal. Reminders decide nothing and are not in the books.

Source:
    programme.md, "The books".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from lazsa_flow.lifecycle.calendar import Calendar


class Count(NamedTuple):
    """What was counted of one country and cycle date. Units: timers."""

    country: str
    on: date
    due: int
    moved: int
    refused: int
    parked: int


@dataclass(frozen=True, slots=True)
class Book:
    """One country's books of one cycle date.

    Attributes:
        on: The cycle date, local to the country.
        country: The country's code.
        due: Timers that fell due, from timer rows.
        moved: A trigger fired; decline and carry_over included.
        refused: No trigger's guards held; the verdicts are journaled.
        parked: The decision raised an error.

    Units:
        Timers whose instant is from this cycle date (inclusive) to the next (exclusive).
    """

    on: date
    country: str
    due: int = 0
    moved: int = 0
    refused: int = 0
    parked: int = 0

    @property
    def unexplained(self) -> int:
        """What is due and neither moved, refused nor parked; it must be 0."""
        return self.due - self.moved - self.refused - self.parked


def build_ledger(
    counts: Iterable[Count],
    calendars: Mapping[str, Calendar],
    *,
    since: date,
    until: datetime,
) -> list[Book]:
    """Lay out a row for each country and cycle date, zeros too.

    What was counted of a country without a calendar, or of a date that is no longer one of its
    cycle dates, has its row all the same.

    Args:
        counts: What was counted.
        calendars: By country.
        since: The first cycle date to show.
        until: The instant up to which was counted.
    """
    counted = {(count.country, count.on): count for count in counts}
    places = set(counted)
    for country, calendar in calendars.items():
        on, last = calendar.book_on(since), calendar.book_on(calendar.local_date(until))
        while on <= last:
            places.add((country, on))
            on = calendar.next_book_on(on)
    books = [
        Book(on, country, *(counted[country, on][2:] if (country, on) in counted else ()))
        for country, on in places
    ]
    return sorted(books, key=lambda book: (book.on, book.country))
