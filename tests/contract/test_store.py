"""What the commands ask of a store, on every dialect.

The engine's half is in ``test_engine_half.py``, which the memory store runs as well. On PostgreSQL
processes die at a few points of each story; ``LAZSA_CRASH_POINTS=all ./dev test`` tries them all.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from lazsa_flow.award.commands.imports import add_facts
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.engine.journal import JournalRow, digest
from lazsa_flow.engine.ledger import Count
from lazsa_flow.engine.sweep_result import SweepResult
from lazsa_flow.errors import (
    ConfigError,
    ConflictError,
    InputError,
    KeyReusedError,
    NoEdgeError,
    PausedError,
    RefusedError,
    SchemaError,
    StaleVersionError,
)
from lazsa_flow.lifecycle.calendar import TICK
from lazsa_flow.lifecycle.model import NO_HEAD, Actor
from lazsa_flow.store.connect import connect
from lazsa_flow.store.schema import METADATA
from lazsa_flow.store.schema_revision import HEAD, VERSION_TABLE
from tests.contract.changes import (
    AT,
    DUE,
    Crash,
    claim,
    doors,
    failing,
    moving,
    open_candidate,
    opening,
    see,
    write,
)
from tests.factories import (
    CYCLE,
    SELLER,
    TEAM,
    card,
    facts,
    failure,
    found,
    midnight,
    path,
    record_facts,
    timer,
    utc,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazsa_flow.clock import VirtualClock
    from lazsa_flow.config import Config

FAR = utc(9000, 1, 1)
EMPLOYEE = Actor("employee", "emp-1")
COMPLIANCE = Actor("compliance", "com-1")
OWNER = Actor("seller", SELLER)


# -- means


def dump(url: str, *, without: tuple[str, ...] = ()) -> dict[str, list[dict[str, Any]]]:
    """Return everything that a database holds, as the driver reads it."""
    engine = connect(url)
    found = {}
    with engine.connect() as connection:
        for table in METADATA.sorted_tables:
            if table.name == "lazsa_lifecycles":
                continue  # who opened the database last has put them there
            rows = connection.exec_driver_sql(f"SELECT * FROM {table.name}").mappings()
            kept = [{k: v for k, v in row.items() if k not in without} for row in rows]
            found[table.name] = sorted(kept, key=repr)
    engine.dispose()
    return found


def execute(url: str, statement: str) -> None:
    """Run a statement on a database, past the store."""
    engine = connect(url)
    try:
        with engine.begin() as connection:
            connection.execute(sa.text(statement))
    finally:
        engine.dispose()


def clock(programme: Programme) -> VirtualClock:
    """Return the programme's clock, which can be moved."""
    return programme.clock  # type: ignore[return-value]


def url_of(programme: Programme) -> str:
    """Return the URL of a programme's database."""
    return programme._runtime.store._engine.url.render_as_string(hide_password=False)


# -- evidence


@pytest.fixture
def candidate(store: AwardStore) -> AwardStore:
    """Return a store with a candidate about whom everything was recorded at one instant."""
    open_candidate(store)
    return store


def test_no_facts_are_no_row(store: AwardStore) -> None:
    """An empty list of facts appends nothing."""
    with store.begin() as transaction:
        assert transaction.add_facts([], AT) == 0
    with store.listing() as listing:
        assert listing.count_sellers() == 0


def test_a_first_look_sees_what_a_chunk_sees(candidate: AwardStore) -> None:
    """All about one path, asked at once, is the evidence that a sweep would load."""
    write(candidate, opening(path(id=2, lifecycle="door"), scheduled=(timer(path_id=2),)))
    write(candidate, opening(path("declined", id=3, cycle_on=None)))
    with candidate.begin() as transaction:
        for path_id in (1, 2, 3):
            look = transaction.prefetch(path_id, on=CYCLE)
            assert look is not None
            assert look.seen == see(candidate, path_id)
        assert transaction.prefetch(9, on=CYCLE) is None


