"""Who joins Reconnect, who leaves it, and whom does an appeal bring back?

Every test plays in a world of its own; see :mod:`tests.integration.world`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.errors import (
    ConflictError,
    InputError,
    LazsaError,
    NoEdgeError,
    NotAllowedError,
    RefusedError,
)
from lazsa_flow.lifecycle.model import Actor
from tests.factories import midnight, noon
from tests.integration.world import (
    APRIL,
    COMPLIANCE,
    DUE,
    EMPLOYEE,
    REVIEWER,
    SELLER,
    TICK,
    unmet,
)

if TYPE_CHECKING:
    from tests.integration.world import World

GRACE_ENDS = date(2021, 5, 1)
TEAM = Actor("team", "team-SG", "SG")
MANAGERS = (Actor("manager", "man-1"), Actor("manager", "man-2"))


class TestReconnect:
    """programme.md, "Reconnect"."""

    def test_steps(self, world: World) -> None:
        """The first two steps may be recorded at any time, and twice changes nothing."""
        world.facts()
        world.steps().steps()
        with world.programme._runtime.store.begin(write=False) as transaction:
            records = transaction.records_of("s1")
        assert [record.name for record in records] == ["get_app", "register"]
        assert world.state(world.member()) == "reconnect"

    def test_step_rights(self, world: World) -> None:
        """The steps are the seller's or the local team's, and there are but three."""
        world.facts()
        for actor in (Actor("seller", "s2"), EMPLOYEE, Actor("team", "team-MY", "MY")):
            with pytest.raises(NotAllowedError):
                world.programme.reconnect_step("s1", "get_app", actor=actor)
        with pytest.raises(InputError, match="get_app, register, join_group"):
            world.programme.reconnect_step("s1", "dance", actor=SELLER)

    def test_third_step(self, world: World) -> None:
        """The third step comes last, only while retired, and is the local team's alone."""
        path = world.retired()
        with pytest.raises(RefusedError) as refused:
            world.join()
        assert set(unmet(refused)) == {"reconnect_steps"}
        world.steps()
        with pytest.raises(NotAllowedError):
            world.programme.reconnect_step("s1", "join_group", actor=SELLER)
        with pytest.raises(NotAllowedError):
            world.join(country="MY")
        assert world.join().dest == "reconnect"
        with pytest.raises(LazsaError):
            world.join()
        assert world.state(path) == "reconnect"

    def test_sitting(self, world: World) -> None:
        """Sitting ambassadors are not eligible."""
        world.ambassador()
        world.steps()
        with pytest.raises(ConflictError):
            world.join()

    @pytest.mark.parametrize(("off", "held"), [(-TICK, False), (0 * TICK, True)])
    def test_held_a_year(self, world: World, off: timedelta, *, held: bool) -> None:
        """An award that ended on the local date a year on was held a year, inclusive (renewal)."""
        path = world.ambassador()
        world.go(midnight(DUE) + off)
        world.resign(path)
        world.steps()
        if held:
            assert world.join().dest == "reconnect"
        else:
            with pytest.raises(RefusedError) as refused:
                world.join()
            assert set(unmet(refused)) == {"held_a_year"}

    def test_taken_out(self, world: World) -> None:
        """The team lists who has left until it is recorded that they were taken out, once."""
        path = world.former_member()
        [task] = world.programme.today("SG").leavers
        assert (task.path, task.seller) == (path, "s1")
        assert world.programme.today("TH").leavers == ()
        with pytest.raises(NotAllowedError):
            world.programme.record_taken_out("s1", actor=Actor("team", "team-TH", "TH"))
        world.join()  # whoever joins again may stay
        assert world.programme.today("SG").leavers == ()
        with pytest.raises(ConflictError, match="is a member of Reconnect"):
            world.programme.record_taken_out("s1", actor=TEAM)
        world.programme.fire(path, "remove", actor=SELLER, reason="left")
        assert world.programme.record_taken_out("s1", actor=TEAM, key="k") == path
        assert world.programme.today("SG").leavers == ()
        assert world.programme.record_taken_out("s1", actor=TEAM, key="k") == path
        with pytest.raises(ConflictError, match="was taken out of the group by team:team-SG on"):
            world.programme.record_taken_out("s1", actor=TEAM)
        world.join()
        world.programme.fire(path, "remove", actor=SELLER, reason="left")
        assert [each.path for each in world.programme.today("SG").leavers] == [path]
        world.facts("s2")
        with pytest.raises(ConflictError, match="was never a member"):
            world.programme.record_taken_out("s2", actor=TEAM)

    def test_latest_path(self, world: World) -> None:
        """The latest award decides; an older path opens no door."""
        old = world.retired()
        new = world.nominate()
        world.go(date(2021, 9, 20))
        world.facts(as_of=date(2021, 9, 20)).panel(new).go(date(2021, 10, 2))
        world.resign(new)
        world.steps()
        with pytest.raises(RefusedError) as refused:
            world.programme.fire(old, "join_reconnect", actor=Actor("team", "team-SG", "SG"))
        assert set(unmet(refused)) == {"latest_path"}
        world.join()
        assert (world.state(old), world.state(new)) == ("retired", "reconnect")

    def test_leave_and_rejoin(self, world: World) -> None:
        """Members leave by their own choice, and whoever left may join again."""
        path = world.member()
        world.programme.fire(path, "remove", actor=SELLER, reason="left")
        assert world.state(path) == "removed"
        assert world.join().trigger == "rejoin"
        assert world.state(path) == "reconnect"

    @pytest.mark.parametrize(
        ("actor", "reason", "error"),
        [
            (COMPLIANCE, "seller_violation", NoEdgeError),
            (COMPLIANCE, "left", NotAllowedError),
            (Actor("host", "host"), "account_closed", NoEdgeError),
            (Actor("team", "team-SG", "SG"), "code_of_conduct", NotAllowedError),
        ],
        ids=["violation", "for them", "closed shop", "team"],
    )
    def test_only_for_conduct(
        self, world: World, actor: Actor, reason: str, error: type[Exception]
    ) -> None:
        """Members are removed for code of conduct only, by compliance; no closed shop does it."""
        path = world.member()
        with pytest.raises(error):
            world.programme.fire(path, "remove", actor=actor, reason=reason)

    def test_conduct_bars(self, world: World) -> None:
        """A removal for conduct bars rejoining, and nomination for 24 months (renewal)."""
        path = world.member()
        world.end(path, "remove")
        with pytest.raises(RefusedError) as refused:
            world.join()
        assert {"left_by_choice", "good_standing"} <= set(unmet(refused))
        ends = date(2023, 4, 10)
        world.now(midnight(ends) - TICK)
        with pytest.raises(RefusedError) as refused:
            world.nominate()
        assert unmet(refused)["no_conduct_bar"].earliest == ends
        world.now(midnight(ends))
        assert world.nominate() != path

    def test_lost_standing(self, world: World) -> None:
        """Standing revoked after retirement bars the door (award path)."""
        path = world.retired()
        world.steps().end(path, "revoke_standing", "seller_violation")
        assert world.state(path) == "retired"
        with pytest.raises(RefusedError) as refused:
            world.join()
        assert set(unmet(refused)) == {"good_standing"}

    def test_member_nominated(self, world: World) -> None:
        """A member may be nominated while a member."""
        path = world.member()
        assert world.state(world.nominate()) == "nominated"
        assert world.state(path) == "reconnect"

    def test_re_awarded(self, world: World) -> None:
        """A new award ends the membership in the transaction of the award, or neither is."""
        old = world.member()
        new = world.nominate()
        world.go(date(2021, 9, 20))
        world.facts(as_of=date(2021, 9, 20)).panel(new)
        world.go(midnight(date(2021, 10, 1)) - TICK)
        world.now(midnight(date(2021, 10, 1)))

        def crash(point: str) -> None:
            if point == "commit.before":
                raise OSError

        world.crash = crash
        with pytest.raises(OSError):  # noqa: PT011 - the process dies here
            world.sweep()
        world.crash = lambda point: None
        assert (world.state(old), world.state(new)) == ("reconnect", "under_review")
        world.sweep()
        assert (world.state(old), world.state(new)) == ("removed", "awarded")
        assert world.told(old)[-1] == ("remove", "re_awarded")
        assert world.at(old) == world.at(new)
        with pytest.raises(RefusedError) as refused:
            world.programme.fire(old, "rejoin", actor=Actor("team", "team-SG", "SG"))
        assert {"left_by_choice", "latest_path", "no_sitting_award"} <= set(unmet(refused))


