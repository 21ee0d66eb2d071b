"""The engine's half of the contract: what ``lazsa_flow/engine/ports.py`` asks of every store.

It is run on the store in memory, by which the engine is tested, on SQLite and on PostgreSQL, so
that what the engine's own tests find holds for the databases as well. The other half, what commands
ask of a SQL store alone, is in ``test_store.py`` and beside it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from lazsa_flow.award.evidence import FACTS, NOMINATIONS, PANEL
from lazsa_flow.award.rules.panel import Tally
from lazsa_flow.award.store.store import AwardStore
from lazsa_flow.engine.rulebook import RulesChangedError
from lazsa_flow.engine.sweep_result import SweepResult
from lazsa_flow.engine.values import BatchChange, Notice, PathOverrides
from lazsa_flow.errors import ConflictError, StaleVersionError
from lazsa_flow.lifecycle.calendar import TICK
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
from tests.contract.conftest import DIALECTS
from tests.factories import (
    CYCLE,
    SELLER,
    card,
    facts,
    failure,
    nomination,
    path,
    record,
    recusal,
    rulebook,
    span,
    sweep_at,
    table,
    timer,
)
from tests.fakes import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Iterator

AnyStore: TypeAlias = AwardStore | MemoryStore

pytestmark = pytest.mark.parametrize(
    "dialect", ["memory", *DIALECTS], indirect=True, scope="session"
)


@pytest.fixture
def store(dialect: str, request: pytest.FixtureRequest) -> Iterator[AnyStore]:
    """Open an empty store of each kind."""
    if dialect == "memory":
        yield MemoryStore()
        return
    opened = AwardStore(request.getfixturevalue("url"))
    yield opened
    opened.close()


# -- evidence


@pytest.fixture
def candidate(store: AnyStore) -> AnyStore:
    """Return a store with a candidate about whom everything was recorded at one instant."""
    open_candidate(store)
    return store


def test_what_was_recorded_before_an_instant_is_read(candidate: AnyStore) -> None:
    """programme.md, versions and data: what was recorded one microsecond before counts."""
    seen = see(candidate, before=AT + TICK)
    assert seen == see(candidate)
    assert seen[FACTS] == facts()
    assert seen[PANEL] == Tally.of([card()])
    assert seen.records == (record("case", "open", name="c-1", recorded_at=AT),)
    assert seen[NOMINATIONS] == (nomination(),)


def test_what_was_recorded_at_an_instant_is_not_read_for_it(candidate: AnyStore) -> None:
    """programme.md, versions and data: what was recorded exactly at the instant comes too late."""
    seen = see(candidate, before=AT)
    assert (seen[FACTS], seen[PANEL], seen.records, seen[NOMINATIONS]) == (None, Tally(), (), ())
    assert seen.path == path()


def test_a_later_word_on_a_nomination_is_cut_too(candidate: AnyStore) -> None:
    """A nomination is read as it stood before the instant: completed or withdrawn later is not."""
    with candidate.begin() as transaction:
        for event, hours in (("completed", 1), ("withdrawn", 2)):
            transaction.add_nomination(
                1,
                event=event,
                source="employee",
                nominator="emp-1",
                complete=True,
                as_of=CYCLE,
                recorded_at=AT + timedelta(hours=hours),
                nomination_id=1,
            )
    assert not see(candidate, before=AT + timedelta(hours=2))[NOMINATIONS][0].withdrawn
    assert see(candidate, before=AT + timedelta(hours=2, microseconds=1))[NOMINATIONS][0].withdrawn


def told(store: AnyStore, *dated: tuple[date, Any, str]) -> None:
    """Record facts: as of, recorded at, GMV rate."""
    for as_of, recorded_at, rate in dated:
        with store.begin() as transaction:
            transaction.add_facts([facts(as_of=as_of, gmv_rate=Decimal(rate))], recorded_at)


def rate(store: AnyStore, **options: Any) -> str | None:
    """Return the GMV rate of the facts that count."""
    facts = see(store, **options)[FACTS]
    return None if facts is None else str(facts.gmv_rate)


def test_the_latest_facts_are_those_dated_last(store: AnyStore) -> None:
    """Of facts on or before the round's date the latest by date count, however they came in."""
    write(store, opening(path()))
    day = timedelta(days=1)
    told(store, (CYCLE - day, AT, "0.2"), (CYCLE - 3 * day, AT + day, "0.1"))
    assert rate(store) == "0.2"
    told(store, (CYCLE, AT, "0.3"), (CYCLE + day, AT, "0.4"))
    assert rate(store) == "0.3"
    assert rate(store, on=CYCLE + 9 * day) == "0.3"