def test_a_first_look_finds_the_keys_result_and_the_rules(candidate: AwardStore) -> None:
    """With the evidence comes what the key recalls, and what the rules stand at."""
    with candidate.begin() as transaction:
        transaction.remember("k", "request", {"n": 1}, AT)
    with candidate.begin() as transaction:
        look = transaction.prefetch(1, on=CYCLE, key="k", request="request")
        assert look is not None
        assert look.result == {"n": 1}
        assert look.stamp.version == candidate.stamp().version
        with pytest.raises(KeyReusedError):
            transaction.prefetch(1, on=CYCLE, key="k", request="other")


def test_the_rounds_of_a_paths_cards_are_known(store: AwardStore) -> None:
    """Whoever asks is told the rounds in which a path was scored."""
    write(store, opening(path()))
    with store.begin() as transaction:
        for cycle_on in (date(2026, 4, 1), CYCLE):
            transaction.add_scorecard(1, cycle_on, card(), as_of=CYCLE, recorded_at=AT)
    with store.begin(write=False) as transaction:
        assert sorted(transaction.rounds_of(1)) == [date(2026, 4, 1), CYCLE]


def test_an_open_path_is_found_by_its_seller(store: AwardStore) -> None:
    """Of one seller or of several; who has none is not named."""
    write(store, opening(path(), slot="take"))
    with store.begin() as transaction:
        assert transaction.open_paths("award", [SELLER, "seller-2"]) == {SELLER: 1}
        assert [each.id for each in transaction.paths_of(SELLER)] == [1]


# -- writing


def test_a_stale_version_is_told_before_what_follows(store: AwardStore) -> None:
    """Who reads after a write that has lost is told so, and nothing of it stays."""
    write(store, opening(path()))
    write(store, moving(path(), after={"head": "1" * 64}))
    lost = moving(path(), after={"head": "2" * 64}, scheduled=(timer(),))

    def write_and_read(transaction: Any) -> None:
        transaction.write_chunk([lost])
        transaction.paths_of(SELLER)

    with pytest.raises(StaleVersionError) as caught:
        failing(store, write_and_read)
    assert (caught.value.expected, caught.value.found) == (1, 2)
    assert see(store).timers == ()


def test_a_place_is_of_one_lifecycle_and_can_be_freed(store: AwardStore) -> None:
    """Another lifecycle has places of its own; what is freed can be taken in the same chunk."""
    write(store, opening(path(), slot="take"))
    write(store, opening(path(id=2, lifecycle="door"), slot="take"))
    write(store, moving(path(), slot="free"), opening(path(id=3), slot="take"))
    with store.begin() as transaction:
        assert transaction.open_paths("award", [SELLER]) == {SELLER: 3}
        assert transaction.open_paths("door", [SELLER]) == {SELLER: 2}


# -- timers


def test_a_timer_set_again_replaces_the_pending_one(store: AwardStore) -> None:
    """One pending timer of a path and name: what is set again cancels what was pending."""
    doors(store, timer(), timer("other"))
    with store.begin() as transaction:
        transaction.set_timer(timer(due_at=DUE + TICK))
    assert {(t.name, t.due_at) for t in see(store).timers} == {
        ("evening", DUE + TICK),
        ("other", DUE),
    }


def test_a_parked_path_is_set_aside_with_all_its_timers(store: AwardStore) -> None:
    """A path that is parked stops nobody: its timers are no longer due, others' are."""
    doors(store, timer(), timer("later", DUE + TICK), timer(path_id=2))
    with store.begin() as transaction:
        transaction.set_aside(failure(timer()))
    assert see(store).path.parked
    assert [(each.ref, each.failure) for each in store.find_parked()] == [
        ("award-1", failure(timer()))
    ]
    assert see(store).timers == ()
    assert claim(store, DUE + TICK) == [(2, "evening")]
    counts = store.counts(DUE + TICK)
    assert counts == [Count("SG", CYCLE, due=3, moved=0, refused=0, parked=2)]


