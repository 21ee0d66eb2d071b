"""What may a relay rely on? The outbox of every store: leases, marks, back-off, parking."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.store.host_transaction import BoundStore
from tests.factories import facts, record_facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from lazsa_flow.award.programme import Programme
    from lazsa_flow.store.outbox import SqlOutbox

LEASE = timedelta(minutes=5)
COUNT = 6


@pytest.fixture
def programme(play: Callable[..., Programme]) -> Programme:
    """Return a programme in which six sellers have been nominated, and not told yet."""
    programme = play()
    sellers = [f"seller-{number}" for number in range(COUNT)]
    known = [facts(seller=seller, as_of=date(2026, 5, 31)) for seller in sellers]
    record_facts(programme, known)
    for seller in sellers:
        programme.nominate(seller, actor=Actor("employee", "e-1"), statement="Helps.")
    return programme


@pytest.fixture
def outbox(programme: Programme) -> SqlOutbox:
    """Return its outbox."""
    return programme._runtime.store.outbox()


@pytest.fixture
def claim(programme: Programme, outbox: SqlOutbox) -> Callable[..., Any]:
    """Return what claims at an instant, some minutes from now."""

    def claim(minutes: float = 0, limit: int = 100, **options: Any) -> Any:
        now = programme.clock.now() + timedelta(minutes=minutes)
        return outbox.claim(now, now + LEASE, limit, **options)

    return claim


def mark_late(outbox: SqlOutbox, slow: Any, at: datetime, patch: pytest.MonkeyPatch) -> None:
    """Let notices be marked by who held them, just after the next claim has taken them."""
    transact = outbox._transact

    def meanwhile(run: Any) -> Any:
        result = transact(run)
        patch.undo()
        outbox.delivered(slow, "mail", at)
        return result

    patch.setattr(outbox, "_transact", meanwhile)


def test_a_claim_brings_what_it_is_about(programme: Programme, claim: Callable[..., Any]) -> None:
    """A claimed notice comes with its path and the journal row that told of it."""
    first = claim(limit=1)[0]
    assert (first.key, first.kind, first.to) == ("award-1.1.1", "nominated", "seller")
    assert (first.path.ref, first.path.subject) == ("award-1", "seller-0")
    assert (first.row["trigger"], first.row["seq"]) == ("nominate", 1)
    assert [first.row] == list(programme._runtime.store.journal(first.path.id))
    assert first.attempts == 0


def test_what_is_claimed_is_nobody_elses(claim: Callable[..., Any]) -> None:
    """Until its lease ends a notice is claimed once; then it is to be had again."""
    first, second = claim(limit=4), claim()
    assert (len(first), len(second)) == (4, 2)
    assert not {each.key for each in first} & {each.key for each in second}
    assert claim(4.9) == []
    assert len(claim(5)) == COUNT


def test_a_notice_that_is_delivered_after_all_is_left_out(
    programme: Programme, outbox: SqlOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who still held a notice may mark it just when its lease has gone to another."""
    now = programme.clock.now()
    slow, later = outbox.claim(now, now + LEASE, 1), now + LEASE
    mark_late(outbox, slow, later, monkeypatch)
    claimed = outbox.claim(later, later + LEASE, COUNT)
    assert len(claimed) == COUNT - 1
    assert slow[0].key not in {each.key for each in claimed}