def test_of_facts_of_one_date_the_last_recorded_count(store: AnyStore) -> None:
    """Facts of one date are corrected by recording them anew; of one instant, by their order."""
    write(store, opening(path()))
    later = AT + timedelta(hours=1)
    told(store, (CYCLE, later, "0.2"), (CYCLE, AT, "0.1"))
    assert rate(store) == "0.2"
    assert rate(store, before=later) == "0.1"
    told(store, (CYCLE, later, "0.3"))
    assert rate(store) == "0.3"


def test_without_a_round_the_date_judged_is_the_one_asked_for(store: AnyStore) -> None:
    """A path in no round is judged on the day of the question."""
    write(store, opening(path(cycle_on=None)))
    told(store, (CYCLE, AT, "0.3"))
    assert rate(store, on=CYCLE) == "0.3"
    assert rate(store, on=CYCLE - timedelta(days=1)) is None


def test_facts_of_another_seller_do_not_count(store: AnyStore) -> None:
    """Each seller is judged on facts of their own."""
    write(store, opening(path(subject="seller-2")))
    told(store, (CYCLE, AT, "0.3"))
    assert rate(store) is None


@pytest.mark.parametrize(
    "told_",
    [
        facts(),
        facts(activities=frozenset()),
        facts(activities=frozenset({"help", "writing"}), is_lazstar=True),
        facts(monthly_cancellation_rates=(None, Decimal("0.010"), *((None,) * 7))),
        facts(gmv_rate=Decimal("1E+2"), gmv_usd=Decimal("0.10")),
        facts(
            joined_on=None,
            ncp_points=None,
            policy_compliant=None,
            gmv_usd=None,
            gmv_rate=None,
            chat_response_rate=None,
            monthly_cancellation_rates=None,
            retention_rate=None,
            is_lazstar=None,
            activities=None,
        ),
    ],
)
def test_facts_come_back_as_they_were(store: AnyStore, told_: Any) -> None:
    """What is not known stays not known, and a decimal keeps every figure."""
    write(store, opening(path()))
    with store.begin() as transaction:
        assert transaction.add_facts([told_], AT) == 1
    found = see(store)[FACTS]
    assert found == told_
    assert repr(found) == repr(told_)


def score(store: AnyStore, *cards: Any, cycle_on: date = CYCLE) -> None:
    """Record scorecards, one after the other."""
    with store.begin() as transaction:
        for each in cards:
            transaction.add_scorecard(1, cycle_on, each, as_of=CYCLE, recorded_at=AT)


def test_a_card_counts_in_its_round_alone(store: AnyStore) -> None:
    """programme.md, the panel: scorecards belong to a round; none counts in another."""
    write(store, opening(path()))
    score(store, card("rev-1", "team-a", 5), cycle_on=date(2026, 4, 1))
    assert see(store)[PANEL] == Tally()
    score(store, card("rev-1", "team-a", 3))
    assert see(store)[PANEL] == Tally.of([card("rev-1", "team-a", 3)])


def test_the_latest_card_of_a_reviewer_counts(store: AnyStore) -> None:
    """A reviewer who scores again has one card, the latest, with the team of that day."""
    write(store, opening(path()))
    score(store, card("rev-1", "team-a", 1), card("rev-2", "team-b", 4), card("rev-1", "team-b", 5))
    tally = see(store)[PANEL]
    assert (tally.cards, tally.teams, tally.sums) == (2, 1, (9,) * 11)


def test_a_recusal_takes_a_card_out(store: AnyStore) -> None:
    """programme.md, the panel: a reviewer may recuse; the quorum is counted again."""
    write(store, opening(path()))
    score(store, card("rev-1", "team-a"), card("rev-2", "team-b"), recusal("rev-1"))
    tally = see(store)[PANEL]
    assert (tally.cards, tally.panel) == (1, frozenset({"rev-1", "rev-2"}))