def test_parked_paths_are_listed_by_their_failures(store: AwardStore) -> None:
    """The oldest failure comes first, of one instant the smaller number; pages follow in order."""
    doors(store, *(timer(path_id=number) for number in (1, 2, 3, 4)))
    with store.begin() as transaction:
        for number, later in ((1, 5), (2, 0), (3, 5), (4, 1)):
            failed = replace(failure(timer(path_id=number)), failed_at=DUE + later * TICK)
            transaction.set_aside(failed)
    whole = store.find_parked()
    assert [each.path_id for each in whole] == [2, 4, 1, 3]
    assert store.find_parked(after=whole[1].place, limit=1) == whole[2:3]
    assert store.find_parked(after=whole[2].place) == whole[3:]


def test_an_unparked_path_goes_on_with_its_timers(store: AwardStore) -> None:
    """What was set aside with a path is pending again once it is let go; what ended is not."""
    doors(store, timer(), timer("later", DUE + TICK), timer("gone"), timer(path_id=2))
    write(store, moving(path(subject="seller-1"), cancelled=(timer("gone"),)))
    with store.begin() as transaction:
        transaction.set_aside(failure(timer()))
    with store.begin() as transaction:
        assert transaction.unpark(1) == 2
        assert transaction.failure_of(1) is None
    assert not see(store).path.parked
    assert store.find_parked() == []
    assert claim(store) == [(1, "evening"), (2, "evening")]


def test_what_is_due_is_told_in_order(store: AwardStore) -> None:
    """Pending timers until an instant, earliest first, with path and seller."""
    doors(store, timer(path_id=2, due_at=DUE - TICK), timer(), timer("far", DUE + TICK))
    assert [(t.name, ref, seller) for t, ref, seller in store.due(DUE)] == [
        ("evening", "award-2", "seller-2"),
        ("evening", "award-1", "seller-1"),
    ]


def test_the_first_book_is_the_earliest_cycle(store: AwardStore) -> None:
    """The books begin with the first cycle that a timer belongs to; without timers nowhere."""
    assert (store.first_book(), store.next_due()) == (None, None)
    doors(store, timer(), timer("old", book_on=date(2026, 4, 1)))
    assert store.first_book() == date(2026, 4, 1)


def test_a_pause_elsewhere_holds_in_the_next_command(play: Any) -> None:
    """A command that needs an overdue timer first is refused, until another process resumes."""
    programme = play()
    nominated(programme)
    with Programme.open(
        url_of(programme), config=programme.config, clock=programme.clock
    ) as elsewhere:
        elsewhere.pause(actor=Actor("operator", "op-1"))
        clock(programme).move_to(DUE)
        with pytest.raises(PausedError) as raised:
            programme.withdraw_nomination("award-1", actor=EMPLOYEE)
        assert (raised.value.path, raised.value.timer) == ("award-1", "review_opens")
        assert (programme.paused(), programme.states()) == (True, {"nominated": 1})
        elsewhere.resume(actor=Actor("operator", "op-1"))
    with pytest.raises(ConflictError, match="award-1 is "):
        programme.withdraw_nomination("award-1", actor=EMPLOYEE)
    assert programme.states() == {"under_review": 1}


# -- idempotency keys


def test_a_key_recalls_its_result(store: AwardStore) -> None:
    """design.md, rule 4: the same key again returns the first result."""
    with store.begin() as transaction:
        assert transaction.recall("k", "request") is None
        transaction.remember("k", "request", {"path": "award-1", "n": [1, None]}, AT)
    with store.begin() as transaction:
        assert transaction.recall("k", "request") == {"path": "award-1", "n": [1, None]}


def test_a_key_is_of_one_request(store: AwardStore) -> None:
    """design.md, rule 4: the same key with another payload is an error."""
    with store.begin() as transaction:
        transaction.remember("k", "request", True, AT)
        with pytest.raises(KeyReusedError) as caught:
            transaction.recall("k", "other")
    assert caught.value.key == "k"


def test_a_key_of_a_failed_command_is_free(store: AwardStore) -> None:
    """A key is stored with its effect or not at all."""
    with pytest.raises(Crash):
        failing(store, lambda transaction: transaction.remember("k", "request", True, AT))
    with store.begin() as transaction:
        assert transaction.recall("k", "other") is None


# -- journal

