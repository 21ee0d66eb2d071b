"""Who is outside the panel, when an appeal closes, and what ``outcome`` keeps.

Every test plays in a world of its own; see :mod:`tests.integration.world`.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.errors import ConflictError, NotAllowedError, NotFoundError, RefusedError
from lazsa_flow.lifecycle.model import Actor
from tests.factories import midnight
from tests.integration.world import (
    APRIL,
    COMPLIANCE,
    OCTOBER,
    OTHER,
    TICK,
    unmet,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.world import World

TEAM = Actor("team", "team-SG", "SG")
HOST = Actor("host", "host")


def manager(name: str) -> Actor:
    """Return a manager."""
    return Actor("manager", name)


def declined(world: World) -> str:
    """Return a path that the panel has declined; it is noon of the cycle date."""
    path = world.candidate(score=1)
    world.go(APRIL)
    return path


class TestOutside:
    """Two persons outside the panel may reinstate (appeals)."""

    def test_nobody_inside(self, world: World) -> None:
        """Not a seat without a card, nor one that ended, a convener, a nominator, the seller."""
        world.nominate("s1", actor=Actor("employee", "Emp-1"))
        world.programme.assign_reviewers("SG", APRIL, {"seat-1": "care"}, actor=manager("conv-1"))
        world.programme.unassign_reviewer("SG", APRIL, "seat-1", actor=TEAM)
        path = world.nominate("s1", actor=OTHER)
        world.go(date(2020, 3, 20)).panel(path, score=1).go(APRIL)
        for name, why in (
            ("rev-law", "sat on the panel"),
            ("REV-BOOKS", "has scored or recused"),
            ("Seat-1", "sat on the panel"),
            ("CONV-1", "convened the panel"),
            ("team-SG", "convened the panel"),
            ("emp-1", "has nominated the seller"),
            ("emp-2", "has nominated the seller"),
            ("S1", "is the seller"),
        ):
            with pytest.raises(NotAllowedError, match=f"outside the panel; {name} {why}"):
                world.programme.appeal(path, actor=manager(name))
        assert world.programme.appeals("SG") == []

    def test_of_an_earlier_round(self, world: World) -> None:
        """Who sat in the first round of a path that was carried over is inside, in any country."""
        world.programme.assign_reviewers("SG", APRIL, {"first-1": "care"}, actor=TEAM)
        path = world.candidate(cards=1)  # rev-books scores in the first round alone
        world.go(date(2020, 4, 2))
        world.facts(as_of=date(2020, 9, 20), ncp_points=3)
        world.go(date(2020, 9, 20))
        for number in (1, 2, 3):
            world.score(path, number)
        world.go(OCTOBER)
        assert world.state(path) == "declined"
        world.programme.move_country("s1", "MY", actor=HOST)
        for name in ("first-1", "rev-books", "rev-law"):
            with pytest.raises(NotAllowedError, match="outside the panel"):
                world.programme.appeal(path, actor=manager(name))
        assert world.programme.appeal(path, actor=manager("m-1")) is None
        assert world.programme.appeal(path, actor=manager("m-2")) is not None

    def test_of_an_earlier_country(self, world: World) -> None:
        """A seat of the country that the seller has left before the cycle date is inside."""
        world.programme.assign_reviewers("SG", APRIL, {"left-1": "care"}, actor=TEAM)
        path = world.candidate(score=1)
        world.programme.move_country("s1", "MY", actor=HOST)
        world.go(APRIL)
        assert world.state(path) == "declined"
        for name in ("left-1", "rev-law", "rev-books"):
            with pytest.raises(NotAllowedError, match="outside the panel"):
                world.programme.appeal(path, actor=manager(name))

    def test_under_an_earlier_id(self, world: World) -> None:
        """A nominator whose ids were joined is inside under either of them."""
        world.facts("old").facts("new")
        award = world.ambassador("old")
        world.programme.merge_sellers("old", "new", actor=HOST)
        path = world.nominate("s2", actor=Actor("ambassador", "old"))
        for name in ("old", "new", "NEW"):
            with pytest.raises(NotAllowedError, match="sitting award"):
                world.programme.assign_reviewers("SG", OCTOBER, {name: "care"}, actor=TEAM)
        world.resign(award)
        for name in ("old", "new", "NEW"):
            with pytest.raises(NotAllowedError, match="nominated everyone"):
                world.programme.assign_reviewers("SG", OCTOBER, {name: "care"}, actor=TEAM)
        world.facts("s2", date(2020, 9, 20)).go(date(2020, 9, 20)).panel(path, score=1).go(OCTOBER)
        for name in ("old", "new", "NEW"):
            with pytest.raises(NotAllowedError, match="has nominated the seller"):
                world.programme.appeal(path, actor=manager(name))

    @pytest.mark.parametrize("again", ["m-1", "M-1"])
    def test_two_persons(self, world: World, again: str) -> None:
        """One person's voice under two spellings is one."""
        path = declined(world)
        assert world.programme.appeal(path, actor=manager("m-1")) is None
        assert world.programme.appeal(path, actor=manager(again)) is None
        (told,) = world.programme.appeals("SG")
        assert (told.grants, told.rejections) == (1, 0)