def test_evidence_has_other_paths_and_pending_timers(store: AnyStore) -> None:
    """A path sees the subject's other paths, of every lifecycle, and its own pending timers."""
    sibling_paths = (path("declined", id=2), path("ajar", id=3, lifecycle="door"))
    stranger = path(id=4, subject="seller-2")
    pending, later = timer("a"), timer("b", DUE + TICK)
    gone = timer("c")
    write(
        store,
        opening(path(), scheduled=(pending, later, gone)),
        *(opening(each) for each in (*sibling_paths, stranger)),
    )
    write(store, moving(path(), cancelled=(gone,)))
    seen = see(store)
    assert seen.others == sibling_paths
    assert set(seen.timers) == {pending, later}
    assert see(store, 4).others == ()


def test_evidence_of_a_chunk_comes_for_each_path_there_is(candidate: AnyStore) -> None:
    """One evidence for each path that exists, and each has its own."""
    write(candidate, opening(path(id=2, subject="seller-2")))
    with candidate.begin() as transaction:
        found = transaction.load_chunk([2, 1, 9], before=None, on=CYCLE)
        assert transaction.load_chunk([], before=None, on=CYCLE) == []
    assert {seen.path.id: seen[FACTS] for seen in found} == {1: facts(), 2: None}


def test_an_opening_sees_what_is_recorded_of_its_subject(candidate: AnyStore) -> None:
    """A path that is not written yet is judged on facts and records, of the sources asked for."""
    with candidate.begin() as transaction:
        seen = transaction.load_opening(path(id=9), on=CYCLE)
        bare = transaction.load_opening(path(id=9), on=CYCLE, sources=())
    assert (seen[FACTS], seen[PANEL], seen[NOMINATIONS]) == (facts(), Tally(), ())
    assert seen.records == bare.records == (record("case", "open", name="c-1", recorded_at=AT),)
    assert bare[FACTS] is None


def test_paths_in_the_same_state_are_of_one_group(store: AnyStore) -> None:
    """Who a path is makes it no other; its state does, and another path of its subject."""
    same = [path(id=n, subject=f"seller-{n}", head=f"{n}" * 64) for n in (1, 2)]
    apart = path("nominated", id=3, subject="seller-3")
    twins = [path(id=n, subject="seller-4") for n in (4, 5)]
    write(store, *(opening(each, scheduled=(timer(path_id=each.id),)) for each in same))
    write(store, *(opening(each) for each in (apart, *twins)))
    with store.begin(write=False) as transaction:
        rows = {
            each.path_id: each
            for each in transaction.evidence_rows(range(1, 6), before=None, on=CYCLE)
        }
    assert rows[1].group_key == rows[2].group_key != rows[3].group_key
    assert rows[4].group_key != rows[1].group_key
    assert {id_ for id_, each in rows.items() if not each.groupable} == {4, 5}
    assert rows[1].snapshot() == see(store)


# -- writing


def test_a_path_comes_back_as_it_was(store: AnyStore) -> None:
    """Spans, data and every field survive the database."""
    award = (span(date(2026, 4, 1), CYCLE, reason="resigned"), span(CYCLE))
    rich = path(periods={"award": award}, data={"b": (1, None, "ü"), "a": {"x": True}}, parked=True)
    write(store, opening(rich))
    assert see(store).path == rich
    bare = path(id=2, cycle_on=None)
    write(store, opening(bare))
    assert see(store, 2).path == bare


def test_a_change_is_written_whole(store: AnyStore) -> None:
    """Path, timers, records and notices of a move are all there, or none is."""
    change = moving(
        path(),
        after={"state": "awarded"},
        scheduled=(timer("due_date"),),
        records=(record("good_standing", "began"),),
        notices=(Notice("award-1.2.1", "awarded", "seller"),),
        linked=(opening(path(id=2, subject="seller-2")),),
    )
    write(store, opening(path()))
    with pytest.raises(Crash):
        failing(store, lambda transaction: transaction.write_chunk([change]))
    assert see(store).path == path()
    write(store, change)
    seen = see(store)
    assert (seen.path.state, seen.path.seq) == ("awarded", 2)
    assert seen.timers == (timer("due_date"),)
    assert seen.records == (record("good_standing", "began"),)
    assert see(store, 2).path.subject == "seller-2"


