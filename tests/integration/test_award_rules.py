"""Reinstatement, open cases, conduct and standing, terms: the award path's rules.

Source:
    programme.md, "Tenure, renewal, retirement" and "Reconnect".
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.award.rules.perks import LASTING, ONE_OFF, STANDING
from lazsa_flow.clock import VirtualClock
from lazsa_flow.errors import RefusedError
from lazsa_flow.lifecycle.model import Actor
from tests.factories import midnight
from tests.integration.world import APRIL, OCTOBER, SELLER, unmet

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from tests.integration.world import World

MANAGERS = (Actor("manager", "man-1"), Actor("manager", "man-2"))


def reinstate(world: World, path: str) -> None:
    """Let two managers grant an appeal."""
    for manager in MANAGERS:
        world.programme.appeal(path, actor=manager)


def notices(world: World, path: str) -> list[tuple[str, str]]:
    """Return kind and recipient of each notice of a path that waits, oldest first."""
    waiting = (each for each in world.programme.outbox() if each.path == path)
    return [(each.kind, each.to) for each in waiting]


class TestReinstated:
    """programme.md, appeals: a lapsed award that is reinstated goes on as one tenure."""

    def test_one_tenure(self, world: World) -> None:
        """The award never ended: each perk stands once, from the day of the first award."""
        path = world.renewing(cards=0)
        world.go(date(2021, 5, 10))
        reinstate(world, path)
        (award,) = world.path(path).periods["award"]
        assert (award.began_on, award.ended_on) == (APRIL, None)
        for at in (midnight(date(2021, 4, 20)), midnight(date(2021, 5, 5))):
            perks = Counter(each.perk for each in world.programme.entitlements("s1", at=at))
            assert set(perks.values()) == {1}
            assert set(perks) == {*ONE_OFF, *STANDING, *LASTING} - {"hall_of_fame_year"}
        assert world.path(path).cycle_on == date(2022, 4, 1)

    def test_out_of_reconnect(self, world: World) -> None:
        """Who is reinstated out of Reconnect is told, and the team takes them out of the group."""
        path = world.renewing(cards=0)
        world.go(date(2021, 5, 1)).steps().join()
        reinstate(world, path)
        assert world.state(path) == "renewed"
        told = notices(world, path)
        assert {("removed", "seller"), ("take_out_of_group", "team")} <= set(told)
        assert world.path(path).period("membership", world.clock.now()) is None

    def test_out_of_retirement(self, world: World) -> None:
        """Who is reinstated before joining has no group to leave."""
        path = world.renewing(cards=0)
        world.go(date(2021, 5, 2))
        reinstate(world, path)
        assert "take_out_of_group" not in dict(notices(world, path))


class TestOpenCase:
    """programme.md: a candidate declined only because a case was open is told just that."""

    @pytest.mark.parametrize(
        ("facts", "score", "reason"),
        [({}, 4, "case_open"), ({}, 2, "not_selected"), ({"ncp_points": 3}, 4, "not_selected")],
        ids=["only the case", "panel's no", "a bar"],
    )
    def test_reason(self, world: World, facts: dict[str, Any], score: int, reason: str) -> None:
        """The second cycle declines with ``case_open`` where all else holds, else as ever."""
        path = world.candidate(score=score)
        world.open_case().go(date(2020, 9, 20))
        world.panel(path, score=score).facts(as_of=date(2020, 9, 20), **facts)
        world.go(OCTOBER)
        assert world.told(path)[-1] == ("decline", reason)
        outcome = world.programme.outcome("s1")
        assert (outcome.reason, bool(outcome.unmet)) == (reason, reason != "case_open")
        assert outcome.appeal_until is not None


class TestConduct:
    """programme.md: 24 months after any end for code of conduct; standing ends at any time."""

    @pytest.mark.parametrize("reason", ["code_of_conduct", "seller_violation", "false_statement"])
    def test_disqualified(self, world: World, reason: str) -> None:
        """A disqualification for conduct bars a nomination for 24 months; others do not."""
        path = world.candidate()
        world.end(path, "disqualify", reason)
        if reason != "code_of_conduct":
            assert world.state(world.nominate()) == "nominated"
            return
        for on in (date(2020, 3, 20), date(2022, 3, 19)):
            with pytest.raises(RefusedError) as refused:
                world.now(on).nominate()
            assert unmet(refused)["no_conduct_bar"].earliest == date(2022, 3, 20)
        assert world.state(world.now(date(2022, 3, 20)).nominate()) == "nominated"
        (told,) = world.programme.panel("SG", date(2022, 10, 1))
        assert any("code of conduct" in flag for flag in told.flags)

    @pytest.mark.parametrize("how", ["left", "re_awarded"])
    @pytest.mark.parametrize("reason", ["code_of_conduct", "seller_violation"])
    def test_revoked_after_leaving(self, world: World, how: str, reason: str) -> None:
        """Compliance ends the standing of a removed member, who then cannot rejoin."""
        path = world.member()
        if how == "left":
            world.programme.fire(path, "remove", actor=SELLER, reason="left")
        else:
            new = world.nominate()
            world.go(date(2021, 9, 20)).facts(as_of=date(2021, 9, 20)).panel(new)
            world.go(date(2021, 10, 1)).resign(new)
        world.end(path, "revoke_standing", reason)
        assert world.state(path) == "removed"
        with pytest.raises(RefusedError) as refused:
            world.join()
        assert "good_standing" in unmet(refused)
        assert ("standing_revoked", "seller") in notices(world, path)
        if reason == "code_of_conduct":
            with pytest.raises(RefusedError) as refused:
                world.nominate()
            assert set(unmet(refused)) == {"no_conduct_bar"}
        else:
            world.nominate()

    def test_bar_survives_an_erasure(self, world: World, tmp_path: FilePath) -> None:
        """A disqualification's bar stands under a keyed hash once the seller is erased."""
        path = world.candidate()
        world.end(path, "disqualify")
        url = f"sqlite:///{tmp_path / 'lazsa.db'}"
        clock = VirtualClock(world.clock.now())
        with Programme.open(url, clock=clock, secret=b"k" * 32) as programme:
            programme.erase("s1", actor=SELLER)
            with programme._runtime.store.begin(write=False) as transaction:
                (bar,) = transaction.conduct_bars_of(programme._runtime.context.fingerprint("s1"))
        assert (bar.kind, bar.reason, bar.as_of) == (
            "conduct",
            "code_of_conduct",
            world.clock.now().date(),
        )


class TestTerms:
    """programme.md, tenure: no term is shorter than a year, wherever a decision was put off to."""

    def test_after_a_case(self, world: World) -> None:
        """A renewal that a case put off runs twelve months from the later cycle date."""
        path = world.renewing()
        world.open_case().go(date(2021, 6, 1)).close_case()
        assert world.path(path).cycle_on == date(2021, 10, 1)
        world.go(date(2021, 9, 20)).facts(as_of=date(2021, 9, 20)).panel(path).go(date(2021, 10, 2))
        assert (world.state(path), world.path(path).cycle_on) == ("renewed", date(2022, 10, 1))
        world.go(date(2022, 9, 20)).facts(as_of=date(2022, 9, 20)).panel(path).go(date(2022, 10, 2))
        assert (world.state(path), world.path(path).cycle_on) == ("renewed", date(2023, 10, 1))

    def test_decided_in_grace(self, world: World) -> None:
        """A decision in grace never moves the term: it runs from the due date."""
        path = world.renewing(cards=2)
        world.go(date(2021, 4, 20)).score(path, 2)
        world.go(date(2021, 4, 21))
        assert (world.state(path), world.path(path).cycle_on) == ("renewed", date(2022, 4, 1))
