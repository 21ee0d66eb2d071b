"""Lists of the viewer: what an address asks, what the page and the CSV show of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lazsa_flow.errors import InputError
from lazsa_flow.viewer.cells import (
    Command,
    LateBy,
    Link,
    Mark,
    Series,
    Share,
    ZonedTime,
    write_html,
    write_length,
    write_text,
)
from lazsa_flow.viewer.fresh_cache import FreshCache
from lazsa_flow.viewer.list_csv import stream_csv
from lazsa_flow.viewer.list_html import write_list
from lazsa_flow.viewer.list_page import (
    COUNTED_AT_MOST,
    Choice,
    Column,
    Filter,
    ListPage,
    ListQuery,
    ListRows,
    Row,
    Section,
)
from lazsa_flow.viewer.list_query import read_query, write_address

COUNTRIES = Filter("country", "Country", choices=[Choice("PH", "Philippines"), Choice("SG")])
TIMERS = Filter("timer", "Timer", choices=[Choice(f"t-{at}") for at in range(9)])
UNTIL = Filter("until", "By the end of", kind="date")
FILTERS = (COUNTRIES, TIMERS, UNTIL)
COLUMNS = (
    Column("Name", "name", sortable=True),
    Column("Times", "times", numeric=True, sortable=True),
    Column("Do", in_csv=False),
)


def find_numbers(_context: Any, query: ListQuery) -> ListRows:
    """Find the numbers from 1 to 1,200 after the one that a page ended with."""
    start = int(query.after or 0)
    numbers = range(start + 1, min(start + query.limit, 1200) + 1)
    rows = [Row((f"n-{at}", at, Command(f"do {at}")), str(at)) for at in numbers]
    return ListRows(rows, start + query.limit < 1200, count=None if query.rows_only else 1200)


PAGE = ListPage(
    route="/numbers",
    title="Numbers",
    noun="numbers",
    columns=COLUMNS,
    find=find_numbers,
    search="Name",
)


def write_html_of(parameters: dict[str, str], found: ListRows | None = None) -> str:
    """Write the page of an address."""
    query = read_query(PAGE, FILTERS, parameters)
    found = find_numbers(None, query) if found is None else found
    return "".join(write_list(PAGE, "Numbers", "/w/numbers", FILTERS, query, found))


def test_an_address_keeps_what_was_chosen() -> None:
    """Every link keeps filters, search and order, but for what it changes; the place is left."""
    page = write_html_of({"country": "PH", "search": "a b", "sort": "-times", "after": "100"})
    kept = "country=PH&amp;search=a+b&amp;sort=-times"
    assert f'href="/w/numbers?{kept}"' in page, "the first page"
    assert f'href="/w/numbers?{kept}&amp;after=200"' in page, "the next page"
    assert f'href="/w/numbers?{kept}&amp;format=csv"' in page
    assert 'href="/w/numbers?country=SG&amp;search=a+b&amp;sort=-times"' in page
    assert 'href="/w/numbers?search=a+b&amp;sort=-times"' in page, "all countries"
    assert '<input type="hidden" name="country" value="PH">' in page, "the form keeps it, too"
    assert 'aria-current="true">Philippines' in page


def test_a_column_sorts_both_ways() -> None:
    """A sortable column is a link; the one that the list is sorted by turns round."""
    page = write_html_of({"sort": "times"})
    assert 'aria-sort="ascending"><a href="/w/numbers?sort=-times">Times' in page
    assert '<a href="/w/numbers?sort=name">Name' in page
    assert '<th scope="col">Do</th>' in page


def test_the_rows_are_counted() -> None:
    """The count goes as far as lists count; one row is one."""
    assert "1,200 numbers." in write_html_of({})
    assert "1 number." in write_html_of({}, ListRows([Row(("a", 1, ""), "a")], count=1))
    most = ListRows([], count=COUNTED_AT_MOST, summary="7 of 69 are short.")
    assert "10,000 or more numbers. 7 of 69 are short." in write_html_of({}, most)


def test_an_empty_list_says_what_comes_next() -> None:
    """Instead of a table without rows there is a sentence, and a link."""
    link = Link("Show it", "/w/numbers?until=2027-04-01")
    page = write_html_of({}, ListRows([], empty="Nothing is due.", empty_link=link))
    assert '<p class="empty">Nothing is due. <a href' in page
    assert "<table>" not in page
    assert "CSV" not in page


def test_a_section_has_its_own_table() -> None:
    """Counts beside a list are a table with a caption."""
    section = Section("By day", (Column("Day"), Column("Rows", numeric=True)), [("today", 1_000)])
    page = write_html_of({}, ListRows([], sections=[section]))
    assert "<h2>By day</h2>" in page
    assert '<td class="number">1,000</td>' in page


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"country": "XX"}, "country: got 'XX', expected one of PH, SG"),
        ({"until": "soon"}, "until: got 'soon', expected a date"),
        ({"sort": "do"}, "sort: got 'do', expected one of name, times"),
        ({"search": "x" * 3000}, "search: got"),
        ({"after": "\x00"}, "after: got"),
    ],
)
def test_what_cannot_be_asked_is_refused(parameters: dict[str, str], said: str) -> None:
    """The error names the field, the value and what was expected."""
    with pytest.raises(InputError, match=said):
        read_query(PAGE, FILTERS, parameters)


def test_what_a_list_does_not_know_is_passed_by() -> None:
    """A parameter of somebody else's is ignored; a default holds where the address has none."""
    filters = (Filter("kind", "Kind", choices=[Choice("a"), Choice("b")], default="a"),)
    query = read_query(PAGE, filters, {"utm": "1"})
    assert dict(query.filters) == {"kind": "a"}
    assert write_address("/w", query, kind="b") == "/w?kind=b"