JOURNALED = [
    JournalRow(
        path="award-1",
        path_id=1,
        seq=1,
        effective_at=DUE,
        recorded_at=DUE + timedelta(days=400, microseconds=7),
        trigger="award",
        source="under_review",
        dest="awarded",
        actor="system:cycle_date",
        reason="why \u0007 \u2028 \"quoted\" \\ 'ไทย' 😀",
        policy="award/2020-1",
        facts_as_of=CYCLE,
        verdicts={
            "tenure": found(False, 3, date(2027, 3, 15)),
            "gmv": found(True, "0.20"),
            "flag": found(True, False),
            "none": found(True),
        },
        prev_hash=NO_HEAD,
    ),
    JournalRow(
        path="award-1",
        path_id=1,
        seq=1,
        effective_at=utc(1, 1, 1),
        recorded_at=utc(9999, 12, 31),
        trigger=None,
        source=None,
        dest="nominated",
        actor="employee:emp-1",
        reason=None,
        policy="award/2020-1",
        facts_as_of=None,
        verdicts={},
        prev_hash="f" * 64,
    ),
]


@pytest.mark.parametrize("row", JOURNALED, ids=["rich", "bare"])
def test_a_journal_row_survives_storage(store: AwardStore, row: JournalRow) -> None:
    """design.md, rule 8: the fields that come back hash to the hash that went in."""
    write(store, opening(path()))
    write(store, moving(path())._replace(row=row))
    (stored,) = store.journal()
    assert stored == {**row.fields(), "hash": row.hash}
    assert digest(stored) == row.hash


def test_the_journal_is_read_by_path_and_number(store: AwardStore) -> None:
    """Rows come by path and number; where a path stands is its own row's affair."""
    write(store, opening(path(id=2, subject="seller-2")), opening(path()))
    for id_, seq in ((2, 1), (1, 1), (1, 2)):
        row = replace(JOURNALED[1], path=f"award-{id_}", path_id=id_, seq=seq)
        at = path(id=id_, subject=f"seller-{id_}", seq=seq)
        write(store, moving(at)._replace(row=row))
    assert [(row["path"], row["seq"]) for row in store.journal()] == [
        ("award-1", 1),
        ("award-1", 2),
        ("award-2", 1),
    ]
    assert [row["seq"] for row in store.journal(2)] == [1]
    audited = [(each.ref, each.stands, [row["seq"] for row in each.rows]) for each in store.audit()]
    assert audited == [
        ("award-1", ("under_review", 3, NO_HEAD), [1, 2]),
        ("award-2", ("under_review", 2, NO_HEAD), [1]),
    ]


@pytest.fixture
def filled(play: Any) -> Programme:
    """Return a programme with a candidate, cards, a case and a delivery."""
    programme: Programme = play()
    nominated(programme)
    reviewed(programme)
    programme.open_case(SELLER, "c-1", actor=COMPLIANCE)
    outbox, now = programme._runtime.store.outbox(), programme.clock.now()
    outbox.delivered(outbox.claim(now, DUE, 1), "files", now)
    return programme


# -- commands


def nominated(programme: Programme) -> str:
    """Nominate the seller, whose facts are known."""
    told = [facts(as_of=date(2026, 5, 31))]
    add_facts(programme._runtime.context, told, where="tests", key="told")
    return programme.nominate(SELLER, actor=EMPLOYEE, statement="helps", key="nominate").path


def reviewed(programme: Programme, score: int = 4) -> None:
    """Bring the candidate under review and let the panel score."""
    clock(programme).move_to(DUE - timedelta(days=20))
    panel = {f"rev-{n}": f"team-{n}" for n in (0, 1, 2, 9)}
    programme.assign_reviewers("SG", CYCLE, panel, actor=TEAM, key="panel")
    for n in range(3):
        programme.score(
            "award-1",
            actor=Actor("reviewer", f"rev-{n}", "SG", f"team-{n}"),
            scores=dict.fromkeys(ITEMS, score),
            comment="seen",
            key=f"score-{n}",
        )
    record_facts(programme, [facts(as_of=date(2026, 9, 10))])


