"""Who wins where people and the clock act on one seller at the same instant?

Sixteen threads, one seller a round: the seller withdraws, with one key or none; compliance
disqualifies; the host closes the account; workers sweep, for whom review may open. All have seen
the path's version 1, and just one of them moves it.

The suite runs a dose; ``LAZSA_RACE_ROUNDS=1000`` runs as many, split between the stores.

Source:
    design.md, rule 4; programme.md, "Tenure, renewal, retirement": the order of commands and
    timers, and "The books".
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

import pytest
import sqlalchemy as sa

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine.sweep_result import SweepResult
from lazsa_flow.errors import StaleVersionError
from lazsa_flow.lifecycle.dates import add_months
from lazsa_flow.lifecycle.model import Actor, Move
from tests import factories
from tests.factories import calendar, midnight, noon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path as FilePath

ROUNDS = int(os.environ.get("LAZSA_RACE_ROUNDS", "24"))
THREADS = 16
STORES = {"sqlite": 3, "postgresql": 1}
"""How the rounds are split."""
KINDS = ("people alone", "an overdue timer", "midnight in the midst")
TICK = timedelta(microseconds=1)
CLOSES_DAYS = 30
PATIENCE_S = 120
COMPLIANCE = Actor("compliance", "com-1")
NOTICES = {
    "withdraw": ["nominated", "nominee_withdrew", "withdrawn"],
    "close_account": ["nominated", "withdrawn"],
    "disqualify": ["disqualified", "nominated"],
    "open_review": ["nominated", "review_opened"],
}
"""What has been told when one trigger has moved the path, and only one."""


class Outcome(NamedTuple):
    """What one thread did, and what came of it."""

    role: str
    result: Move | SweepResult | StaleVersionError


class Race:
    """One database, one clock, and a seller for each round.

    Attributes:
        share: Of the rounds; see :data:`STORES`.
    """

    def __init__(self, url: str, share: int) -> None:
        self.share = share
        Programme.migrate(url)
        self.clock = VirtualClock(noon(date(2020, 2, 10)))
        self.programme = Programme.open(url, clock=self.clock)
        self._engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
        self._start = threading.Barrier(THREADS)
        self._pool = ThreadPoolExecutor(THREADS)

    def close(self) -> None:
        """End the threads and release the database."""
        self._pool.shutdown()
        self._engine.dispose()
        self.programme.close()

    def prepare(self, number: int) -> tuple[str, date]:
        """Nominate the round's seller in a cycle of its own; return path and cycle date."""
        cycle_on = add_months(date(2020, 4, 1), 6 * number)
        seller = f"s{number}"
        self.clock.move_to(noon(cycle_on - timedelta(days=40)))
        self.programme.sweep()
        row = factories.facts(seller=seller, as_of=date(2020, 2, 1), joined_on=date(2018, 1, 1))
        factories.record_facts(self.programme, [row])
        told = self.programme.nominate(
            seller, actor=Actor("employee", "emp-1"), statement="Helps others."
        )
        assert told.cycle_on == str(cycle_on)
        return told.path, cycle_on

    def run(self, path: str, kind: str, cycle_on: date) -> list[Outcome]:
        """Let all threads go at once."""
        closes = calendar().closes(cycle_on, CLOSES_DAYS).at
        assert closes == midnight(cycle_on - timedelta(days=CLOSES_DAYS))
        self.clock.move_to(
            {
                "people alone": closes - timedelta(days=1),
                "an overdue timer": closes,
                "midnight in the midst": closes - TICK,
            }[kind]
        )
        seller = Actor("seller", self.programme.find(path).subject)

        def fire(trigger: str, actor: Actor, reason: str, key: str | None = None) -> Move:
            return self.programme.fire(
                path, trigger, actor=actor, reason=reason, version=1, key=key
            )

        def sweep() -> SweepResult:
            if kind == "midnight in the midst":
                self.clock.move_to(closes)
            return self.programme.sweep()

        acts: tuple[tuple[str, Callable[[int], Move | SweepResult]], ...] = (
            ("sweep", lambda n: sweep()),
            ("seller", lambda n: fire("withdraw", seller, "nominee")),
            ("compliance", lambda n: fire("disqualify", COMPLIANCE, "false_statement")),
            ("seller, one key", lambda n: fire("withdraw", seller, "nominee", f"{path} w")),
            (
                "host, own key",
                lambda n: fire(
                    "close_account", Actor("host", "host"), "account_closed", f"{path} {n}"
                ),
            ),
        )

        def go(number: int) -> Outcome:
            role, act = acts[number % len(acts)]
            self._start.wait(PATIENCE_S)
            try:
                return Outcome(role, act(number))
            except StaleVersionError as error:
                return Outcome(role, error)

        return list(self._pool.map(go, range(THREADS), timeout=PATIENCE_S))

    def check(self, path: str, outcomes: list[Outcome]) -> str:
        """Make sure that exactly one has won; return which trigger."""
        opening, *moves = self.programme.history(path)
        assert opening["trigger"] == "nominate"
        assert len(moves) == 1, [move["trigger"] for move in moves]
        winner, standing = moves[0], self.programme.find(path)
        assert (standing.state, standing.seq) == (winner["dest"], 2)
        assert not standing.parked
        told = {id(o): o.result for o in outcomes if isinstance(o.result, Move)}
        by = {o.role for o in outcomes if isinstance(o.result, Move)}
        for result in told.values():
            assert (result.path, result.seq, result.trigger) == (path, 2, winner["trigger"])
            assert result.actor == winner["actor"]
        sweeps = [o.result for o in outcomes if isinstance(o.result, SweepResult)]
        swept = sum(each.total - each.reminded for each in sweeps)
        if winner["trigger"] == "open_review":
            assert winner["actor"] == "system:review_opens"
            assert not by
            assert swept <= 1  # or somebody's command has let the clock have its word
        else:
            assert swept == 0
            assert len(by) == 1
            # a key's holders all get the one result; without a key only the winner has one
            holders = sum(o.role in by for o in outcomes) if by == {"seller, one key"} else 1
            assert len(told) == holders
        for outcome in outcomes:
            if isinstance(outcome.result, StaleVersionError):
                assert (outcome.result.expected, outcome.result.found) == (1, 2)
        return str(winner["trigger"])

    def clear(self, path: str) -> None:
        """Take the path out of the way of the next round."""
        if self.programme.find(path).state == "under_review":
            self.programme.fire(path, "disqualify", actor=COMPLIANCE, reason="false_statement")

    def notices(self, path: str) -> list[str]:
        """Return what has been told about a path so far."""
        query = sa.text("select kind from lazsa_outbox where key like :key")
        with self._engine.connect() as connection:
            return sorted(connection.scalars(query, {"key": f"{path}.%"}))