def test_csv_has_every_page() -> None:
    """All rows are written, page after page, with figures as figures and no formula."""
    asked: list[ListQuery] = []

    def find(query: ListQuery) -> ListRows:
        asked.append(query)
        return find_numbers(None, query)

    lines = "".join(stream_csv(COLUMNS, ListQuery(after="700"), find)).splitlines()
    assert lines[:2] == ["name,times", "n-1,1"]
    assert len(lines) == 1201
    assert len(asked) == 3
    assert all(each.rows_only for each in asked)
    formula = ListRows([Row(("=1+1", -5, ""), "a")])
    assert list(stream_csv(COLUMNS, ListQuery(), lambda _: formula)) == [
        "name,times\n",
        "'=1+1,-5\n",
    ]


def test_cells() -> None:
    """Each cell is written as HTML, escaped, and as text."""
    at = datetime(2027, 3, 31, 16, tzinfo=UTC)
    for cell, html, text in (
        (None, "", ""),
        ("<b>", "&lt;b&gt;", "<b>"),
        (1200, "1,200", "1200"),
        (Link("a&b", '/x"y'), '<a href="/x&quot;y">a&amp;b</a>', "a&b"),
        (
            ZonedTime(at, "Asia/Manila"),
            '<time datetime="2027-03-31T16:00:00+00:00">2027-04-01 00:00 +08:00 Manila</time>',
            "2027-04-01 00:00 +08:00 Manila",
        ),
        (Mark("late", "bad"), '<span class="mark bad">late</span>', "late"),
        (Series([Link("a", "/a"), "b"]), '<a href="/a">a</a>, b', "a, b"),
    ):
        assert (write_html(cell), write_text(cell)) == (html, text)
    assert write_text(Share(65, 71)) == "65 of 71"
    assert 'width="77"' in write_html(Share(65, 71))
    assert "<code>do 1</code>" in write_html(Command("do 1"))


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(seconds=5), "5 s"),
        (timedelta(minutes=5), "5 min"),
        (timedelta(hours=4, minutes=12), "4 h 12 min"),
        (timedelta(hours=4), "4 h"),
        (timedelta(days=1, hours=2), "1 day 2 h"),
        (timedelta(days=1095, hours=2), "1,095 days"),
        (timedelta(seconds=-5), "0 s"),
    ],
)
def test_lengths_of_time(length: timedelta, text: str) -> None:
    """A length is told in its two largest units."""
    assert write_length(length) == text
    assert write_text(LateBy(length)) == text


def test_a_value_is_computed_once_while_it_is_fresh() -> None:
    """Many who look at the same time ask the database once; what took long stays for longer."""
    seconds = iter((0.0, 2.0, 19.9, 20.1, 20.2, 20.3))
    cache, computed = FreshCache(1.0, clock=lambda: next(seconds)), []

    def compute() -> int:
        computed.append(1)
        return len(computed)

    assert [cache.get("a", compute) for _ in range(3)] == [1, 1, 2]
    assert cache.get("a", compute) == 2
