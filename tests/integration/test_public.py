"""What may be told of an ambassador and to whom, and what is an ambassador entitled to?

Source: programme.md, "Who and where", "The panel" and "Perks".
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow import Actor, InputError, NotAllowedError, NotFoundError
from lazsa_flow.award.rules.perks import LASTING, ONE_OFF, STANDING
from tests.factories import midnight, noon
from tests.integration.world import APRIL, COMPLIANCE, DUE, EMPLOYEE, OCTOBER, SCORES, SELLER, TICK

if TYPE_CHECKING:
    from tests.integration.world import World

GRACE_ENDS = date(2021, 5, 1)


def perks(world: World, at: datetime, kind: str) -> list[str]:
    """Return the perks of a kind at an instant."""
    return [each.perk for each in world.programme.entitlements("s1", at=at) if each.kind == kind]


class TestBadge:
    """The badge is a promise to buyers: it ends the very instant the award ends."""

    def test_begins(self, world: World) -> None:
        """It is valid from the cycle date's local midnight, and not a microsecond before."""
        world.ambassador()
        badge = world.programme.badge
        assert not badge("s1", at=midnight(APRIL) - TICK).valid
        assert badge("s1", at=midnight(APRIL)).valid

    @pytest.mark.parametrize("end", ["resigned", "conduct", "lapsed"])
    def test_ends(self, world: World, end: str) -> None:
        """It ends with the award to the microsecond, whoever ends it."""
        path = world.ambassador()
        if end == "lapsed":
            ends = midnight(GRACE_ENDS)
            world.go(GRACE_ENDS)
        else:
            ends = noon(date(2020, 7, 7))
            world.go(ends)
            world.resign(path) if end == "resigned" else world.end(path)
        badge = world.programme.badge
        assert badge("s1", at=ends - TICK).valid
        assert badge("s1", at=ends - TICK).ends_at == ends
        assert not badge("s1", at=ends).valid
        assert not badge("s1", at=ends + TICK).valid

    def test_ends_though_the_worker_was_down(self, world: World) -> None:
        """An award that lapsed while the worker was down ended at its instant, not at the sweep."""
        world.ambassador()
        world.now(date(2021, 6, 1)).sweep()
        assert world.programme.badge("s1", at=midnight(GRACE_ENDS) - TICK).valid
        assert not world.programme.badge("s1", at=midnight(GRACE_ENDS)).valid

    def test_through_grace_and_renewal(self, world: World) -> None:
        """Falling due and being renewed interrupt nothing."""
        world.renewing(cards=2)
        world.go(date(2021, 4, 20))
        assert world.programme.badge("s1").valid
        world.score(world.programme.find("s1").ref, 2)
        world.go(date(2021, 4, 21))
        assert world.programme.badge("s1", at=midnight(DUE)).valid
        assert world.programme.badge("s1").valid

    def test_title(self, world: World) -> None:
        """Its title is the country's: in Indonesia City Leader, elsewhere Seller Ambassador."""
        world.ambassador()
        assert world.programme.badge("s1").title == "Seller Ambassador"
        world.programme.move_country("s1", "ID", actor=Actor("host", "host"))
        assert world.programme.badge("s1").title == "City Leader"

    def test_nobody(self, world: World) -> None:
        """A nominee has no badge; an unknown seller and a naive instant are refused."""
        world.nominate()
        badge = world.programme.badge("s1")
        assert (badge.valid, badge.title, badge.ends_at) == (False, None, None)
        with pytest.raises(NotFoundError, match="nobody"):
            world.programme.badge("nobody")
        with pytest.raises(InputError):
            world.programme.badge("s1", at=datetime(2020, 4, 1))  # noqa: DTZ001 - that is the test

    def test_reinstated(self, world: World) -> None:
        """Who is reinstated on appeal has the badge again, from the cycle date."""
        path = world.candidate(score=3)
        world.go(date(2020, 4, 10))
        assert not world.programme.badge("s1").valid
        for number in (1, 2):
            world.programme.appeal(path, actor=Actor("manager", f"man-{number}"))
        assert world.programme.badge("s1", at=midnight(APRIL)).valid
        assert not world.programme.badge("s1", at=midnight(APRIL) - TICK).valid


