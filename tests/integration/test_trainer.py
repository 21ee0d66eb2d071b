"""Who becomes a LazStar trainer, and does the award stand beside it?

Source: programme.md, "The lifecycles", Trainer; FAQ.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow import (
    Actor,
    InputError,
    LazsaError,
    NoEdgeError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
)
from tests.integration.world import COMPLIANCE, DUE, EMPLOYEE, OTHER, SELLER, unmet

if TYPE_CHECKING:
    from lazsa_flow import Move
    from tests.integration.world import World

BOTH = ("teaching", "speaking")


def invite(world: World, *shown: str, **kwargs: Any) -> Move:
    """Let an employee invite seller s1."""
    return world.programme.invite_trainer("s1", shown=shown, **{"actor": EMPLOYEE, **kwargs})


def trainer(world: World) -> str:
    """Bring s1 to be a trainer; return the path."""
    path = invite(world, *BOTH).path
    world.programme.fire(path, "accept", actor=SELLER)
    return path


class TestInvitation:
    """Handpicked and invited by an employee, having shown teaching and speaking."""

    def test_invited(self, world: World) -> None:
        """Who has shown both is proposed and invited in one go, and told."""
        world.facts()
        move = invite(world, *BOTH)
        assert (move.source, move.trigger, move.dest) == ("prospect", "invite", "invited")
        assert world.told(move.path) == [("propose", None), ("invite", None)]

    @pytest.mark.parametrize("shown", [(), ("teaching",), ("speaking",)], ids=str)
    def test_not_shown(self, world: World, shown: tuple[str, ...]) -> None:
        """Without teaching and speaking the invitation is refused, and nothing is left behind."""
        world.facts()
        with pytest.raises(RefusedError) as refused:
            invite(world, *shown)
        assert set(unmet(refused)) == {"teaching_and_speaking"}
        assert str(refused.value).startswith("'s1': invite: not now")
        missing = ", ".join(each for each in BOTH if each not in shown)
        assert unmet(refused)["teaching_and_speaking"].measured == f"missing: {missing}"
        assert not world.programme.paths("s1")

    def test_shown_before(self, world: World) -> None:
        """What employees have seen before counts, whoever of them saw it."""
        world.facts()
        world.programme.record_shown("s1", "teaching", actor=OTHER)
        assert invite(world, "speaking").dest == "invited"

    def test_shown_what_nobody_asks_for(self, world: World) -> None:
        """What the policy does not ask to be shown, a slip of the pen included, is refused."""
        world.facts()
        for call in (
            lambda: world.programme.record_shown("s1", "teching", actor=EMPLOYEE),
            lambda: invite(world, "teaching", "speeking"),
        ):
            with pytest.raises(InputError, match="one of teaching, speaking"):
                call()

    def test_seen_by_employees(self, world: World) -> None:
        """Only an employee records what was shown, and only an employee invites."""
        world.facts()
        for actor in (SELLER, COMPLIANCE, Actor("ambassador", "s2"), Actor("manager", "m1")):
            with pytest.raises(NotAllowedError):
                world.programme.record_shown("s1", "teaching", actor=actor)
            with pytest.raises(NotAllowedError):
                invite(world, *BOTH, actor=actor)

    def test_need_not_be_ambassador(self, world: World) -> None:
        """A prospect need not be an ambassador, nor a nominee, but must be a seller we know."""
        world.facts()
        assert invite(world, *BOTH).dest == "invited"
        with pytest.raises(NotFoundError):
            world.programme.invite_trainer("nobody", shown=BOTH, actor=EMPLOYEE)

    def test_once(self, world: World) -> None:
        """Nobody is invited twice at a time; the same key again is the same invitation."""
        world.facts()
        first = invite(world, *BOTH, key="one")
        assert invite(world, *BOTH, key="one") == first
        with pytest.raises(LazsaError):
            invite(world, *BOTH)
        assert len(world.programme.paths("s1")) == 1


class TestTrainer:
    """The seller accepts; either side ends it with a reason."""

    def test_accept(self, world: World) -> None:
        """The seller alone accepts."""
        world.facts()
        path = invite(world, *BOTH).path
        for actor in (EMPLOYEE, Actor("seller", "s2")):
            with pytest.raises(NotAllowedError):
                world.programme.fire(path, "accept", actor=actor)
        assert world.programme.fire(path, "accept", actor=SELLER).dest == "lazstar"
        assert world.path(path).period("lazstar", world.clock.now())

    @pytest.mark.parametrize(
        ("actor", "reason"),
        [
            (SELLER, "own_wish"),
            (EMPLOYEE, "inactive"),
            (EMPLOYEE, "code_of_conduct"),
            (EMPLOYEE, "programme_ended"),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("accepted", [True, False])
    def test_release(self, world: World, actor: Actor, reason: str, *, accepted: bool) -> None:
        """From invited or lazstar the seller by own wish, an employee for a reason of theirs."""
        world.facts()
        path = trainer(world) if accepted else invite(world, *BOTH).path
        wrong = EMPLOYEE if actor == SELLER else SELLER
        with pytest.raises(NotAllowedError):
            world.programme.fire(path, "release", actor=wrong, reason=reason)
        with pytest.raises(NoEdgeError):
            world.programme.fire(path, "release", actor=actor)
        move = world.programme.fire(path, "release", actor=actor, reason=reason)
        assert (move.dest, move.reason) == ("released", reason)
        assert world.path(path).period("lazstar", world.clock.now()) is None

    def test_again(self, world: World) -> None:
        """Who was released may be invited anew, on a path of its own."""
        world.facts()
        path = trainer(world)
        world.programme.fire(path, "release", actor=SELLER, reason="own_wish")
        again = invite(world)
        assert again.path != path
        assert world.state(path) == "released"


class TestBesideTheAward:
    """Being a trainer does not end the award, nor the award the trainer."""

    def test_both(self, world: World) -> None:
        """An ambassador who becomes a trainer stays an ambassador."""
        award = world.ambassador()
        path = trainer(world)
        assert (world.state(award), world.state(path)) == ("awarded", "lazstar")
        world.resign(award)
        assert (world.state(award), world.state(path)) == ("retired", "lazstar")

    def test_released(self, world: World) -> None:
        """The end of being a trainer ends no award."""
        award = world.ambassador()
        path = trainer(world)
        world.programme.fire(path, "release", actor=EMPLOYEE, reason="inactive")
        assert world.state(award) == "awarded"

    def test_activities_lost(self, world: World) -> None:
        """Activities lost in mid-term are flagged to the panel and end nothing before renewal."""
        award = world.ambassador()
        three = frozenset({"writing", "speaking", "help"})
        seen_on = date(2021, 2, 20)
        world.go(seen_on).facts(as_of=seen_on, is_lazstar=True, activities=three)
        (candidate,) = world.programme.panel("SG", DUE)
        (flag,) = candidate.flags
        assert flag.startswith("trainer_activities does not hold (3; required 4 of 6 activities")
        world.go(date(2021, 3, 31))
        assert world.state(award) == "awarded"

    @pytest.mark.parametrize(("count", "state"), [(4, "renewed"), (3, "renewal_due")])
    def test_judged_at_renewal(self, world: World, count: int, state: str) -> None:
        """At renewal a trainer needs four of six activities."""
        shown = frozenset(("writing", "speaking", "help", "referral")[:count])
        path = world.renewing(is_lazstar=True, activities=shown)
        world.go(DUE)
        assert world.state(path) == state
        if state == "renewal_due":
            assert "trainer_activities" in world.unmet(path)


class TestOneTruth:
    """Whoever is a trainer by our own path is one for ``trainer_activities``."""

    def test_the_path_decides_whatever_the_facts_say(self, world: World) -> None:
        """Facts that say "no trainer" do not excuse from four activities; the panel sees it."""
        world.facts(is_lazstar=False, activities=frozenset({"writing"}))
        trainer(world)
        path = world.candidate()
        world.facts(as_of=date(2020, 3, 21), is_lazstar=False, activities=frozenset({"writing"}))
        note = "the trainer path says trainer, the facts say no trainer"
        with world.programme._runtime.store.begin(write=False) as transaction:
            assert transaction.inspect().trainers_apart() == (1, ["s1"])
        (candidate,) = world.programme.panel("SG", date(2020, 4, 1))
        assert note in candidate.flags
        (award,) = world.programme.explain(path, "award").exits
        (activities,) = [v for v in award.unmet if v.name == "trainer_activities"]
        assert activities.measured == 1
        assert activities.reading is not None
        assert (activities.reading.margin, activities.reading.note) == ("-3 activities", note)
        world.go(date(2020, 4, 1))
        assert world.state(path) == "declined"
        assert "trainer_activities" in world.unmet(path)

    def test_enough_activities(self, world: World) -> None:
        """A trainer by our path with four activities is awarded, whatever else the facts say."""
        four = frozenset({"writing", "speaking", "community", "help"})
        world.facts(is_lazstar=None, activities=four)
        trainer(world)
        path = world.candidate()
        world.facts(as_of=date(2020, 3, 21), is_lazstar=True, activities=four)
        with world.programme._runtime.store.begin(write=False) as transaction:
            assert transaction.inspect().trainers_apart() == (0, [])
        world.go(date(2020, 4, 1))
        assert world.state(path) == "awarded"

    def test_released(self, world: World) -> None:
        """Who was released is a trainer only if the facts say so; a difference is flagged."""
        world.facts(is_lazstar=False, activities=frozenset())
        path = trainer(world)
        world.programme.fire(path, "release", actor=SELLER, reason="own_wish")
        award = world.candidate()
        assert "trainer_activities" not in {
            verdict.name for verdict in world.programme.explain(award, "award").exits[0].unmet
        }
        world.facts(as_of=date(2020, 3, 21), is_lazstar=True, activities=frozenset())
        (candidate,) = world.programme.panel("SG", date(2020, 4, 1))
        assert "the trainer path says no trainer, the facts say trainer" in candidate.flags

    def test_only_invited(self, world: World) -> None:
        """An invitation alone makes nobody a trainer, and its withdrawal says nothing."""
        world.facts(is_lazstar=False, activities=frozenset())
        path = invite(world, *BOTH).path
        world.programme.fire(path, "release", actor=SELLER, reason="own_wish")
        award = world.candidate()
        world.go(date(2020, 4, 1))
        assert world.state(award) == "awarded"
        assert world.programme.panel("SG", date(2020, 10, 1)) == []