class TestClosing:
    """A voice after the 30 days is refused; after two rejections the appeal is closed."""

    def test_after_the_days(self, world: World) -> None:
        """The first voice is refused too, and nothing is recorded of it."""
        path = declined(world)
        world.now(midnight(date(2020, 5, 2)) - TICK)
        (told,) = world.programme.appeals("SG", unfiled=True)
        assert (told.filed, told.until, told.days_left) == (False, date(2020, 5, 1), 0)
        world.now(midnight(date(2020, 5, 2)))
        for grant in (True, False):
            with pytest.raises(RefusedError) as refused:
                world.programme.appeal(path, actor=manager("m-1"), grant=grant)
            assert set(unmet(refused)) == {"within_appeal"}
        assert world.programme.appeals("SG", unfiled=True) == []
        assert world.programme.outcome(path).appeal == "expired"

    def test_two_rejections(self, world: World) -> None:
        """Later voices are refused, the outcome says so, and an erasure is no longer held."""
        path = declined(world)
        world.programme.appeal(path, actor=manager("m-1"), grant=True)
        world.programme.appeal(path, actor=manager("m-2"), grant=False)
        assert world.programme.outcome(path).appeal == "open"
        with pytest.raises(ConflictError, match="is appealed"):
            world.programme.erase("s1", actor=HOST)
        world.programme.appeal(path, actor=manager("m-1"), grant=False)  # changes their mind
        for name in ("m-3", "m-1"):
            with pytest.raises(ConflictError, match="closed: 2 persons have rejected it"):
                world.programme.appeal(path, actor=manager(name))
        assert world.state(path) == "declined"
        seen = world.programme.outcome(path)
        assert (seen.appeal, seen.appeal_until) == ("rejected", None)
        assert world.programme.appeals("SG", unfiled=True) == []
        world.programme.erase("s1", actor=HOST)

    def test_granted(self, world: World) -> None:
        """What was granted is no longer open, and says so until another decision falls."""
        path = declined(world)
        for name in ("m-1", "m-2"):
            world.programme.appeal(path, actor=manager(name))
        assert world.programme.outcome(path).appeal == "granted"
        world.resign(path)
        seen = world.programme.outcome(path)
        assert (seen.reason, seen.appeal, seen.appeal_until) == ("resigned", None, None)
        assert world.programme.appeals() == []


class TestOpenAppeals:
    """Open appeals are listed with days left and voices; the team is told of each."""

    def test_list(self, world: World) -> None:
        """By number for everybody, by person for staff of the country; filed ones by default."""
        path = declined(world)
        assert world.programme.appeals("SG") == []
        world.now(midnight(date(2020, 4, 21)))
        world.programme.appeal(path, actor=manager("m-1"), grant=False)
        world.programme.appeal(path, actor=manager("m-2"))
        (told,) = world.programme.appeals()
        assert (told.path, told.seller, told.country, told.state) == (path, "s1", "SG", "open")
        assert (told.reason, told.until, told.days_left) == ("not_selected", date(2020, 5, 1), 10)
        assert (told.grants, told.rejections, told.persons, told.voices) == (1, 1, 2, ())
        for actor in (TEAM, manager("m-9"), COMPLIANCE):
            (named,) = world.programme.appeals("SG", actor=actor)
            said = [(voice.person, voice.decision) for voice in named.voices]
            assert said == [("m-1", "reject"), ("m-2", "grant")]
        for actor in (Actor("team", "team-TH", "TH"), Actor("seller", "s1")):
            with pytest.raises(NotAllowedError):
                world.programme.appeals("SG", actor=actor)
        assert world.programme.appeals("TH") == []
        with pytest.raises(NotFoundError):
            world.programme.appeals("XX")

    def test_team_is_told_once(self, world: World) -> None:
        """The local team hears of an appeal with its first voice."""
        path = declined(world)
        for grant in (True, False):
            world.programme.appeal(path, actor=manager("m-1"), grant=grant)
        filed = [row for row in world.programme.outbox() if row.kind == "appeal_filed"]
        assert [(row.to, row.key.partition(".")[0]) for row in filed] == [("team", path)]


