"""Whatever people and the clock do, in whatever order, the programme keeps its promises.

A stateful walk over a real SQLite database with a virtual clock: people try everything the facade
offers, rightly and wrongly, the clock moves by an instant or by months, and sweeps come late or not
at all. After every step the promises are checked on what is stored.

The suite takes the same few walks every time. ``LAZSA_WALK_EXAMPLES`` asks for so many new ones,
told as they were found, unshrunk; each is ``LAZSA_WALK_STEPS`` long.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache, partial
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.errors import LazsaError
from lazsa_flow.lifecycle.calendar import TICK, parse_instant
from lazsa_flow.lifecycle.model import SYSTEM, Actor
from tests.factories import facts, record_facts, utc

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.lifecycle.model import Path

SELLERS = {"sel-1": "SG", "sel-2": "ID", "sel-3": "SG"}
COUNTRIES = ("SG", "ID")
START = utc(2026, 6, 1)
FAR = utc(9000, 1, 1)
SITTING = {"awarded", "renewed", "renewal_due"}
STAGES = ("empty", "nominated", "reviewed", "awarded", "due", "grace", "retired", "member")

EDGES = (AWARD.opening, *AWARD.edges)
TRIGGERS = sorted({edge.trigger for edge in EDGES})
REASONS: list[str | None] = [
    None,
    *sorted({r for edge in EDGES for r in edge.reasons if r is not None}),
    "other",
]
PAIRS = st.tuples(st.sampled_from(TRIGGERS), st.sampled_from(REASONS))

EMPLOYEES = tuple(Actor("employee", f"emp-{n}") for n in (1, 2))
SELVES = tuple(Actor("seller", seller) for seller in SELLERS)
AMBASSADORS = tuple(Actor("ambassador", seller) for seller in SELLERS)
REVIEWERS = (
    *(Actor("reviewer", f"rev-{n}", "SG", f"team-{n}") for n in range(1, 5)),
    Actor("reviewer", "emp-1", "SG", "team-2"),
    Actor("reviewer", "sel-1", "SG", "team-3"),
    Actor("reviewer", "rev-5", "SG", "team-1"),  # assigned to no panel
    Actor("reviewer", "rev-6", "SG"),
)
SEATED = {actor.id: actor.team for actor in REVIEWERS[:6] if actor.team}
TEAMS = tuple(Actor("team", f"team-{code}", code) for code in COUNTRIES)
MANAGERS = (*(Actor("manager", f"man-{n}") for n in (1, 2)), Actor("manager", "rev-1"))
COMPLIANCE = Actor("compliance", "com-1")
HOST = Actor("host", "host-1")
EVERYBODY = (
    *EMPLOYEES,
    *SELVES,
    *AMBASSADORS,
    *REVIEWERS,
    *TEAMS,
    *MANAGERS,
    COMPLIANCE,
    Actor("compliance", "com-id", "ID"),
    HOST,
    Actor("operator", "op-1"),
    Actor("onboarding", "onb-1"),
    Actor("system", "cycle_date"),
)

sellers = st.sampled_from(sorted(SELLERS))
anyone = st.sampled_from(EVERYBODY)
index = st.sampled_from(range(8))


@cache
def template() -> bytes:
    """Return a migrated database, in which nothing stands but the panels of many years."""
    with tempfile.TemporaryDirectory() as folder:
        file = FilePath(folder, "template.db")
        url, clock = f"sqlite:///{file}", VirtualClock(START)
        Programme.migrate(url, config=config(), clock=clock)
        with Programme.open(url, config=config(), clock=clock) as programme:
            for team in TEAMS:
                for cycle in (
                    date(year, month, 1) for year in range(2026, 2040) for month in (4, 10)
                ):
                    programme.assign_reviewers(str(team.country), cycle, SEATED, actor=team)
        return file.read_bytes()


@cache
def config() -> Config:
    """Return what ships, with the award alone."""
    return Config.load(lifecycles=[AWARD])


class Walk(RuleBasedStateMachine):
    """People, a clock, and a database."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = FilePath(tempfile.mkdtemp(prefix="lazsa-walk-"))
        file = self.folder / "walk.db"
        file.write_bytes(template())
        self.clock = VirtualClock(START)
        self.programme = Programme.open(f"sqlite:///{file}", config=config(), clock=self.clock)

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.programme.close()
        shutil.rmtree(self.folder)

    # -- means

    def attempt(self, command: Callable[[], Any]) -> bool:
        """Try a command; only our own errors may come of it, and they leave nothing behind."""
        next_due = self.programme.next_due()
        settled = next_due is None or next_due > self.clock.now()
        before = self.stored() if settled else None
        try:
            command()
        except LazsaError as error:
            refusal = error
        else:
            return True
        assert str(refusal)
        if before is not None:
            assert self.stored() == before, "a refused command has written"
        return False

    def stored(self) -> tuple[Any, ...]:
        """Return what a refused command must leave as it was."""
        store = self.programme._runtime.store
        with store.begin(write=False) as transaction:
            records = [transaction.records_of(seller) for seller in SELLERS]
            paths = self.paths()
            nominations = [transaction.nominations_of(path.id) for path in paths]
            rounds = [transaction.rounds_of(path.id) for path in paths]
        return paths, store.due(FAR), records, nominations, rounds

    def paths(self) -> list[Path]:
        """Return every path of every seller."""
        return [path for seller in SELLERS for path in self.programme.paths(seller)]

    def pick(self, number: int) -> str:
        """Return the reference of a path; of one that is not there now and then."""
        paths = self.paths()
        return paths[number % len(paths)].ref if paths and number < 7 else f"award-{number + 90}"

    def tell(self, seller: str, *, days: int = 0, **changes: Any) -> None:
        """Import facts of a seller, sound ones dated today unless told otherwise."""
        as_of = self.clock.now().date() + timedelta(days=days)
        told = facts(seller=seller, country=SELLERS[seller], as_of=as_of, **changes)
        self.attempt(lambda: record_facts(self.programme, [told]))

    def card(self, ref: str, reviewer: Actor, score: int) -> None:
        """Let a reviewer give one score to every item."""
        scores = dict.fromkeys(ITEMS, score)
        reviewer = self.local(ref, reviewer)
        self.attempt(
            lambda: self.programme.score(ref, actor=reviewer, scores=scores, comment="seen")
        )

    def local(self, ref: str, reviewer: Actor) -> Actor:
        """Return a reviewer as one of the path's country; but for one, who is of Singapore."""
        country = next((path.country for path in self.paths() if path.ref == ref), "SG")
        if reviewer.role != "reviewer" or reviewer.id == "rev-4":
            return reviewer
        return replace(reviewer, country=country)

    def jump(self, on: date) -> None:
        """Move the clock to noon of a date and sweep."""
        self.clock.move_to(datetime(on.year, on.month, on.day, 12, tzinfo=START.tzinfo))
        self.sweep(1000)

    # -- rules

    @initialize(stage=st.sampled_from(STAGES), seller=st.sampled_from(["sel-1", "sel-2"]))
    def begin(self, stage: str, seller: str) -> None:
        """Begin with facts of two sellers, one of them so far along the way."""
        at = STAGES.index(stage)
        self.tell("sel-1")
        self.tell("sel-2", gmv_rate=None)
        ref = "award-1"
        if at >= 1:
            self.programme.nominate(seller, actor=EMPLOYEES[1], statement="helps others")
        if at >= 2:
            self.jump(date(2026, 9, 2))
            for reviewer in REVIEWERS[:3]:
                self.card(ref, reviewer, 4)
        if at >= 3:
            self.jump(date(2026, 9, 30) - timedelta(days=1))
            self.tell(seller)
            self.jump(date(2026, 10, 1))
            assert self.programme.find(ref).state == "awarded"
        if at >= 4:
            self.jump(date(2027, 9, 20))
            self.tell(seller)
        if at >= 5:
            self.jump(date(2027, 10, 1))
            assert self.programme.find(ref).state == "renewal_due"
        if at >= 6:
            self.jump(date(2027, 11, 1))
            assert self.programme.find(ref).state == "retired"
        if at >= 7:
            team = TEAMS[COUNTRIES.index(SELLERS[seller])]
            for step in ("get_app", "register", "join_group"):
                self.programme.reconnect_step(seller, step, actor=team)
            assert self.programme.find(ref).state == "reconnect"

    @rule(
        seller=sellers,
        days=st.sampled_from([0, 0, 0, -20, -60, 5]),
        flaw=st.sampled_from(
            [
                {},
                {},
                {},
                {"gmv_rate": None},
                {"ncp_points": 1},
                {"policy_compliant": None},
                {"monthly_cancellation_rates": (None,) * 9},
            ]
        ),
    )
    def import_facts(self, seller: str, days: int, flaw: dict[str, Any]) -> None:
        """The host sends facts: sound or not, fresh, old, or dated ahead."""
        self.tell(seller, days=days, **flaw)

    @rule(
        seller=sellers,
        actor=st.one_of(st.sampled_from((*EMPLOYEES, *SELVES, *AMBASSADORS)), anyone),
        statement=st.sampled_from(["", "helps others", "helps others"]),
    )
    def nominate(self, seller: str, actor: Actor, statement: str) -> None:
        """Somebody nominates a seller, with a statement or without."""
        self.attempt(lambda: self.programme.nominate(seller, actor=actor, statement=statement))

    @rule(number=index, actor=st.sampled_from((*EMPLOYEES, *SELVES, *AMBASSADORS)))
    def complete(self, number: int, actor: Actor) -> None:
        """A nominator completes a nomination."""
        ref = self.pick(number)
        self.attempt(
            lambda: self.programme.complete_nomination(ref, actor=actor, statement="at last")
        )

    @rule(number=index, actor=st.sampled_from((*EMPLOYEES, *SELVES, *AMBASSADORS)))
    def withdraw(self, number: int, actor: Actor) -> None:
        """A nominator takes a nomination back."""
        ref = self.pick(number)
        self.attempt(lambda: self.programme.withdraw_nomination(ref, actor=actor))

    @rule(number=index, reviewer=st.one_of(st.sampled_from(REVIEWERS), anyone), n=st.integers(0, 5))
    def score(self, number: int, reviewer: Actor, n: int) -> None:
        """A reviewer scores."""
        self.card(self.pick(number), reviewer, n)

    @rule(number=index, n=st.sampled_from([0, 3, 4, 4, 5]))
    def panel(self, number: int, n: int) -> None:
        """A whole panel scores alike."""
        for reviewer in REVIEWERS[:3]:
            self.card(self.pick(number), reviewer, n)

    @rule(number=index, reviewer=st.one_of(st.sampled_from(REVIEWERS), anyone))
    def recuse(self, number: int, reviewer: Actor) -> None:
        """A reviewer stands back."""
        ref = self.pick(number)
        local = self.local(ref, reviewer)
        self.attempt(lambda: self.programme.recuse(ref, actor=local, reason="same_family"))

    @rule(seller=sellers, case=st.sampled_from(["c-1", "c-2"]), opens=st.booleans(), who=index)
    def case(self, seller: str, case: str, opens: bool, who: int) -> None:
        """Compliance, or somebody who may not, opens or closes a case."""
        actor = COMPLIANCE if who else HOST
        change = self.programme.open_case if opens else self.programme.close_case
        self.attempt(lambda: change(seller, case, actor=actor))

    @rule(number=index, actor=anyone, pair=PAIRS)
    def fire_any(self, number: int, actor: Actor, pair: tuple[str, str | None]) -> None:
        """Anybody pulls any trigger for any reason."""
        ref, (trigger, reason) = self.pick(number), pair
        self.attempt(lambda: self.programme.fire(ref, trigger, actor=actor, reason=reason))

    @rule(number=index, choice=st.sampled_from(range(60)), seen=st.sampled_from([0, 0, 0, 1]))
    def fire_fitting(self, number: int, choice: int, seen: int) -> None:
        """Somebody whose role the table names pulls a trigger that leads from the state."""
        paths = self.paths()
        if not paths:
            return
        path = paths[number % len(paths)]
        options = [
            (edge.trigger, actor, reason)
            for edge in AWARD.exits(path.state)
            for permit in edge.permits
            for actor in EVERYBODY
            if actor.role == permit.role != SYSTEM
            and (permit.relation != "self" or actor.id == path.subject)
            for reason in permit.reasons or (None,)
        ]
        if options:
            trigger, actor, reason = options[choice % len(options)]
            version = path.seq + 1 if seen else None
            self.attempt(
                lambda: self.programme.fire(
                    path.ref, trigger, actor=actor, reason=reason, version=version
                )
            )

    @rule(seller=sellers, step=st.sampled_from(["get_app", "register", "join_group", "dance"]))
    def reconnect_step(self, seller: str, step: str) -> None:
        """The seller's team records a step, the last of which joins."""
        team = TEAMS[COUNTRIES.index(SELLERS[seller])]
        self.attempt(lambda: self.programme.reconnect_step(seller, step, actor=team))

    @rule(seller=sellers, actor=anyone, step=st.sampled_from(["register", "join_group"]))
    def step_by_anyone(self, seller: str, actor: Actor, step: str) -> None:
        """Anybody tries to record a step."""
        self.attempt(lambda: self.programme.reconnect_step(seller, step, actor=actor))

    @rule(seller=sellers, n=st.sampled_from([1, 4, 4, 4]))
    def season(self, seller: str, n: int) -> None:
        """Everybody does their duty until the seller's next cycle date, and beyond it."""
        self.attempt(
            lambda: self.programme.nominate(seller, actor=EMPLOYEES[1], statement="helps others")
        )
        paths = self.programme.paths(seller)
        if paths and paths[-1].cycle_on is not None and AWARD.state(paths[-1].state).open:
            self.jump(paths[-1].cycle_on - timedelta(days=2))
            self.tell(seller)
            for reviewer in REVIEWERS[:3]:
                self.card(paths[-1].ref, reviewer, n)
            self.jump(paths[-1].cycle_on)

    @rule(number=index, actor=st.one_of(st.sampled_from(MANAGERS), anyone), grant=st.booleans())
    def appeal(self, number: int, actor: Actor, grant: bool) -> None:
        """Somebody speaks on an appeal."""
        ref = self.pick(number)
        self.attempt(lambda: self.programme.appeal(ref, actor=actor, grant=grant))

    @rule(number=index)
    def appeal_granted(self, number: int) -> None:
        """Two managers grant an appeal."""
        ref = self.pick(number)
        for manager in MANAGERS[:2]:
            self.attempt(partial(self.programme.appeal, ref, actor=manager))

    @rule(number=index, n=st.integers(0, 2))
    def ask(self, number: int, n: int) -> None:
        """Somebody asks: no question changes anything, and none fails on a path that exists."""
        before = self.stored()
        paths = self.paths()
        if paths:
            path = paths[number % len(paths)]
            explanation = self.programme.explain(path.ref, TRIGGERS[n] if n else None)
            assert explanation.path == path
            assert self.programme.state_at(path.ref, FAR) == path.state
            for row in self.programme.history(path.ref):
                self.programme.verdicts(path, row)
        assert self.stored() == before

    @rule(hours=st.integers(1, 48))
    def hours_pass(self, hours: int) -> None:
        """Hours pass."""
        self.clock.move_to(self.clock.now() + timedelta(hours=hours))

    @rule(days=st.integers(1, 40))
    def days_pass(self, days: int) -> None:
        """Days pass."""
        self.clock.move_to(self.clock.now() + timedelta(days=days))

    @rule(months=st.integers(2, 15))
    def months_pass(self, months: int) -> None:
        """Months pass, and nobody sweeps."""
        self.clock.move_to(self.clock.now() + timedelta(days=30 * months))

    @rule(ticks=st.sampled_from([-1, 0, 0, 1]), sweeps=st.booleans())
    def next_due_comes(self, ticks: int, sweeps: bool) -> None:
        """The clock moves to the next due instant, or one microsecond off it."""
        due = self.programme.next_due()
        if due is not None:
            self.clock.move_to(due + ticks * TICK)
            if sweeps:
                self.sweep(1000)

    @rule(chunk=st.sampled_from([1, 2, 1000]))
    def sweep(self, chunk: int) -> None:
        """All that is due is done: nothing overdue is left, and no path is set aside."""
        now = self.clock.now()
        swept = self.programme.sweep(chunk=chunk)
        assert swept.parked == 0, "a decision raised"
        due = self.programme.next_due()
        assert due is None or due > now, "a sweep left something overdue"
        assert all(book.unexplained == 0 for book in self.programme.books())

    # -- promises

    @invariant()
    def the_journal_replays_to_the_state(self) -> None:
        """Every row takes an edge of the table, by a role that may, at an instant that has come."""
        self.programme.verify_journal()
        now = self.clock.now()
        for row in self.programme.journal():
            effective, recorded = (parse_instant(row[k]) for k in ("effective_at", "recorded_at"))
            assert effective <= recorded <= now
            role = row["actor"].partition(":")[0]
            if row["trigger"] is None:
                assert (role, row["reason"], row["source"]) == (SYSTEM, "refused", row["dest"])
                continue
            edge = (
                AWARD.opening
                if row["source"] is None
                else AWARD.edge(row["source"], row["trigger"], row["reason"])
            )
            assert edge is not None
            assert edge.dest == row["dest"]
            assert any(permit.admits(role, row["reason"]) for permit in edge.permits)
            held = {verdict["name"]: verdict["held"] for verdict in row["verdicts"]}
            assert all(held[guard] for guard in edge.guards)

    @invariant()
    def the_books_balance(self) -> None:
        """What is unexplained is what is pending and overdue, and nothing else."""
        pending: Counter[tuple[str, date]] = Counter()
        for due in self.programme.due():
            if due.timer.decides:
                pending[due.timer.country, due.timer.book_on] += 1
        for book in self.programme.books():
            assert book.unexplained == pending[book.country, book.on], book

    @invariant()
    def a_seller_has_one_of_each(self) -> None:
        """A seller has one open path, one membership and one award at a time at most."""
        for seller in SELLERS:
            paths = self.programme.paths(seller)
            assert sum(AWARD.state(path.state).open for path in paths) <= 1
            for name, states in (("membership", {"reconnect"}), ("award", SITTING)):
                standing = [path for path in paths if _open(path, name)]
                assert len(standing) <= 1, f"{seller} has two of {name}"
                assert standing == [path for path in paths if path.state in states], name

    @invariant()
    def spans_are_sound(self) -> None:
        """A span never ends before it began, and only the last of a name is open."""
        for path in self.paths():
            for spans in path.periods.values():
                assert all(span.ended_at is not None for span in spans[:-1])
                assert all(s.ended_at is None or s.ended_at >= s.began_at for s in spans)

    @invariant()
    def open_paths_go_on(self) -> None:
        """Every open path has a decision ahead of it, and grace belongs to its round."""
        pending: dict[str, dict[str, Any]] = {}
        for timer, ref, _ in self.programme._runtime.store.due(FAR):
            assert timer.name not in pending.setdefault(ref, {}), "two pending timers of a name"
            pending[ref][timer.name] = timer
        for path in self.paths():
            assert not path.parked
            timers = pending.get(path.ref, {})
            assert set(timers) <= AWARD.living(path.state)
            decides = any(timer.decides for timer in timers.values())
            assert decides == AWARD.state(path.state).open, f"{path.ref} in {path.state}"
            if "grace_end" in timers and path.cycle_on is not None:
                assert timers["grace_end"].due_on == path.cycle_on + timedelta(days=30)


def _open(path: Path, name: str) -> bool:
    return any(span.ended_at is None for span in path.periods.get(name, ()))


LONG = "LAZSA_WALK_EXAMPLES" in os.environ

TestWalk = Walk.TestCase
TestWalk.__doc__ = "Whatever is done in whatever order, every invariant of Walk holds."
TestWalk.settings = settings(
    max_examples=int(os.environ.get("LAZSA_WALK_EXAMPLES", "5")),
    stateful_step_count=int(os.environ.get("LAZSA_WALK_STEPS", "30")),
    phases=(Phase.generate,) if LONG else (Phase.generate, Phase.shrink),
    deadline=None,
    derandomize=not LONG,
    database=None,
    suppress_health_check=list(HealthCheck),
)