def test_an_overdue_timer_fires_before_a_command(play: Any) -> None:
    """programme.md, tenure: a command first fires the overdue timer, and is then judged."""
    programme = play()
    nominated(programme)
    reviewed(programme)
    clock(programme).move_to(DUE + timedelta(hours=5))
    with pytest.raises(NoEdgeError):
        programme.fire("award-1", "withdraw", actor=OWNER, reason="nominee")
    assert programme.find("award-1").state == "awarded"
    assert programme.find("award-1").period("award", DUE) is not None


def test_compliance_comes_before_a_due_timer(play: Any) -> None:
    """programme.md, tenure: compliance's commands come before a due timer, which is cancelled."""
    programme = play()
    nominated(programme)
    reviewed(programme)
    clock(programme).move_to(DUE + timedelta(hours=5))
    move = programme.fire("award-1", "disqualify", actor=COMPLIANCE, reason="code_of_conduct")
    assert (move.source, move.dest) == ("under_review", "declined")
    assert programme.sweep() == SweepResult()
    assert all(book.unexplained == 0 for book in programme.books())


@pytest.mark.parametrize(("early", "state"), [(TICK, "awarded"), (timedelta(), "declined")])
def test_a_late_sweep_gives_midnights_answer(play: Any, early: timedelta, state: str) -> None:
    """programme.md, versions and data: facts count until one microsecond before, however late."""
    programme = play()
    nominated(programme)
    reviewed(programme)
    good = facts(as_of=date(2026, 9, 30))
    record_facts(programme, [replace(good, ncp_points=1)])
    clock(programme).move_to(DUE - early)
    record_facts(programme, [good])
    clock(programme).move_to(DUE + timedelta(days=3))
    swept = programme.sweep()
    assert replace(swept, reminded=0) == SweepResult(moved=1)
    assert programme.find("award-1").state == state
    last = programme.history("award-1")[-1]
    assert last["effective_at"] == "2026-09-30T16:00:00.000000Z"
    assert last["recorded_at"] == "2026-10-03T16:00:00.000000Z"


def test_a_version_that_was_passed_is_refused(play: Any) -> None:
    """A caller who saw another version is told so and nothing moves."""
    programme = play()
    nominated(programme)
    before = dump(url_of(programme))
    with pytest.raises(StaleVersionError):
        programme.fire("award-1", "withdraw", actor=OWNER, reason="nominee", version=7)
    assert dump(url_of(programme)) == before


def test_a_command_with_its_key_runs_once(play: Any) -> None:
    """design.md, rule 4: the same key gives the first result, even where the state has moved on."""
    programme = play()
    ref = nominated(programme)
    first = programme.fire(ref, "withdraw", actor=OWNER, reason="nominee", key="w")
    before = dump(url_of(programme))
    assert programme.fire(ref, "withdraw", actor=OWNER, reason="nominee", key="w") == first
    assert dump(url_of(programme)) == before
    with pytest.raises(KeyReusedError):
        programme.nominate(SELLER, actor=EMPLOYEE, statement="helps", key="w")
    with pytest.raises(InputError):
        programme.nominate(SELLER, actor=EMPLOYEE, statement="helps", key="")


def test_a_refused_command_leaves_its_key_free(play: Any) -> None:
    """A command that was refused may be tried again under its key."""
    programme = play()
    ref = nominated(programme)
    manager = Actor("manager", "man-1")
    with pytest.raises(NoEdgeError):
        programme.fire(ref, "reinstate", actor=manager, reason="appeal", key="k")
    assert programme.fire(ref, "withdraw", actor=OWNER, reason="nominee", key="k").seq == 2