def test_a_stale_version_writes_nothing(store: AnyStore) -> None:
    """design.md, rule 4: the path's version is compared and set; who loses is told both."""
    other = path(id=2, subject="seller-2")
    write(store, opening(path()), opening(other))
    write(store, moving(path(), after={"head": "1" * 64}))
    with pytest.raises(StaleVersionError) as caught:
        write(store, moving(other), moving(path(), after={"head": "2" * 64}, scheduled=(timer(),)))
    error = caught.value
    assert (error.path, error.expected, error.found) == ("award-1", 1, 2)
    assert see(store, 2).path == other
    assert see(store).timers == ()


def test_a_path_that_is_not_there_is_stale(store: AnyStore) -> None:
    """A move of a path that does not exist is refused as stale, with no version found."""
    with pytest.raises(StaleVersionError) as caught:
        write(store, moving(path()))
    assert caught.value.found is None


def test_what_was_written_is_read_in_the_same_transaction(store: AnyStore) -> None:
    """Whether or not a store holds rows back, who reads after a write reads what was written."""
    moved = replace(path(), seq=2, state="awarded", recorded_at=AT)
    with store.begin() as transaction:
        transaction.write_chunk([opening(path())])
        transaction.write_chunk([moving(path(), after={"state": "awarded"})])
        (seen,) = transaction.load_chunk([1], before=None, on=CYCLE)
        assert seen.path == moved
        transaction.write_chunk([moving(moved)])
    assert see(store).path == replace(moved, seq=3)


def test_a_timer_ended_and_set_again_in_one_change_pends(store: AnyStore) -> None:
    """A plan made anew may come to the same instant."""
    write(store, opening(path(), scheduled=(timer(),)))
    write(store, moving(path(), cancelled=(timer(),), scheduled=(timer(),)))
    assert see(store).timers == (timer(),)


def test_a_second_open_path_is_a_conflict(store: AnyStore) -> None:
    """programme.md, nomination: one open path a seller; the transaction leaves nothing."""
    write(store, opening(path(), slot="take"))
    with pytest.raises(ConflictError) as caught:
        write(store, opening(path(id=2), slot="take", scheduled=(timer(path_id=2),)))
    assert caught.value.subject == SELLER
    with store.begin(write=False) as transaction:
        assert len(transaction.load_chunk([1, 2], before=None, on=CYCLE)) == 1
    assert claim(store) == []


def test_a_claim_is_one_paths_alone(store: AnyStore) -> None:
    """programme.md, store entry: what serves one path cannot serve another, which sees it."""
    keys = {"claims": ("k1", "k2")}
    write(store, opening(path(data=keys), claims=(("records", "k1"), ("records", "k2"))))
    rival = path(id=2, subject="seller-2", data={"claims": ("k2", "k3")})
    write(store, opening(rival))
    assert see(store).taken == frozenset()
    assert see(store, 2).taken == {"k2"}
    with pytest.raises(ConflictError):
        write(store, moving(rival, claims=(("records", "k3"), ("records", "k2"))))
    assert see(store, 2).path == rival


def test_a_place_that_is_freed_can_be_taken(store: AnyStore) -> None:
    """In the same chunk, whichever comes first; another lifecycle has places of its own."""
    write(store, opening(path(), slot="take"))
    write(store, opening(path(id=2, lifecycle="door"), slot="take"))
    write(store, opening(path(id=3), slot="take"), moving(path(), slot="free"))
    for name in ("award", "door"):
        with pytest.raises(ConflictError):
            write(store, opening(path(id=4, lifecycle=name), slot="take"))


def two_alike(head: str) -> BatchChange:
    """Return a move that two paths make together, whose heads were the same digit throughout."""
    first = path(head=head * 64)
    change = moving(
        first,
        after={"state": "declined"},
        fired=replace(timer(), status="fired", seq=2),
        cancelled=(timer("later", DUE + TICK),),
        scheduled=(timer("next", DUE + timedelta(days=1)),),
        records=(record("good_standing", "began"),),
        notices=(Notice("award-1.2.1", "declined", "seller"),),
        slot="free",
    )
    own = [PathOverrides(id_, f"seller-{id_}", first.head, "[]", str(id_) * 64) for id_ in (1, 2)]
    return BatchChange(change, own)