def test_some_of_what_is_taken_together_may_be_gone(
    programme: Programme, outbox: SqlOutbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A digest tells of all its notices or is not sent: none is taken where one is gone."""
    now = programme.clock.now()
    slow, later = outbox.claim(now, now + LEASE, 2), now + LEASE
    mark_late(outbox, slow[:1], later, monkeypatch)
    assert outbox.take([each.key for each in slow], later, later + LEASE) == []


def test_relays_at_once_share_nothing(programme: Programme, claim: Callable[..., Any]) -> None:
    """Four relays that claim at the same moment hold each notice once (design.md, rule 7)."""
    found: list[str] = []
    lock = threading.Lock()

    def relay() -> None:
        while claimed := claim(limit=1):
            with lock:
                found.extend(each.key for each in claimed)

    threads = [threading.Thread(target=relay) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(set(found)) == COUNT


def test_what_is_delivered_leaves_and_is_counted(
    programme: Programme, outbox: SqlOutbox, claim: Callable[..., Any]
) -> None:
    """A delivered notice leaves the outbox for good, and stands among the deliveries once."""
    now = programme.clock.now()
    claimed = claim()
    outbox.delivered(claimed[:1], "files", now)
    outbox.delivered(claimed[1:], "files", now)
    outbox.delivered(claimed[:1], "files", now)
    assert outbox.deliveries() == {("nominated", "seller", "SG"): COUNT}
    assert (outbox.entries(), outbox.next_at(), claim(60)) == ([], None, [])


def test_a_mark_outlives_its_connection(
    programme: Programme, outbox: SqlOutbox, claim: Callable[..., Any]
) -> None:
    """A connection that is lost on the way to a mark is replaced, and the mark made once."""
    lost: list[Any] = []

    def lose(connection: Any, *_: Any) -> None:
        if not lost:
            lost.append(connection)
            connection.close()

    claimed = claim()
    event.listen(outbox._engine, "checkout", lose)
    outbox.delivered(claimed, "files", programme.clock.now())
    assert lost
    assert outbox.deliveries() == {("nominated", "seller", "SG"): COUNT}
    assert outbox.entries() == []


def test_what_failed_comes_again_later(
    programme: Programme, outbox: SqlOutbox, claim: Callable[..., Any]
) -> None:
    """A failure counts an attempt in the database, names its error, and waits its time."""
    one = claim(limit=1)
    outbox.failed(one, "smtp_421", programme.clock.now() + timedelta(minutes=2))
    entry = next(each for each in outbox.entries() if each.key == one[0].key)
    assert (entry.attempts, entry.error, entry.parked) == (1, "smtp_421", False)
    assert one[0].key not in {each.key for each in claim(1)}
    assert [each.attempts for each in claim(2)] == [1]


def test_what_is_parked_waits_for_an_operator(
    programme: Programme, outbox: SqlOutbox, claim: Callable[..., Any]
) -> None:
    """A parked notice is claimed by nobody until it is retried, by its key or with all."""
    now = programme.clock.now()
    outbox.failed(claim(), "smtp_550", None)
    assert (claim(60), outbox.next_at()) == ([], None)
    assert [each.error for each in outbox.entries(parked=True)] == ["smtp_550"] * COUNT
    assert outbox.retry(["award-1.1.1", "award-9.1.1"], now) == 1
    assert [(each.key, each.attempts) for each in claim()] == [("award-1.1.1", 0)]
    assert outbox.retry(None, now) == COUNT - 1
    assert outbox.entries(parked=True) == []


def test_who_comes_too_late_changes_nothing(
    programme: Programme, outbox: SqlOutbox, claim: Callable[..., Any]
) -> None:
    """Who reports on a lease that has ended leaves alone what another has claimed since."""
    mine, theirs = claim(), claim(6)
    assert [each.key for each in mine] == [each.key for each in theirs]
    outbox.failed(mine, "timeout", None)
    outbox.postpone(mine, programme.clock.now())
    assert claim(6) == []
    assert [each.attempts for each in outbox.entries()] == [0] * COUNT


def test_what_is_postponed_was_not_tried(
    programme: Programme, outbox: SqlOutbox, claim: Callable[..., Any]
) -> None:
    """Quiet hours count no attempt; the outbox knows when the next notice may go."""
    later = programme.clock.now() + timedelta(hours=8)
    outbox.postpone(claim(), later)
    assert (claim(60), outbox.next_at()) == ([], later)
    assert [each.attempts for each in claim(8 * 60)] == [0] * COUNT


def test_a_digest_is_taken_whole(
    programme: Programme, outbox: SqlOutbox, claim: Callable[..., Any]
) -> None:
    """What belongs together is taken together or not at all, and left by who asks for others."""
    now = programme.clock.now()
    assert claim(without=("seller",)) == []
    keys = [each.key for each in outbox.waiting(now, ("seller", "panel"))]
    assert len(keys) == COUNT
    assert outbox.waiting(now, ("panel",)) == []
    claim(limit=1)
    assert outbox.take(keys, now, now + LEASE) == []
    assert len(outbox.take(keys[1:], now, now + LEASE)) == COUNT - 1


def test_a_bound_programme_sends_nothing(programme: Programme) -> None:
    """Within a host's transaction there is no outbox to drain (design.md, rule 7)."""
    with programme._runtime.store.begin() as transaction:
        connection = transaction._connection
        with pytest.raises(InputError, match="nothing is sent inside a transaction"):
            BoundStore(connection).outbox()


def test_a_digest_is_left_by_recipient_and_kind(
    claim: Callable[..., Any], outbox: SqlOutbox
) -> None:
    """Of a recipient all notices can be left, or those of one kind."""
    assert claim(without=("seller/nominated",)) == []
    assert len(claim(without=("seller/awarded", "team", "reviewers"))) == COUNT
    assert outbox.entries()


def test_one_notice_for_many_becomes_one_for_each(
    claim: Callable[..., Any], outbox: SqlOutbox, programme: Programme
) -> None:
    """Notices for single persons take the place of a held one, which they copy; all or none."""
    now = programme.clock.now()
    held = claim(limit=3)
    first, second, third = (notice.key for notice in held)
    outbox.address(held, {first: ["reviewer:r-1", "reviewer:r-2"], second: []}, now)
    left = {each.key: each for each in outbox.entries()}
    assert not {first, second, third} & left.keys()
    copies = [left[f"{first}.{number}"] for number in (1, 2)]
    assert [each.to for each in copies] == ["reviewer:r-1", "reviewer:r-2"]
    assert {(each.kind, each.next_at, each.attempts) for each in copies} == {("nominated", now, 0)}
    assert len(left) == COUNT - 3 + 2
    assert [each.to for each in outbox.waiting(now, ("reviewers",))] == [each.to for each in copies]
    outbox.address(held, {first: ["reviewer:r-3"]}, now)  # no longer held
    assert {each.key for each in outbox.entries()} == left.keys()


def test_what_is_withdrawn_is_gone_unsent(claim: Callable[..., Any], outbox: SqlOutbox) -> None:
    """A held notice is taken out without a delivery; one that another holds now stays."""
    (held,) = claim(limit=1)
    again = claim(minutes=6, limit=COUNT)
    outbox.withdraw([held])
    assert len(outbox.entries()) == COUNT
    outbox.withdraw(again)
    assert outbox.entries() == []
    assert outbox.deliveries() == {}