def test_a_case_in_grace_puts_a_renewal_off_by_one_cycle(play: Any) -> None:
    """programme.md, tenure: an open case postpones renewal by one cycle, and ends the grace.

    The card that completes the quorum brings the decision; the end of the old grace brings none.
    """
    programme = play()
    nominated(programme)
    reviewed(programme)
    _award(programme)
    due = date(2027, 10, 1)
    clock(programme).move_to(midnight(due))
    programme.sweep()
    programme.open_case(SELLER, "c-1", actor=COMPLIANCE)
    panel = {f"rev-{n}": f"team-{n}" for n in range(3)}
    programme.assign_reviewers("SG", due, panel, actor=TEAM)
    for n in range(3):
        programme.score(
            "award-1",
            actor=Actor("reviewer", f"rev-{n}", "SG", f"team-{n}"),
            scores=dict.fromkeys(ITEMS, 4),
            comment="seen",
        )
    clock(programme).move_to(midnight(date(2027, 12, 1)))
    programme.sweep()
    path = programme.find("award-1")
    assert (path.state, path.cycle_on) == ("renewal_due", date(2028, 4, 1))
    assert [(each.timer.name, each.timer.due_on) for each in programme.due(until=FAR)] == [
        ("renewal_decision", date(2028, 4, 1))
    ]


def test_a_case_is_closed_once(play: Any) -> None:
    """A case that is open is not opened, one that is not open not closed, and the error says so."""
    programme = play()
    nominated(programme)
    with pytest.raises(ConflictError, match="c-1 is not open"):
        programme.close_case(SELLER, "c-1", actor=COMPLIANCE)
    programme.open_case(SELLER, "c-1", actor=COMPLIANCE)
    with pytest.raises(ConflictError, match="c-1 is open"):
        programme.open_case(SELLER, "c-1", actor=COMPLIANCE)
    programme.close_case(SELLER, "c-1", actor=COMPLIANCE)
    with pytest.raises(ConflictError, match="c-1 is not open"):
        programme.close_case(SELLER, "c-1", actor=COMPLIANCE)


def test_joining_with_its_key_joins_once(play: Any) -> None:
    """design.md, rule 4: the same key again is the same join, even with an older award retired."""
    programme = play()
    nominated(programme)
    reviewed(programme)
    _award(programme)
    clock(programme).move_to(midnight(date(2027, 10, 2)))
    programme.fire("award-1", "retire", actor=OWNER, reason="resigned")
    store = programme._runtime.store
    later = replace(programme.find("award-1"), id=2)
    write(store, opening(later))
    for step in ("get_app", "register"):
        programme.reconnect_step(SELLER, step, actor=TEAM)
    first = programme.reconnect_step(SELLER, "join_group", actor=TEAM, key="join")
    assert first is not None
    assert (first.path, first.dest) == ("award-2", "reconnect")
    assert programme.reconnect_step(SELLER, "join_group", actor=TEAM, key="join") == first
    with pytest.raises(NoEdgeError):
        programme.reconnect_step(SELLER, "join_group", actor=TEAM)


def test_a_path_whose_decision_raises_is_parked_alone(play: Any) -> None:
    """programme.md, the books: set aside and counted as parked; the others move."""
    programme = play()
    nominated(programme)
    record_facts(programme, [facts(seller="seller-2")])
    programme.nominate("seller-2", actor=EMPLOYEE, statement="helps")
    execute(url_of(programme), "UPDATE lazsa_timers SET name = 'ghost' WHERE path_id = 1")
    clock(programme).move_to(DUE)
    swept = programme.sweep()
    assert replace(swept, reminded=0) == SweepResult(moved=2, failed=1)
    while (again := programme.next_due()) is not None and again <= DUE + timedelta(minutes=2):
        clock(programme).move_to(again)
        programme.sweep()
    assert programme.find("award-1").parked
    assert programme.find("award-2").state == "under_review"
    books = [book for book in programme.books() if book.due]
    assert sum(book.parked for book in books) == 2
    assert all(book.unexplained == 0 for book in books)


# -- a process may die anywhere