class TestOutcome:
    """``outcome`` keeps reason and figures whatever happens to the path afterwards."""

    def test_of_a_decline(self, world: World) -> None:
        """A move of country, a suspended cycle, a voice and an erasure change nothing of it."""
        path = world.nominate()
        world.facts(chat_response_rate="0.5").go(date(2020, 3, 20)).panel(path).go(APRIL)
        before = world.programme.outcome(path)
        assert before.reason == "not_selected"
        assert "0.5" in before.unmet[0]
        world.programme.move_country("s1", "MY", actor=HOST)
        world.programme.suspend_cycle("MY", OCTOBER, actor=manager("m-9"))
        world.programme.appeal(path, actor=manager("m-1"))
        seen = world.programme.outcome(path)
        kept = (seen.trigger, seen.reason, seen.unmet, seen.facts_as_of, seen.appeal_until)
        assert kept == (
            before.trigger,
            before.reason,
            before.unmet,
            before.facts_as_of,
            before.appeal_until,
        )
        assert seen.contact == "se-community.my@example.com"
        world.now(date(2020, 5, 20))
        world.programme.erase("s1", actor=HOST)
        seen = world.programme.outcome(path)
        assert (seen.reason, seen.unmet) == (before.reason, before.unmet)

    def test_of_a_retirement(self, world: World) -> None:
        """Joining and leaving Reconnect, and the end of the standing, are no decision on it."""
        path = world.renewing(ncp_points=2)
        world.go(midnight(date(2021, 5, 1)) + timedelta(hours=1))
        before = world.programme.outcome(path)
        assert before.reason == "not_renewed"
        assert before.unmet
        world.steps().join()
        seller = Actor("seller", "s1")
        assert world.programme.outcome(path).unmet == before.unmet
        world.programme.fire(path, "remove", actor=seller, reason="left")
        world.end(path, "revoke_standing")
        seen = world.programme.outcome(path)
        assert (seen.trigger, seen.reason, seen.unmet) == ("retire", "not_renewed", before.unmet)
        assert (seen.state, seen.appeal) == ("removed", "open")

    def test_in_grace(self, world: World) -> None:
        """A decision that was refused shows what stood against it, also after a move."""
        path = world.renewing(ncp_points=2)
        world.go(date(2021, 4, 10))
        before = world.programme.outcome(path)
        assert before.unmet
        world.programme.move_country("s1", "TH", actor=HOST)
        assert world.programme.outcome(path).unmet == before.unmet


class TestCards:
    """Recusal reasons and comments are read back by staff (the panel)."""

    def test_read_back(self, world: World, tmp_path: Path) -> None:
        """What was recorded is read back with reasons and comments, until it is erased."""
        path = world.candidate(cards=1)
        with closing(sqlite3.connect(tmp_path / "lazsa.db")) as database:
            rows = database.execute("select path_id from lazsa_texts where kind = 'comment'")
            assert rows.fetchall() == [(world.path(path).id,)]
        world.programme.recuse(
            path, actor=Actor("reviewer", "rev-pay", "SG"), reason="same_family", note="My cousin."
        )
        world.programme.set_aside_card(path, "rev-books", actor=manager("m-1"), reason="conflict")
        seen = world.programme.panel_cards(path, actor=COMPLIANCE)
        assert [(c.reviewer, c.team, c.comment, c.reason, c.set_aside_by) for c in seen] == [
            ("rev-books", "books", "As discussed.", None, None),
            ("rev-pay", "pay", "My cousin.", "same_family", None),
            ("rev-books", "books", "", "conflict", "manager:m-1"),
        ]
        assert [len(c.scores) for c in seen] == [11, 0, 0]
        (told,) = world.programme.panel("SG", APRIL)
        assert dict(told.recused) == {"rev-pay": "same_family"}
        for actor in (Actor("team", "team-TH", "TH"), Actor("reviewer", "rev-pay", "SG")):
            with pytest.raises(NotAllowedError):
                world.programme.panel_cards(path, actor=actor)
        world.programme.erase("rev-pay", actor=HOST)
        notes = [card.comment for card in world.programme.panel_cards(path, actor=TEAM)]
        assert notes == ["As discussed.", "", ""]
