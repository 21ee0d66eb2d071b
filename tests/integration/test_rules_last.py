"""Rules that operators, managers and sellers see the working of."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.errors import ConflictError, NotFoundError, RefusedError, UnavailableError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.service import runtime
from tests.factories import failure, first_of
from tests.integration.world import APRIL, EMPLOYEE, REVIEWERS, SELLER, unmet

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from tests.integration.world import World

OPERATOR = Actor("operator", "ops-1")
MANAGER = Actor("manager", "man-1")


def test_a_paused_programme_fires_nothing_and_loses_nothing(world: World) -> None:
    """Operators pause: nothing fires by the clock, and what fell due keeps its instant."""
    path = world.candidate()
    world.programme.pause(actor=OPERATOR)
    world.go(date(2020, 4, 6))
    assert world.programme.paused()
    assert world.state(path) == "under_review"
    world.programme.pause(paused=False, actor=OPERATOR)
    world.sweep()
    assert world.state(path) == "awarded"
    effective_at, recorded_at = world.at(path)
    assert effective_at < recorded_at
    assert world.path(path).periods["award"][0].began_on == APRIL


def test_rules_that_cannot_be_read_are_read_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A suspension that a call could not take up, the rules out of reach, is not forgotten."""

    def unreadable(*_asked: object) -> None:
        raise UnavailableError("away")

    world.programme.suspend_cycle("SG", APRIL, actor=MANAGER)
    with monkeypatch.context() as patch:
        patch.setattr(runtime, "read_rulebook", unreadable)
        with pytest.raises(UnavailableError):
            world.programme.members("SG")
    world.programme.members("SG")
    assert world.programme._runtime.rulebook.calendar("SG").suspended == {APRIL}


def test_books_are_closed_once_they_balance(world: World) -> None:
    """Managers close the books, once, and only where nothing is parked (The books)."""
    world.ambassador()
    world.programme.close_books("SG", APRIL, actor=MANAGER)
    with pytest.raises(ConflictError, match="closed already"):
        world.programme.close_books("SG", APRIL, actor=MANAGER)
    with pytest.raises(NotFoundError):
        world.programme.close_books("SG", date(2031, 4, 1), actor=MANAGER)


def test_books_with_something_parked_stay_open(world: World) -> None:
    """Books in which a timer is parked are not closed (The books)."""
    path = world.candidate()
    with world.programme._runtime.store.begin() as transaction:
        taken = transaction.claim(world.programme.next_due(), 1)
        transaction.set_aside(failure(first_of(taken)))
    world.go(APRIL)
    with pytest.raises(ConflictError, match="1 parked"):
        world.programme.close_books("SG", APRIL, actor=MANAGER)
    assert world.state(path) == "under_review"


def test_the_regional_mailbox(world: World) -> None:
    """Whoever wants to reach an ambassador gets the team's mailbox, or the regional one."""
    world.ambassador()
    assert world.programme.contact("s1") == "se-community.sg@example.com"
    assert world.programme.contact("s1", regional=True) == "se-community@example.com"


def test_a_seller_sees_their_own_figures_and_the_way_to_appeal(world: World) -> None:
    """A seller sees each unmet bar, their figure, the facts' date and how to object (Tenure)."""
    path = world.nominate()
    world.facts(chat_response_rate="0.5").go(date(2020, 3, 20)).panel(path)
    world.go(APRIL)
    seen = world.programme.outcome(path)
    assert (seen.state, seen.reason) == ("declined", "not_selected")
    assert seen.unmet == (
        "Your response rate on chat over nine months must be at least 0.85; it was 0.5.",
    )
    assert seen.facts_as_of == date(2020, 3, 20)
    assert seen.appeal_until == date(2020, 5, 1)
    assert seen.contact == "se-community.sg@example.com"
    assert not any(reviewer in str(seen) for reviewer, _ in REVIEWERS)


def test_nothing_to_appeal_is_said_so(world: World) -> None:
    """Where a path ended by the seller's own wish there is nothing to object to (Tenure)."""
    path = world.retired()
    seen = world.programme.outcome(path)
    assert (seen.reason, seen.appeal_until, seen.unmet) == ("resigned", None, ())


def test_who_gets_the_updates(world: World) -> None:
    """Members of Reconnect get updates: the host is told who they are (Reconnect)."""
    other, path = world.nominate("s2"), world.candidate("s1")
    world.panel(other).go(date(2021, 4, 10))
    world.resign(path)
    world.resign(other)
    assert world.programme.members("SG") == []
    world.steps("s1").join("s1")
    assert world.programme.members("SG") == ["s1"]
    assert world.programme.members("TH") == []


def test_a_conduct_bar_survives_erasure_as_a_keyed_hash(world: World, tmp_path: FilePath) -> None:
    """A conduct bar survives an erasure as a keyed hash until it ends (Versions and data)."""
    path = world.ambassador()
    world.end(path)
    url = f"sqlite:///{tmp_path / 'lazsa.db'}"
    with Programme.open(url, clock=world.clock, secret=b"a key") as keyed:
        keyed.erase("s1", actor=SELLER)
        hashed = keyed._runtime.context.fingerprint("s1")
        with keyed._runtime.store.begin(write=False) as transaction:
            barred = transaction.conduct_bars_of(hashed)
        assert [(r.kind, r.reason) for r in barred] == [("good_standing", "code_of_conduct")]
        assert "s1" not in hashed
        with pytest.raises(RefusedError) as refused:
            keyed.nominate("s1", actor=EMPLOYEE, statement="Helps.")
        assert set(unmet(refused)) == {"no_conduct_bar"}