class Points:
    """Counts the points at which a process could die, and dies at one of them."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.die_at: int | None = None
        self.committed: Callable[[], None] = lambda: None

    def __call__(self, point: str) -> None:
        """Pass a point, or die at it."""
        self.passed.append(point)
        if point == "commit.after":
            self.committed()
        if len(self.passed) - 1 == self.die_at:
            raise Crash(point)


def _score_last(programme: Programme) -> object:
    return programme.score(
        "award-1",
        actor=Actor("reviewer", "rev-9", "SG", "team-9"),
        scores=dict.fromkeys(ITEMS, 5),
        comment="late",
        key="score-9",
    )


def _tell(programme: Programme) -> object:
    return add_facts(
        programme._runtime.context, [facts(as_of=date(2026, 5, 29))], where="f", key="facts"
    )


def _award(programme: Programme) -> object:
    clock(programme).move_to(DUE)
    return programme.sweep()


def _year_on(programme: Programme) -> object:
    clock(programme).move_to(midnight(date(2027, 10, 1)))
    return programme.sweep()


def _conduct(programme: Programme) -> object:
    clock(programme).move_to(DUE + timedelta(days=9))
    return programme.fire(
        "award-1", "retire", actor=COMPLIANCE, reason="code_of_conduct", key="retire"
    )


def _withdraw(programme: Programme) -> object:
    return programme.withdraw_nomination("award-1", actor=EMPLOYEE, key="withdraw")


STORIES: dict[str, tuple[list[Callable[[Programme], object]], Callable[[Programme], object]]] = {
    "nominate": ([], nominated),
    "withdraw": ([nominated], _withdraw),
    "score": ([nominated, reviewed], _score_last),
    "facts": ([nominated], _tell),
    "award": ([nominated, reviewed], _award),
    "a year on": ([nominated, reviewed, _award], _year_on),
    "conduct": ([nominated, reviewed, _award], _conduct),
}


def _tried(passed: list[str], story: str, dialect: str) -> list[int]:
    """Return the numbers of the points to die at: on PostgreSQL three, drawn by the story."""
    every = list(range(len(passed)))
    if dialect == "sqlite" or os.environ.get("LAZSA_CRASH_POINTS") == "all":
        return every
    return Random(story).sample(every, min(3, len(every)))


@pytest.mark.parametrize("story", STORIES)
def test_a_crash_leaves_all_or_nothing_of_each_transaction(
    play: Any, story: str, dialect: str
) -> None:
    """design.md, rule 4: wherever the process dies, each transaction is there whole or not at all.

    The points at which a process could die are tried in turn. After the crash stands exactly what
    had been committed before it; the same command again ends as if nothing had happened.
    """
    before, act = STORIES[story]

    def start() -> tuple[Programme, Points]:
        points = Points()
        programme = play(probe=points)
        for step in before:
            step(programme)
        points.passed.clear()
        return programme, points

    programme, points = start()
    states = [dump(url_of(programme))]
    points.committed = lambda: states.append(dump(url_of(programme)))
    act(programme)
    passed = list(points.passed)
    loose = ("id", "text_id", "nomination_id", "batch_id", "result")
    end = dump(url_of(programme), without=loose)
    assert {"commit.before", "commit.after"} <= set(passed)
    assert states[0] != states[-1]
    for number in _tried(passed, story, dialect):
        point = passed[number]
        programme, points = start()
        points.die_at = number
        with pytest.raises(Crash, match=point):
            act(programme)
        commits = Counter(passed[: number + 1])["commit.after"]
        assert dump(url_of(programme)) == states[commits], f"died at {point}, the {number}."
        act(programme)
        ended = dump(url_of(programme), without=loose)
        numbers = [{row["path_id"] for row in d["lazsa_journal"]} for d in (ended, end)]
        if numbers[0] != numbers[1]:
            # a sequence gives no number twice, so a path that was not opened leaves a gap
            assert {t: len(rows) for t, rows in ended.items()} == {
                t: len(rows) for t, rows in end.items()
            }
        else:
            assert ended == end
        programme.verify_journal()
        play.end(programme)


def test_every_kind_of_point_is_tried(play: Any) -> None:
    """The stories above pass every point that the store's writing names."""
    seen: set[str] = set()
    for before, act in STORIES.values():
        points = Points()
        programme = play(probe=points)
        for step in (*before, act):
            step(programme)
        seen |= set(points.passed)
    assert seen == {
        "commit.after",
        "commit.before",
        "write.cancelled",
        "write.freed",
        "write.journal",
        "write.open",
        "write.outbox",
        "write.paths",
        "write.records",
        "write.timers",
    }