def open_two(store: AnyStore, **options: Any) -> None:
    """Open the two paths, each with its place and the timers that the move ends."""
    for id_ in (1, 2):
        timers = timer(path_id=id_), timer("later", DUE + TICK, path_id=id_)
        row = path(id=id_, subject=f"seller-{id_}", head="0" * 64, **options)
        write(store, opening(row, slot="take", scheduled=timers))


def test_paths_of_a_batch_move_each_by_itself(store: AnyStore) -> None:
    """Of one change for several, each has the state, hash, timers, place and records of its own."""
    open_two(store)
    with store.begin() as transaction:
        transaction.write_chunk((), [two_alike("0")])
    for id_ in (1, 2):
        seen = see(store, id_)
        assert (seen.path.state, seen.path.seq) == ("declined", 2)
        assert (seen.path.head, seen.path.recorded_at) == (str(id_) * 64, AT)
        assert seen.timers == (timer("next", DUE + timedelta(days=1), path_id=id_),)
        assert seen.records == (record("good_standing", "began"),)
        write(store, opening(path(id=id_ + 2, subject=f"seller-{id_}"), slot="take"))


def test_a_stale_path_of_a_batch_stops_it(store: AnyStore) -> None:
    """One path of a batch that has another version is named, and none of the others moves."""
    open_two(store)
    second = path(id=2, subject="seller-2", head="0" * 64)
    write(store, moving(second))

    with pytest.raises(StaleVersionError) as caught, store.begin() as transaction:
        transaction.write_chunk((), [two_alike("0")])
    assert (caught.value.path, caught.value.expected, caught.value.found) == ("award-2", 1, 2)
    assert see(store).path.seq == 1
    assert len(see(store).timers) == 2


def test_every_path_has_a_number_of_its_own(store: AnyStore) -> None:
    """A number is for one path, whether the last is written yet or not."""
    numbers = []
    for n in range(3):
        with store.begin() as transaction:
            numbers.append(transaction.next_path_id())
            transaction.write_chunk([opening(path(id=numbers[-1], subject=f"s-{n}"))])
    assert len(set(numbers)) == 3


def test_rules_that_have_changed_stop_a_transaction(store: AnyStore) -> None:
    """Who decides by other rules than those in force is told so."""
    with pytest.raises(RulesChangedError), store.begin() as transaction:
        transaction.check_rules("another version")


# -- timers


def test_timers_are_claimed_by_instant_then_country(store: AnyStore) -> None:
    """One instant and one country at a time, the earliest first, countries by their code."""
    doors(
        store,
        timer(path_id=1, country="SG"),
        timer(path_id=2, country="PH"),
        timer(path_id=3, country="SG", due_at=DUE - TICK),
        timer(path_id=4, country="PH"),
        timer(path_id=5, country="SG", due_at=DUE + TICK),
    )
    assert store.next_due() == DUE - TICK
    for expected in ([3], [2, 4], [1]):
        found = claim(store)
        assert [id_ for id_, _ in found] == expected
        with store.begin() as transaction:
            for id_ in expected:
                (pending,) = see(store, id_).timers
                transaction.set_aside(failure(pending))
    assert claim(store) == []
    assert claim(store, DUE + TICK) == [(5, "evening")]


def test_a_timer_is_due_at_its_instant(store: AnyStore) -> None:
    """At exactly its instant a timer is due; one microsecond earlier it is not."""
    doors(store, timer())
    assert claim(store, DUE - TICK) == []
    assert claim(store, DUE) == [(1, "evening")]


def test_a_path_is_claimed_once(store: AnyStore) -> None:
    """Of two timers of a path at one instant one is taken, so that its order holds."""
    doors(store, timer("b"), timer("a"), timer("c", path_id=2))
    assert claim(store) == [(1, "a"), (2, "c")]


def test_a_claim_has_a_limit_and_can_be_of_one_path(store: AnyStore) -> None:
    """No more than the limit are taken; of one path, where it is named, and no other."""
    doors(store, *(timer(path_id=n) for n in range(1, 5)))
    assert claim(store, limit=3) == [(1, "evening"), (2, "evening"), (3, "evening")]
    assert claim(store, path_id=4) == [(4, "evening")]
    assert claim(store, path_id=9) == []