class TestEntitlements:
    """One-off, standing and lasting perks."""

    def test_standing(self, world: World) -> None:
        """Standing perks run from the award's first instant to its last, and not beyond."""
        path = world.ambassador()
        ends = noon(date(2020, 7, 7))
        world.go(ends)
        world.resign(path)
        assert perks(world, midnight(APRIL) - TICK, "standing") == []
        assert perks(world, midnight(APRIL), "standing") == list(STANDING)
        assert perks(world, ends - TICK, "standing") == list(STANDING)
        assert perks(world, ends, "standing") == []

    def test_one_off(self, world: World) -> None:
        """One-off perks come with the award and stay what they were."""
        path = world.ambassador()
        world.resign(path)
        assert perks(world, midnight(APRIL) - TICK, "one_off") == []
        assert perks(world, noon(date(2025, 1, 1)), "one_off") == list(ONE_OFF)

    def test_lasting(self, world: World) -> None:
        """Training and certification outlive the award; the Hall of Fame year needs consent."""
        path = world.ambassador()
        world.programme.consent("s1", given=True, actor=SELLER)
        world.resign(path)
        later = noon(date(2025, 1, 1))
        assert perks(world, later, "lasting") == list(LASTING)
        world.now(date(2020, 6, 1)).programme.consent("s1", given=False, actor=SELLER)
        assert perks(world, later, "lasting") == ["training_and_certification"]

    def test_membership(self, world: World) -> None:
        """Members of Reconnect have their own two from the step that joins to the one that ends."""
        path = world.member()
        joined = world.clock.now()
        assert perks(world, joined - TICK, "membership") == []
        assert perks(world, joined, "membership") == ["networking", "campaign_updates"]
        left = noon(date(2021, 6, 1))
        world.now(left).programme.fire(path, "remove", actor=SELLER, reason="left")
        assert perks(world, left, "membership") == []

    def test_consent_of_its_day(self, world: World) -> None:
        """What is asked of an earlier instant is told by the consent of that instant."""
        world.ambassador()
        world.now(date(2020, 5, 1)).programme.consent("s1", given=True, actor=SELLER)
        world.now(date(2020, 6, 1)).programme.consent("s1", given=False, actor=SELLER)
        assert "hall_of_fame_year" not in perks(world, noon(APRIL), "lasting")
        assert "hall_of_fame_year" in perks(world, noon(date(2020, 5, 15)), "lasting")
        assert "hall_of_fame_year" not in perks(world, noon(date(2020, 6, 2)), "lasting")

    def test_each_tenure(self, world: World) -> None:
        """Each award brings its own one-off perks."""
        world.ambassador()
        path = world.programme.find("s1").ref
        world.now(date(2020, 4, 12)).resign(path)
        again = world.nominate()
        world.go(date(2020, 9, 20)).facts(as_of=date(2020, 9, 20)).panel(again).go(OCTOBER)
        assert len(perks(world, noon(OCTOBER), "one_off")) == 2 * len(ONE_OFF)
        assert len(perks(world, noon(OCTOBER), "standing")) == len(STANDING)


