"""Pages of the viewer cost what they show: no list reads through what grows with the sellers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from starlette.testclient import TestClient

from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.viewer import viewer
from tests.contract.test_plans import DUE, _reads_through, explained
from tests.factories import CYCLE, facts, midnight, record_facts
from tests.integration.test_relay import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.award.programme import Programme

GROWING = ("paths", "journal", "outbox", "deliveries", "timers", "records", "facts")
"""Tables that have a row or more for each seller."""
PAGES = (
    *("/books", "/books?show=unexplained&country=SG", "/policies", "/bars"),
    *("/outbox", "/outbox?state=parked", "/outbox?state=ready&age=day&failures=1"),
    *("/outbox?state=held&kind=nominated&country=SG", "/outbox?search=s1"),
    *("/deliveries", "/deliveries?kind=nominated&country=SG&since=2026-01-01"),
    *("/deliveries?search=s1", "/deliveries?channel=one&until=2030-01-01"),
    *("/cases", "/cases?state=&search=s", "/cases?state=&country=SG&sort=-country"),
    *("/cases?sort=seller&after=0 s0", "/cases?sort=-since", "/appeals", "/appeals?filed=no"),
    *("/members", "/members?group=add", "/members?group=invited&country=SG", "/members?group=out"),
)
_BOUNDED = ("lazsa_timers_parked", "lazsa_timers_book")
"""What is set aside is little; of the books' index the first row of each country is read."""


def test_no_list_reads_through_a_growing_table(play: Callable[..., Programme]) -> None:
    """Every list, every filter of it and its next page go along an index, on both stores."""
    programme = play()
    assert isinstance(programme.clock, VirtualClock)
    record_facts(
        programme, [facts(seller=f"s{n}", as_of=CYCLE - timedelta(days=60)) for n in range(6)]
    )
    for n in range(6):
        programme.nominate(f"s{n}", actor=Actor("employee", "emp-1"), statement="helps")
    programme.open_case("s0", "case-1", actor=Actor("compliance", "c-1"))
    programme.clock.move_to(midnight(CYCLE) - timedelta(days=1))
    programme.relay(channels={"one": Recorder()})
    programme.clock.move_to(DUE)
    programme.sweep()
    client = TestClient(viewer(programme, authenticate=lambda asking: True, fresh_s=0))
    for page in PAGES:
        with explained(programme) as plans:
            assert client.get(page).status_code == 200, page
        through = {
            statement: [line for line in plan if _is_unbounded(line)]
            for statement, plan in plans.told.items()
        }
        found = [(lines, statement) for statement, lines in through.items() if lines]
        assert found == [], page


def _is_unbounded(line: str) -> bool:
    grows = any(f"lazsa_{name}" in line for name in GROWING)
    return grows and _reads_through(line) and not any(name in line for name in _BOUNDED)
