"""Plans that PostgreSQL keeps: what a command asks is not planned again each time."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.model import Actor
from tests.contract.conftest import START
from tests.factories import CYCLE, facts, record_facts

if TYPE_CHECKING:
    from collections.abc import Callable

TRIED = 5
"""So often PostgreSQL plans a prepared statement before it may keep a plan."""
NOMINATOR = Actor("employee", "e-1")


def test_commands_of_one_subject_are_not_planned_again(postgres: Callable[[], str]) -> None:
    """Facts, a nomination, a fire and an invitation of one seller after the other.

    psycopg prepares a statement that it has run five times.
    """
    url = postgres()
    Programme.migrate(url)
    with Programme.open(url, clock=VirtualClock(START)) as programme:
        for number in range(TRIED + 11):
            seller = f"s{number}"
            record_facts(programme, [facts(seller=seller, as_of=date(CYCLE.year, 5, 31))])
            path = programme.nominate(seller, actor=NOMINATOR, statement="helps", key=seller).path
            programme.fire(path, "withdraw", actor=Actor("seller", seller), reason="nominee")
            programme.invite_trainer(seller, shown=("teaching", "speaking"), actor=NOMINATOR)
        query = "SELECT custom_plans, generic_plans, statement FROM pg_prepared_statements"
        with programme._runtime.store._engine.connect() as connection:
            found = connection.exec_driver_sql(query).fetchall()
    assert any(kept for _, kept, _ in found)
    assert [text for tried, _, text in found if tried > TRIED] == []