class TestAppeals:
    """programme.md, "Tenure": two persons outside the panel may reinstate within 30 days."""

    def appeal(self, world: World, path: str, by: int = 0, **kwargs: Any) -> Any:
        """Let a manager speak on an appeal."""
        return world.programme.appeal(path, actor=MANAGERS[by], **kwargs)

    def test_two_persons(self, world: World) -> None:
        """Two managers reinstate a declined path, with effect from the cycle date."""
        path = world.candidate(score=3)
        world.go(date(2020, 4, 20))
        assert self.appeal(world, path, 0) is None
        assert self.appeal(world, path, 0) is None
        move = self.appeal(world, path, 1)
        assert (move.dest, move.effective_at) == ("awarded", midnight(APRIL))
        assert world.at(path)[1] == noon(date(2020, 4, 20))
        assert world.path(path).periods["award"][0].began_on == APRIL
        assert world.path(path).cycle_on == DUE

    def test_rejecting_voice(self, world: World) -> None:
        """A voice against reinstates nobody."""
        path = world.candidate(score=3)
        world.go(date(2020, 4, 20))
        self.appeal(world, path, 0)
        assert self.appeal(world, path, 1, grant=False) is None
        assert world.state(path) == "declined"

    def test_panel_stays_outside(self, world: World) -> None:
        """Nobody of the panel decides the appeal, and nobody but managers."""
        path = world.candidate(score=3)
        world.go(date(2020, 4, 20))
        for actor in (Actor("manager", "rev-books"), EMPLOYEE, COMPLIANCE, SELLER, REVIEWER):
            with pytest.raises(NotAllowedError):
                world.programme.appeal(path, actor=actor)

    @pytest.mark.parametrize(("day", "granted"), [(30, True), (32, False)])
    def test_thirty_days(self, world: World, day: int, *, granted: bool) -> None:
        """An appeal is granted within 30 days of the notice, not after."""
        path = world.candidate(score=3)
        world.go(midnight(APRIL) + timedelta(days=day) - TICK)
        if granted:
            self.appeal(world, path, 0)
            self.appeal(world, path, 1)
        else:
            with pytest.raises(RefusedError) as refused:
                self.appeal(world, path, 0)
            assert set(unmet(refused)) == {"within_appeal"}
        assert (world.state(path) == "awarded") is granted

    def test_days_run_from_the_notice(self, world: World) -> None:
        """Where the decision was recorded late, the 30 days run from then."""
        path = world.candidate(score=3)
        world.now(date(2020, 4, 20)).sweep()
        world.go(date(2020, 5, 15))
        self.appeal(world, path, 0)
        assert self.appeal(world, path, 1).effective_at == midnight(APRIL)

    def test_lapsed(self, world: World) -> None:
        """Who lapsed is reinstated as renewed from the due date, and leaves Reconnect."""
        path = world.renewing(cards=0)
        world.go(GRACE_ENDS)
        world.steps().join()
        self.appeal(world, path, 0)
        move = self.appeal(world, path, 1)
        assert (move.source, move.dest) == ("reconnect", "renewed")
        assert move.effective_at == midnight(DUE)
        assert world.path(path).cycle_on == date(2022, 4, 1)
        assert world.path(path).period("membership", world.clock.now()) is None
        assert [each.path for each in world.programme.today("SG").leavers] == [path]

    @pytest.mark.parametrize("reason", ["code_of_conduct", "resigned"])
    def test_other_ends(self, world: World, reason: str) -> None:
        """Only ``lapsed`` and ``not_renewed`` are reversed by an appeal (award path)."""
        path = world.ambassador()
        if reason == "resigned":
            world.resign(path)
        else:
            world.end(path)
        for number in (0, 1):
            with pytest.raises(ConflictError, match="nothing to appeal"):
                self.appeal(world, path, number)
        assert world.state(path) == "retired"

    def test_newer_path(self, world: World) -> None:
        """A newer candidacy stands against an appeal (award path)."""
        path = world.candidate(score=3)
        world.go(APRIL)
        world.nominate()
        self.appeal(world, path, 0)
        with pytest.raises(RefusedError) as refused:
            self.appeal(world, path, 1)
        assert set(unmet(refused)) == {"no_newer_path"}
