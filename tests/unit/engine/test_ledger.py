"""The books: a row for each country and cycle date, and nothing unexplained (programme.md)."""

from __future__ import annotations

from datetime import date, timedelta

from lazsa_flow.engine.ledger import Book, Count, build_ledger
from tests.factories import CYCLE, calendar, midnight

SPRING = date(2026, 4, 1)
CALENDARS = {"SG": calendar("SG"), "ID": calendar("ID")}


def test_unexplained_is_what_is_left_of_due() -> None:
    """Unexplained = due - moved - refused - parked."""
    assert Book(CYCLE, "SG", due=10, moved=4, refused=3, parked=2).unexplained == 1
    assert Book(CYCLE, "SG", due=9, moved=4, refused=3, parked=2).unexplained == 0


def test_every_country_and_date_has_a_row() -> None:
    """Each country and cycle date has its row in order, zeros too."""
    books = build_ledger(
        [Count("SG", CYCLE, 5, 4, 1, 0)], CALENDARS, since=SPRING, until=midnight(CYCLE, "ID")
    )
    assert books == [
        Book(SPRING, "ID"),
        Book(SPRING, "SG"),
        Book(CYCLE, "ID"),
        Book(CYCLE, "SG", 5, 4, 1, 0),
    ]


def test_what_was_counted_is_never_left_out() -> None:
    """A country without a calendar and a date that is no cycle date have their rows, too."""
    strange, former = Count("KH", CYCLE, 3, 1, 1, 0), Count("SG", date(2026, 9, 1), 1, 1, 0, 0)
    books = build_ledger([strange, former], CALENDARS, since=CYCLE, until=midnight(CYCLE))
    assert [(book.country, book.on, book.unexplained) for book in books] == [
        ("SG", date(2026, 9, 1), 0),
        ("KH", CYCLE, 1),
        ("SG", CYCLE, 0),
    ]


def test_a_cycle_has_its_row_once_it_begins_there() -> None:
    """At Singapore's midnight of a cycle date Jakarta is in the cycle before."""
    books = build_ledger([], CALENDARS, since=CYCLE, until=midnight(CYCLE, "SG"))
    assert [(book.country, book.on) for book in books] == [("SG", CYCLE), ("ID", CYCLE)][:1]
    before = midnight(CYCLE, "SG") - timedelta(microseconds=1)
    assert build_ledger([], CALENDARS, since=CYCLE, until=before) == []


def test_the_first_row_is_of_the_cycle_that_a_date_lies_in() -> None:
    """Since a date within a cycle means since that cycle's date."""
    books = build_ledger([], {"SG": CALENDARS["SG"]}, since=date(2026, 6, 1), until=midnight(CYCLE))
    assert [book.on for book in books] == [SPRING, CYCLE]
