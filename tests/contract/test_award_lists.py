"""Lists of cases and appeals: filtered, sorted and paged, the same on every store."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, get_args

import pytest

from lazsa_flow.award.store.case_listing import CaseOrder, CaseQuery
from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.service.part import runtime_of
from tests.contract.test_store import COMPLIANCE, clock
from tests.factories import CYCLE, facts, midnight, record_facts

if TYPE_CHECKING:
    from lazsa_flow.award.programme import Programme
    from lazsa_flow.award.store.case_listing import CaseRow

HOST: Final = Actor("host", "host-1")


@pytest.fixture
def programme(play: Any) -> Programme:
    """Seven sellers of Singapore and Malaysia, each nominated and with a case; one is closed."""
    found: Programme = play()
    for country, numbers in (("SG", range(4)), ("MY", range(4, 7))):
        record_facts(
            found,
            [
                facts(seller=f"s{n}", country=country, as_of=CYCLE - timedelta(days=60))
                for n in numbers
            ],
        )
    for n in range(7):
        found.nominate(f"s{n}", actor=Actor("employee", "emp-1"), statement="helps")
        found.open_case(f"s{n}", f"Case-{6 - n}", actor=COMPLIANCE)
    found.close_case("s2", "Case-4", actor=COMPLIANCE)
    return found


def read_cases(programme: Programme, query: CaseQuery) -> list[CaseRow]:
    """Return the cases of a query as the store has them."""
    with runtime_of(programme).store.listing() as listing:
        return list(listing.cases(query))


def test_pages_of_cases_make_up_the_list(programme: Programme) -> None:
    """In every order each case is on one page and none is missing, whichever id it was said of."""
    record_facts(programme, [facts(seller="s9", as_of=CYCLE - timedelta(days=60))])
    programme.open_case("s9", "Case-7", actor=COMPLIANCE)
    programme.merge_sellers("s9", "s1", actor=HOST)
    programme.close_case("s1", "Case-7", actor=COMPLIANCE)  # opened under the other id
    for order, descending in itertools.product(get_args(CaseOrder), (False, True)):
        whole = read_cases(programme, CaseQuery(order=order, descending=descending))
        assert sorted(each.case for each in whole) == [f"Case-{n}" for n in range(8)]
        assert {each.case for each in whole if each.value == "closed"} == {"Case-4", "Case-7"}
        assert {each.case: each.seller for each in whole}["Case-7"] == "s1"
        values = [(getattr(each, order), each.number) for each in whole]
        assert values == sorted(values, reverse=descending)
        found: list[CaseRow] = []
        after = None
        while len(found) < len(whole):
            query = CaseQuery(order=order, descending=descending, after=after, limit=2)
            page = read_cases(programme, query)
            assert page
            found, after = found + page, page[-1].place(order)
        assert found == whole
        with pytest.raises(InputError, match="the place at which a page in this order ended"):
            read_cases(programme, CaseQuery(order=order, after="s1"))


def test_cases_are_listed_by_filters_page_by_page(programme: Programme) -> None:
    """Country, search and state narrow the list; a page says what the next one begins after."""
    assert [each.seller for each in programme.cases("MY").rows] == ["s4", "s5", "s6"]
    assert [each.case for each in programme.cases(search="CASE-5")] == ["Case-5"]
    assert len(programme.cases()) == 6
    assert programme.cases(search="%").why_empty == "No such case."
    first = programme.cases(closed=True, limit=4)
    rest = programme.cases(closed=True, limit=4, after=first.after)
    assert [each.seller for each in (*first, *rest)] == ["s0", "s1", "s3", "s4", "s5", "s6", "s2"]
    assert (rest.after, first[0].path, first[0].state) == (None, "award-1", "nominated")
    assert programme.cases(after="999").why_empty == "There are no more."


def test_appeals_are_listed_page_by_page(programme: Programme) -> None:
    """Pages of decisions that can be appealed follow each other, each with its reason."""
    for cycle in (CYCLE, CYCLE.replace(year=CYCLE.year + 1, month=4)):  # carried over, declined
        clock(programme).move_to(midnight(cycle) + timedelta(days=1))
        programme.sweep()
    whole = programme.appeals(unfiled=True)
    assert len(whole) == 7
    assert {each.reason for each in whole} <= {"incomplete", "not_reviewed", "case_open"}
    first = programme.appeals(unfiled=True, limit=3)
    rest = programme.appeals(unfiled=True, after=first[-1].path)
    assert [*first, *rest] == whole
    programme.appeal(whole[3].path, actor=Actor("manager", "m-7"), grant=False)
    [filed] = programme.appeals(whole[3].country)
    assert (filed.path, filed.rejections) == (whole[3].path, 1)
    assert len(programme.appeals(unfiled=True)) == 7
    with pytest.raises(InputError, match="a path whose appeal is listed"):
        programme.appeals(after="award-99")
