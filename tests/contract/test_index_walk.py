"""Walks along the index of lists find what a plain query finds, in its order, page after page."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow.store import schema
from lazsa_flow.store.index_walk import select_rounds, walk_rounds
from tests.contract.conftest import START
from tests.factories import CYCLE

if TYPE_CHECKING:
    from lazsa_flow.award.store.store import AwardStore

LATER = date(CYCLE.year + 1, CYCLE.month, CYCLE.day)
COUNTRIES, STATES, CYCLES = ("SG", "TH", "VN"), ("nominated", "awarded", "left"), (CYCLE, LATER)


def fill_paths(connection: sa.Connection) -> None:
    """Put paths of every country, state and round into the table, of each three, mixed."""
    places = list(product(range(3), COUNTRIES, STATES, (*CYCLES, None)))
    connection.execute(
        sa.insert(schema.paths),
        [
            {
                **dict.fromkeys(("head", "spans", "data"), "{}"),
                **dict.fromkeys(("opened_at", "entered_at", "recorded_at"), START),
                "id": 7 * number % 101 + 1,
                "lifecycle": "award",
                "subject": f"s{number}",
                "country": country,
                "state": state,
                "cycle_on": cycle_on,
                "seq": 0,
                "parked": False,
            }
            for number, (_, country, state, cycle_on) in enumerate(places)
        ],
    )


def pages(
    connection: sa.Connection, countries: tuple[str, ...], states: tuple[str, ...], **asked: Any
) -> list[int]:
    """Return what the pages of two rows hold, one after the other."""
    newest_first = asked.pop("newest_first")
    rounds, dated = select_rounds(countries, states, **asked), bool(asked)
    found: list[int] = []
    number = schema.paths.c.id
    while True:
        page = walk_rounds(
            connection.dialect.name,
            rounds,
            sa.select(number),
            after=found[-1] if found else None,
            limit=2,
            newest_first=newest_first,
            dated=dated,
        )
        rows = list(connection.scalars(page))
        found += rows
        if len(rows) < 2:
            return found


@pytest.mark.parametrize("newest_first", [True, False])
def test_pages_along_the_index_hold_every_path_once_and_in_order(
    store: AwardStore, *, newest_first: bool
) -> None:
    """Whatever countries, states and dates are asked for, paths without a date among them."""
    table = schema.paths
    with store.undone() as connection:
        fill_paths(connection)
        for countries, states, asked in (
            (COUNTRIES, STATES, {}),
            (("TH",), STATES, {}),
            (("TH",), ("awarded", "unknown"), {}),
            (COUNTRIES, ("left",), {"cycle_on": LATER}),
            (("SG", "VN"), STATES, {"cycle_until": CYCLE}),
        ):
            plain = sa.select(table.c.id).where(
                table.c.country.in_(countries), table.c.state.in_(states)
            )
            if "cycle_on" in asked:
                plain = plain.where(table.c.cycle_on == asked["cycle_on"])
            if "cycle_until" in asked:
                plain = plain.where(table.c.cycle_on <= asked["cycle_until"])
            order = table.c.id.desc() if newest_first else table.c.id
            expected = list(connection.scalars(plain.order_by(order)))
            assert len(expected) >= 9
            found = pages(connection, countries, states, newest_first=newest_first, **asked)
            assert found == expected
