"""A small world to play the programme in: one SQLite file, one virtual clock, a few verbs.

The stage is Singapore unless a seller is of another country. The clock stands at first at noon of
10 February 2020: the nomination window of the cycle of 1 April 2020 is open.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from lazsa_flow.award.programme import Programme
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.lifecycle.model import Actor
from tests import factories
from tests.factories import noon

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from lazsa_flow.engine.journal_entry import JournalEntry
    from lazsa_flow.engine.sweep_result import SweepResult
    from lazsa_flow.errors import RefusedError
    from lazsa_flow.lifecycle.model import Path

APRIL = date(2020, 4, 1)
OCTOBER = date(2020, 10, 1)
DUE = date(2021, 4, 1)
TICK = timedelta(microseconds=1)
EMPLOYEE = Actor("employee", "emp-1")
OTHER = Actor("employee", "emp-2")
SELLER = Actor("seller", "s1")
COMPLIANCE = Actor("compliance", "com-1")
REVIEWER = Actor("reviewer", "rev-books", "SG", "books")
SCORES = dict.fromkeys(ITEMS, 4)
REVIEWERS = tuple(("rev-" + team, team) for team in ("books", "events", "care", "pay", "law"))
SEATS = {**dict(REVIEWERS), "rev-third": "books", "rev-nominator": "care", "s1": "pay"}
"""Who is assigned to every panel."""
START = noon(date(2020, 2, 10))


@cache
def shipped() -> Config:
    """Load what ships; many worlds are made of it."""
    return Config.load()


def unmet(refused: pytest.ExceptionInfo[RefusedError]) -> dict[str, Any]:
    """Return the verdicts that did not hold, by name."""
    return {v.name: v for v in refused.value.verdicts if not v.held}


def convene(programme: Programme) -> None:
    """Assign the reviewers to the panels of Singapore and Thailand, for all the cycles played."""
    for country in ("SG", "TH"):
        team = Actor("team", f"team-{country}", country)
        for year in (2020, 2021, 2022):
            for month in (4, 10):
                programme.assign_reviewers(country, date(year, month, 1), SEATS, actor=team)


def watch_statements(programme: Programme) -> list[str]:
    """Return the list to which each statement is added that a programme on SQLite asks next."""
    asked: list[str] = []

    def watch(driver: Any, *_rest: object) -> None:
        driver.set_trace_callback(asked.append)

    event.listen(programme._runtime.store._engine, "checkout", watch)
    return asked


class World:
    """The programme, its clock, and verbs that read in one line.

    Attributes:
        crash: Called with the name of each point at which a process could die.
    """

    def __init__(self, url: str, config: Config | None = None) -> None:
        self.crash: Callable[[str], None] = lambda point: None
        self._sellers: dict[str, str] = {}
        self.clock = VirtualClock(START)
        self.programme = Programme.open(
            url, config=config or shipped(), clock=self.clock, probe=lambda p: self.crash(p)
        )

    # -- the clock

    def now(self, to: datetime | date) -> World:
        """Move the clock, the worker asleep; a date is local noon in Singapore."""
        self.clock.move_to(to if isinstance(to, datetime) else noon(to))
        return self

    def go(self, to: datetime | date) -> World:
        """Move the clock with the worker awake: each timer is swept at its own instant."""
        until = to if isinstance(to, datetime) else noon(to)
        while (due := self.programme.next_due()) is not None and due <= until:
            self.clock.move_to(due)
            self.sweep()
        return self.now(until)

    def sweep(self) -> SweepResult:
        """Fire what is due now."""
        return self.programme.sweep()

    # -- evidence

    def facts(self, seller: str = "s1", as_of: date = date(2020, 3, 20), **changes: Any) -> World:
        """Import the facts of a seller who meets every bar but for the changes."""
        sound = {"joined_on": date(2018, 1, 15), **changes}
        row = factories.facts(seller=seller, as_of=as_of, **sound)
        factories.record_facts(self.programme, [row])
        return self

    def nominate(
        self,
        seller: str = "s1",
        actor: Actor = EMPLOYEE,
        statement: str = "Helps others.",
        key: str | None = None,
    ) -> str:
        """Nominate, with facts imported where there are none; return the path."""
        with self.programme._runtime.store.begin(write=False) as transaction:
            known = transaction.country_of(seller)
        if known is None:
            self.facts(seller)
        told = self.programme.nominate(seller, actor=actor, statement=statement, key=key)
        self._sellers[told.path] = seller
        return told.path

    def score(self, path: str, number: int = 0, score: int = 4, **kwargs: Any) -> None:
        """Record the card of one of the five reviewers, each of a team of their own."""
        reviewer, team = REVIEWERS[number]
        self.programme.score(
            path,
            actor=Actor("reviewer", reviewer, self.path(path).country, team),
            scores=dict.fromkeys(ITEMS, score),
            comment="As discussed.",
            **kwargs,
        )

    def panel(self, path: str, cards: int = 3, score: int = 4) -> World:
        """Let as many reviewers score."""
        for number in range(cards):
            self.score(path, number, score)
        return self

    # -- whole stretches of a story

    def candidate(self, seller: str = "s1", cards: int = 3, score: int = 4) -> str:
        """Bring a seller to the 20th of March 2020 under review, scored."""
        path = self.nominate(seller)
        self.go(date(2020, 3, 20)).panel(path, cards, score)
        return path

    def ambassador(self, seller: str = "s1") -> str:
        """Bring a seller to the award of 1 April 2020; it is noon of that day."""
        path = self.candidate(seller)
        self.go(APRIL)
        assert self.state(path) == "awarded"
        return path

    def renewing(self, seller: str = "s1", cards: int = 3, score: int = 4, **facts: Any) -> str:
        """Bring an ambassador to the eve of the due date, 1 April 2021, scored."""
        path = self.ambassador(seller)
        self.go(date(2021, 3, 20)).panel(path, cards, score)
        self.facts(seller, date(2021, 3, 20), **facts)
        return path

    def retired(self, seller: str = "s1") -> str:
        """Bring an ambassador through a full year to a resignation in grace, on 10 April 2021."""
        path = self.ambassador(seller)
        self.go(date(2021, 4, 10)).resign(path)
        return path

    def member(self, seller: str = "s1") -> str:
        """Bring a former ambassador into Reconnect, on 10 April 2021."""
        path = self.retired(seller)
        self.steps(seller).join(seller)
        assert self.state(path) == "reconnect"
        return path

    def former_member(self, seller: str = "s1") -> str:
        """Let a member leave Reconnect, on 10 April 2021."""
        path = self.member(seller)
        self.programme.fire(path, "remove", actor=Actor("seller", seller), reason="left")
        return path

    def resign(self, path: str) -> None:
        """Let the seller resign."""
        seller = self.path(path).subject
        self.programme.fire(path, "retire", actor=Actor("seller", seller), reason="resigned")

    def steps(self, seller: str = "s1") -> World:
        """Record Reconnect's first two steps."""
        for step in ("get_app", "register"):
            self.programme.reconnect_step(seller, step, actor=Actor("seller", seller))
        return self

    def join(self, seller: str = "s1", country: str = "SG") -> Any:
        """Let the local team take Reconnect's last step."""
        team = Actor("team", f"team-{country}", country)
        return self.programme.reconnect_step(seller, "join_group", actor=team)

    def end(self, path: str, trigger: str = "retire", reason: str = "code_of_conduct") -> Any:
        """Let compliance end something."""
        return self.programme.fire(path, trigger, actor=COMPLIANCE, reason=reason)

    def open_case(self, seller: str = "s1", case: str = "case-1") -> World:
        """Let compliance open a case."""
        self.programme.open_case(seller, case, actor=COMPLIANCE)
        return self

    def close_case(self, seller: str = "s1", case: str = "case-1") -> World:
        """Let compliance close a case."""
        self.programme.close_case(seller, case, actor=COMPLIANCE)
        return self

    # -- what came of it

    def path(self, ref: str) -> Path:
        """Return a path as it stands."""
        if ref not in self._sellers:
            return self.programme.find(ref)
        paths = self.programme.paths(self._sellers[ref])
        return next(path for path in paths if path.ref == ref)

    def state(self, ref: str) -> str:
        """Return a path's state."""
        return self.path(ref).state

    def last(self, ref: str) -> JournalEntry:
        """Return a path's last journal row."""
        return self.programme.history(ref)[-1]

    def told(self, ref: str) -> list[tuple[str | None, str | None]]:
        """Return trigger and reason of each journal row of a path."""
        return [(row["trigger"], row["reason"]) for row in self.programme.history(ref)]

    def unmet(self, ref: str) -> set[str]:
        """Return the names of the guards that did not hold at the last row."""
        return {v["name"] for v in self.last(ref)["verdicts"] if not v["held"]}

    def at(self, ref: str) -> tuple[datetime, datetime]:
        """Return when the last row took effect, and when it was recorded."""
        row = self.last(ref)
        return (
            datetime.fromisoformat(row["effective_at"]),
            datetime.fromisoformat(row["recorded_at"]),
        )