# -- schema and policies


@pytest.fixture
def engine(url: str) -> Iterator[sa.Engine]:
    """Open an engine on the store's database."""
    opened = connect(url)
    yield opened
    opened.dispose()


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
def test_the_migrated_schema_is_the_one_in_the_code(store: AwardStore, engine: sa.Engine) -> None:
    """Migrations lead to the very tables, columns and indexes that the code reads and writes.

    Indexes of expressions are compared by ``doctor``'s snapshots alone.
    """

    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return (kind, name) not in (("table", VERSION_TABLE), ("index", "lazsa_paths_tenures"))

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": ours, "compare_type": True}
        )
        assert compare_metadata(context, METADATA) == []


def test_every_table_is_prefixed(store: AwardStore, engine: sa.Engine) -> None:
    """design.md, rule 4: the tables live in hosts' databases, so all are prefixed."""
    tables = sa.inspect(engine).get_table_names()
    assert VERSION_TABLE in tables
    assert all(name.startswith("lazsa_") for name in tables)


def test_migrating_again_changes_nothing(filled: Programme) -> None:
    """A migration of a database that stands at this release leaves every row as it was."""
    url = url_of(filled)
    before = dump(url)
    filled._runtime.store.migrate()
    filled._runtime.store.check_schema()
    assert dump(url) == before


def test_a_database_without_our_schema_says_what_to_do(
    make: Callable[[], str], config: Config
) -> None:
    """No opening changes a schema; the error names the command that does."""
    with pytest.raises(SchemaError, match="run: lazsa-flow migrate"):
        Programme.open(make(), config=config)


def test_a_schema_of_another_release_says_what_to_do(
    url: str, store: AwardStore, config: Config
) -> None:
    """An older schema is to be backed up and migrated; for a newer one this release is too old."""
    older, newer = "0001", f"{HEAD}9"
    said = {
        older: f"is 0001, this release needs {HEAD}; back it up, then run: lazsa-flow migrate",
        newer: f"is {newer}, which this release does not know, for it is older; install the newer",
    }
    try:
        for found, expected in said.items():
            execute(url, f"UPDATE {VERSION_TABLE} SET version_num = '{found}'")
            with pytest.raises(SchemaError, match=expected) as caught:
                Programme.open(url, config=config)
            assert ("migrate" in str(caught.value)) == (found == older)
    finally:
        execute(url, f"UPDATE {VERSION_TABLE} SET version_num = '{HEAD}'")


def test_a_row_cannot_refer_to_nothing(store: AwardStore) -> None:
    """Foreign keys hold, after a migration over the same connections too."""
    store.migrate()
    with pytest.raises(sa.exc.IntegrityError), store.begin() as transaction:
        transaction.set_timer(timer(path_id=7))


def test_a_stored_policy_that_was_changed_is_refused(play: Any, config: Config) -> None:
    """A released policy never changes: a text that does not match its hash opens no programme."""
    url = url_of(play())
    execute(url, "UPDATE lazsa_policies SET text = text || ' '")
    try:
        with pytest.raises(ConfigError) as caught:
            Programme.open(url, config=config)
    finally:
        execute(url, "UPDATE lazsa_policies SET text = rtrim(text)")
    (problem,) = caught.value.problems
    assert (problem.where, problem.field) == ("award/2020-1", "sha256")


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://u:secret@h/d", "http://x"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    """A URL that is none of ours is an input error, and what may hold a password is not shown."""
    with pytest.raises(InputError) as caught:
        AwardStore(url)
    assert "secret" not in str(caught.value)


def test_a_guards_refusal_comes_back_from_the_facade(play: Any) -> None:
    """A refused nomination names the due date and writes nothing (programme.md, nomination)."""
    programme = play()
    nominated(programme)
    reviewed(programme)
    _award(programme)
    before = dump(url_of(programme))
    with pytest.raises(RefusedError, match="award-1 due 2027-10-01"):
        programme.nominate(SELLER, actor=EMPLOYEE, statement="again")
    assert dump(url_of(programme)) == before