@pytest.fixture(params=STORES)
def race(request: pytest.FixtureRequest, tmp_path: FilePath) -> Iterator[Race]:
    """The race on each store."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'race.db'}"
    else:
        make: Callable[[], str] = request.getfixturevalue("postgres")
        url = make()
    race = Race(url, STORES[request.param])
    yield race
    race.close()


def test_one_wins(race: Race) -> None:
    """Of all who act on a version one wins; the rest learn it, or get their key's result (rule 4).

    Nothing is doubled, no path is parked, the books balance, and the journal verifies.
    """
    won: dict[str, set[str]] = {kind: set() for kind in KINDS}
    rounds = max(len(KINDS), ROUNDS * race.share // sum(STORES.values()))
    for number in range(rounds):
        kind = KINDS[number % len(KINDS)]
        path, cycle_on = race.prepare(number)
        outcomes = race.run(path, kind, cycle_on)
        assert len(outcomes) == THREADS
        trigger = race.check(path, outcomes)
        assert race.notices(path) == NOTICES[trigger]
        won[kind].add(trigger)
        race.clear(path)
    # the clock has its word before people, and compliance before the clock
    assert "open_review" not in won["people alone"]
    assert won["an overdue timer"] <= {"open_review", "disqualify"}
    programme = race.programme
    assert not [book for book in programme.books() if book.unexplained or book.parked]
    assert programme.verify_journal() >= 2 * rounds