class TestHallOfFame:
    """With consent, revocable; no contact data."""

    def test_consent(self, world: World) -> None:
        """Only who has consented is named, and no longer once it is revoked."""
        world.ambassador()
        assert world.programme.hall_of_fame("SG") == []
        world.programme.consent("s1", given=True, actor=SELLER)
        (fame,) = world.programme.hall_of_fame("SG")
        assert (fame.seller, fame.title, fame.since) == ("s1", "Seller Ambassador", APRIL)
        assert world.programme.hall_of_fame("MY") == []
        world.programme.consent("s1", given=False, actor=SELLER)
        assert world.programme.hall_of_fame("SG") == []

    def test_own_consent(self, world: World) -> None:
        """Consent is the seller's alone to give and to revoke."""
        world.ambassador()
        for actor in (EMPLOYEE, COMPLIANCE, Actor("seller", "s2"), Actor("host", "host")):
            with pytest.raises(NotAllowedError):
                world.programme.consent("s1", given=True, actor=actor)

    def test_who_ever_held_it(self, world: World) -> None:
        """Nominees are not in it; who held the award stays, and only who sits is marked."""
        path = world.nominate()
        world.programme.consent("s1", given=True, actor=SELLER)
        assert world.programme.hall_of_fame("SG") == []
        world.go(date(2020, 3, 20)).panel(path).go(APRIL)
        (fame,) = world.programme.hall_of_fame("SG")
        assert (fame.year, fame.sitting, fame.until) == (2020, True, None)
        world.go(date(2020, 4, 5)).resign(path)
        (fame,) = world.programme.hall_of_fame("SG")
        assert (fame.year, fame.sitting, fame.until) == (2020, False, date(2020, 4, 5))
        again = world.nominate()
        world.go(date(2021, 3, 20)).facts(as_of=date(2021, 3, 20)).panel(again).go(DUE)
        world.go(DUE)
        listed = [(each.year, each.sitting) for each in world.programme.hall_of_fame("SG")]
        assert listed == [(2020, False), (2021, True)]

    @pytest.mark.parametrize("trigger", ["retire", "revoke_standing"])
    def test_standing_lost(self, world: World, trigger: str) -> None:
        """Whose standing was lost is no longer in it, whenever that was."""
        path = world.ambassador()
        world.programme.consent("s1", given=True, actor=SELLER)
        if trigger == "revoke_standing":
            world.resign(path)
        assert len(world.programme.hall_of_fame("SG")) == 1
        world.end(path, trigger, "seller_violation")
        assert world.programme.hall_of_fame("SG") == []

    def test_order(self, world: World) -> None:
        """The earliest award comes first."""
        world.ambassador("s2")
        path = world.nominate("s1")
        world.go(date(2020, 9, 20)).facts("s1", date(2020, 9, 20)).panel(path).go(OCTOBER)
        for seller in ("s1", "s2"):
            world.programme.consent(seller, given=True, actor=Actor("seller", seller))
        assert [fame.seller for fame in world.programme.hall_of_fame("SG")] == ["s2", "s1"]

    def test_country(self, world: World) -> None:
        """A country that is not configured has none."""
        with pytest.raises(NotFoundError):
            world.programme.hall_of_fame("XX")


class TestContact:
    """Whoever wants to reach an ambassador gets the team's mailbox."""

    def test_mailbox(self, world: World) -> None:
        """It is the local team's, of a nominee's country and of the new one after a move."""
        world.facts("s2", country="PH")
        world.ambassador()
        assert world.programme.contact("s1") == "se-community.sg@example.com"
        assert world.programme.contact("s2") == "se-community.ph@example.com"
        world.programme.move_country("s1", "TH", actor=Actor("host", "host"))
        assert world.programme.contact("s1") == "se-community.th@example.com"
        with pytest.raises(NotFoundError):
            world.programme.contact("nobody")