def test_a_cancelled_timer_can_be_set_again(store: AnyStore) -> None:
    """A timer cancelled for an instant is pending again once it is set for it."""
    doors(store, timer())
    write(store, moving(path(subject="seller-1"), cancelled=(timer(),)))
    assert claim(store) == []
    moved = replace(path(subject="seller-1"), seq=2)
    write(store, moving(moved, scheduled=(timer(),)))
    assert see(store).timers == (timer(),)


def test_a_timer_that_had_its_outcome_keeps_it(store: AnyStore) -> None:
    """What fired for an instant is never set for it again: a repeat changes nothing."""
    doors(store, timer())
    fired = replace(timer(), status="fired", seq=2)
    write(store, moving(path(subject="seller-1"), fired=fired))
    moved = replace(path(subject="seller-1"), seq=2)
    write(store, moving(moved, scheduled=(timer(),)))
    assert (claim(store), see(store).timers) == ([], ())


def test_a_path_that_waits_is_passed_by_until_its_next_attempt(store: AnyStore) -> None:
    """A path that failed waits with all its timers, counts its attempts, and stops nobody."""
    doors(store, timer(), timer("later", DUE + TICK), timer(path_id=2))
    again = DUE + timedelta(seconds=4)
    with store.begin() as transaction:
        transaction.set_aside(failure(timer(), retry_at=DUE + TICK))
        transaction.set_aside(failure(timer(), attempts=2, retry_at=again))
        found = transaction.failure_of(1)
    assert found == failure(timer(), attempts=2, retry_at=again)
    assert not see(store).path.parked
    assert claim(store, again - TICK) == [(2, "evening")]
    assert claim(store, again - TICK, path_id=1) == []
    assert claim(store, again) == [(1, "evening"), (2, "evening")]


def test_the_next_look_is_the_next_attempt_or_instant(store: AnyStore) -> None:
    """A path that failed is looked at again with its next attempt; its other timers not earlier."""
    doors(store, timer(), timer("later", DUE + timedelta(days=1)))
    again = DUE + timedelta(seconds=4)
    with store.begin() as transaction:
        transaction.set_aside(failure(timer(), retry_at=again))
    assert store.next_due() == again
    write(store, moving(path(subject="seller-1"), cancelled=(timer(),)))
    assert store.next_due() == DUE + timedelta(days=1)


def test_an_attempt_that_succeeds_forgets_the_failure(store: AnyStore) -> None:
    """With the move that a path's timer makes at last, its failure is forgotten."""
    doors(store, timer())
    with store.begin() as transaction:
        transaction.set_aside(failure(timer(), retry_at=DUE))
    with store.begin() as transaction:
        taken = transaction.claim(DUE, 10)
        assert taken is not None
        assert list(taken.names) == [1]
        fired = replace(timer(), status="fired", seq=2)
        transaction.write_chunk([moving(path(subject="seller-1"), fired=fired)])
        assert transaction.failure_of(1) is None


def test_what_is_parked_is_not_claimed(store: AnyStore) -> None:
    """A path that is parked has no pending timers; others' are due."""
    doors(store, timer(), timer("later", DUE + TICK), timer(path_id=2))
    with store.begin() as transaction:
        transaction.set_aside(failure(timer()))
    assert see(store).path.parked
    assert see(store).timers == ()
    assert claim(store, DUE + TICK) == [(2, "evening")]
    with store.begin() as transaction:
        assert transaction.failure_of(1) == failure(timer())


def test_a_sweep_leaves_every_path_as_the_store_in_memory_has_it(store: AnyStore) -> None:
    """State, number and hash of each path are the same, whatever it is kept in."""
    rules, found = rulebook(table()), []
    for each in (MemoryStore(), store):
        with each.begin() as transaction:
            rows = [path("ajar", id=n, subject=f"s-{n}", lifecycle="door") for n in range(1, 9)]
            transaction.write_chunk(
                [opening(row, slot="take", scheduled=(timer(path_id=row.id),)) for row in rows]
            )
        swept = sweep_at(each, rules, DUE)
        assert swept == SweepResult(moved=8)
        found.append([see(each, row.id) for row in rows])
    assert found[0] == found[1]
