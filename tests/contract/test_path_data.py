"""Data with a trigger on both stores: stored with the move, read by sweeps, erased, verified."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow import Actor, Config, Programme, RefusedError, VirtualClock
from lazsa_flow.store import schema
from lazsa_flow.store.connect import connect
from tests.factories import noon
from tests.integration.loan import LOAN

if TYPE_CHECKING:
    from collections.abc import Callable

MAY = date(2020, 5, 4)
HOST = Actor("host", "bank")
SECRET = "Borrower of Row Seven"


def test_data_on_either_store(make: Callable[[], str]) -> None:
    """Loans are paid back by command and within a host's transaction; a sweep closes those paid."""
    url, config, clock = make(), Config.load(lifecycles=[LOAN]), VirtualClock(noon(MAY))
    Programme.migrate(url, config=config, clock=clock)
    with Programme.open(url, config=config, clock=clock) as programme:
        paths = []
        for number in range(4):
            lent: dict[str, Any] = {"total": "100.10", "borrower": SECRET}
            opened = programme.open_path("loan", f"s{number}", "SG", actor=HOST, data=lent)
            paths.append(opened.path)
        for path, amount in zip(paths, ("100.10", "60.00", "100.10", "100.09"), strict=True):
            programme.fire(path, "pay", actor=HOST, data={"amount": amount, "note": SECRET})
        engine = connect(url)
        with engine.begin() as host:
            bound = programme.bind(host)
            with pytest.raises(RefusedError, match=r"100\.09"):
                bound.fire(paths[1], "settle", actor=HOST, data={"amount": "40.09"})
            bound.fire(paths[1], "settle", actor=HOST, data={"amount": "40.10"}, key="once")
        programme.fire(paths[1], "settle", actor=HOST, data={"amount": "40.10"}, key="once")
        clock.move_to(noon(MAY) + timedelta(days=1))
        swept = programme.sweep()
        assert (swept.moved, swept.refused) == (2, 1)
        states = [programme.find(path).state for path in paths]
        assert states == ["closed", "closed", "closed", "lent"]
        assert programme.erase("s0", actor=HOST) == 2
        assert programme.verify().faults == ()
        assert programme.verify_journal() == 12
        with engine.connect() as reading:
            rows = reading.execute(sa.select(schema.path_data).order_by("path_id", "seq")).all()
            texts = reading.scalar(sa.select(sa.func.count()).select_from(schema.texts))
        engine.dispose()
    assert len(rows) == 9
    assert texts == 6
    assert SECRET not in repr(rows)