class TestPanel:
    """The local team convenes reviewers and sees who is missing."""

    @pytest.fixture
    def empty(self, world: World) -> World:
        """A world moved on to cycles for which nobody is convened yet."""
        return world.go(date(2023, 2, 10))

    cycle = date(2023, 4, 1)
    team = Actor("team", "team-SG", "SG")

    def candidate(self, world: World) -> str:
        """Nominate s1, and let its review open."""
        path = world.facts(as_of=date(2023, 2, 20)).nominate()
        world.go(date(2023, 3, 5))
        return path

    def test_missing(self, empty: World) -> None:
        """It tells cards and teams so far, what the quorum lacks, and who has still to score."""
        path = self.candidate(empty)
        seats = {"rev-books": "books", "rev-two": "books", "rev-care": "care", "rev-pay": "pay"}
        empty.programme.assign_reviewers("SG", self.cycle, seats, actor=self.team)
        (told,) = empty.programme.panel("SG", self.cycle)
        assert (told.path, told.seller, told.state) == (path, "s1", "under_review")
        assert (told.cards, told.teams, told.missing) == (0, 0, "3 reviewers, 3 teams")
        assert told.waiting == ("rev-books", "rev-care", "rev-pay", "rev-two")
        for name in ("rev-books", "rev-two", "rev-care"):
            actor = Actor("reviewer", name, "SG", seats[name])
            empty.programme.score(path, actor=actor, scores=SCORES, comment="Good.")
        (told,) = empty.programme.panel("SG", self.cycle)
        assert (told.cards, told.teams, told.missing) == (3, 2, "1 teams")
        assert told.waiting == ("rev-pay",)
        actor = Actor("reviewer", "rev-pay", "SG", "pay")
        empty.programme.recuse(path, actor=actor, reason="same_family")
        (told,) = empty.programme.panel("SG", self.cycle)
        assert (told.missing, told.waiting) == ("1 teams", ())

    def test_assigned_only(self, empty: World) -> None:
        """Only who is assigned to country and cycle scores, with the team of that day."""
        path = self.candidate(empty)
        actor = Actor("reviewer", "rev-books", "SG", "books")
        with pytest.raises(NotAllowedError, match="only reviewers assigned to SG and 2023-04-01"):
            empty.programme.score(path, actor=actor, scores=SCORES, comment="Good.")
        seat, there = {"rev-books": "books"}, Actor("team", "team-TH", "TH")
        empty.programme.assign_reviewers("SG", date(2023, 10, 1), seat, actor=self.team)
        empty.programme.assign_reviewers("TH", self.cycle, seat, actor=there)
        with pytest.raises(NotAllowedError):
            empty.programme.score(path, actor=actor, scores=SCORES, comment="Good.")
        empty.programme.assign_reviewers("SG", self.cycle, seat, actor=self.team)
        empty.programme.score(path, actor=actor, scores=SCORES, comment="Good.")

    def test_who_assigns(self, empty: World) -> None:
        """The local team or a manager assigns, to a cycle date, each with a team."""
        seats = {"rev-books": "books"}
        for actor in (Actor("team", "team-TH", "TH"), EMPLOYEE, SELLER, COMPLIANCE):
            with pytest.raises(NotAllowedError):
                empty.programme.assign_reviewers("SG", self.cycle, seats, actor=actor)
        manager = Actor("manager", "man-1")
        empty.programme.assign_reviewers("SG", self.cycle, seats, actor=manager)
        with pytest.raises(InputError, match="a cycle date"):
            empty.programme.assign_reviewers("SG", date(2023, 4, 2), seats, actor=manager)
        with pytest.raises(InputError, match="a team for each reviewer"):
            empty.programme.assign_reviewers("SG", self.cycle, {"rev-x": ""}, actor=manager)

    def test_flags(self, empty: World) -> None:
        """It shows beforehand what stands against an award: bars, cases, an earlier conduct end."""
        empty.facts(as_of=date(2023, 2, 20), ncp_points=2).nominate()
        empty.open_case()
        (told,) = empty.programme.panel("SG", self.cycle)
        assert [flag.partition(" ")[0] for flag in told.flags] == ["compliance", "no_open_case"]

    def test_told_of_conduct(self, world: World) -> None:
        """After the bar of 24 months the panel is told of the earlier end."""
        path = world.ambassador()
        world.end(path)
        world.go(date(2022, 4, 2)).facts(as_of=date(2022, 4, 2))
        world.nominate()
        (told,) = world.programme.panel("SG", date(2022, 10, 1))
        assert "an earlier award or candidacy ended for code of conduct" in told.flags

    def test_who_is_in_it(self, world: World) -> None:
        """It lists nominees and renewals of the country and cycle, and nobody else."""
        award = world.ambassador()
        world.go(date(2020, 10, 5))
        nominee = world.nominate("s2")
        world.facts("s3", country="TH")
        world.nominate("s3")
        told = {each.path: each.state for each in world.programme.panel("SG", DUE)}
        assert told == {award: "awarded", nominee: "nominated"}
        assert world.programme.panel("SG", OCTOBER) == []


def test_questions_change_nothing(world: World) -> None:
    """Asking writes nothing: neither path nor journal nor timers (perks)."""
    world.ambassador()
    before = (list(world.programme.journal()), world.programme.next_due())
    world.now(DUE + timedelta(days=100))
    for ask in (world.programme.badge, world.programme.entitlements, world.programme.contact):
        ask("s1")
    world.programme.hall_of_fame("SG")
    assert (list(world.programme.journal()), world.programme.next_due()) == before
