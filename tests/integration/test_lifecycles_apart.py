"""A lifecycle of the host's own that uses the award's words gives nobody the award's rights."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from lazsa_flow import (
    Actor,
    Config,
    ConflictError,
    NotAllowedError,
    NotFoundError,
    Programme,
)
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.lifecycle.effects import Begin
from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit, State
from tests.acceptance.mentor import MENTOR, POLICY
from tests.integration.world import APRIL, COMPLIANCE, EMPLOYEE, REVIEWER, World, convene

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOST = (Permit("host"),)
NAMES = ("nominated", "under_review", "awarded", "renewed", "renewal_due", "reconnect", "refused")
SHOP: Lifecycle = replace(
    MENTOR,
    name="shop",
    title="A shop's prize, in the award's words",
    default_policies=(POLICY.replace('"mentor"', '"shop"'),),
    states=(
        *(State(name, "active", open=True) for name in NAMES),
        State("closed", "success", final=True),
    ),
    happy_path=("nominated", "awarded"),
    opening=Edge(
        "begin", (), "nominated", HOST, effects=tuple(map(Begin, ("award", "membership")))
    ),
    edges=(
        *(Edge(f"to_{name}", NAMES, name, HOST, effects=(Begin("appeal"),)) for name in NAMES),
        Edge("close", NAMES, "closed", HOST),
        Edge("reinstate", NAMES, "awarded", (Permit("manager", ("appeal",)),)),
    ),
    timers=(),
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which s1 has a shop's prize, and no award."""
    config = Config.load(lifecycles=[AWARD, ENTRY, SHOP])
    url = f"sqlite:///{tmp_path / 'apart.db'}"
    Programme.migrate(url, config=config)
    world = World(url, config)
    convene(world.programme)
    world.facts("s1").facts("s2")
    open_shop(world, "awarded")
    yield world
    world.programme.close()


def open_shop(world: World, state: str, seller: str = "s1") -> str:
    """Bring a seller's prize into a state."""
    host = Actor("host", "shop")
    path = world.programme.open_path("shop", seller, "SG", actor=host, cycle_on=APRIL).path
    world.programme.fire(path, f"to_{state}", actor=host)
    return path


def test_no_badge_no_perks_no_place_in_a_list(world: World) -> None:
    """Its periods named award and membership give no badge, no perk and no place in a list."""
    programme = world.programme
    assert not programme.badge("s1").valid
    assert programme.entitlements("s1") == ()
    programme.consent("s1", given=True, actor=Actor("seller", "s1"))
    assert programme.hall_of_fame("SG") == []
    world.programme.fire("shop-1", "to_reconnect", actor=Actor("host", "shop"))
    assert programme.members("SG") == []
    assert programme.outcome("shop-1").appeal_until is None
    assert programme.panel("SG", APRIL) == []
    assert programme.title(programme.find("shop-1")) is None
    assert programme.explain("shop-1").title is None
    assert [each.resident.title for each in programme.portraits("shop-1", "shop")] == [None]


def test_it_is_in_no_list_of_appeals_and_no_statistics(world: World) -> None:
    """Its periods named appeal are no appeals, and what it counts is in no figure of the round."""
    programme = world.programme
    team = Actor("team", "team-SG", "SG")
    assert programme.appeals("SG", actor=team, unfiled=True) == []
    figures = programme.stats("SG", APRIL)
    assert (figures.candidates, figures.awarded, dict(figures.left)) == (0, 0, {})


def test_two_prizes_are_no_two_awards(world: World) -> None:
    """Whose prizes are both over can be one seller, whatever the prizes' periods are called."""
    programme = world.programme
    for seller, path in (("s1", "shop-1"), ("s2", open_shop(world, "awarded", "s2"))):
        assert programme.find(path).subject == seller
        programme.fire(path, "close", actor=Actor("host", "shop"))
    merged = programme.merge_sellers("s2", "s1", actor=Actor("host", "h-1"))
    assert merged is not None


def test_no_right_of_an_ambassador(world: World) -> None:
    """Who holds another prize nominates nobody as an ambassador, and may sit on a panel."""
    programme = world.programme
    with pytest.raises(NotAllowedError, match="only sitting ambassadors"):
        programme.nominate("s2", actor=Actor("ambassador", "s1"), statement="Helps others.")
    team = Actor("team", "team-SG", "SG")
    programme.assign_reviewers("SG", date(2022, 10, 1), {"s1": "pay"}, actor=team)
    path = world.nominate("s1", actor=EMPLOYEE)
    assert path.startswith("award-")
    member = {candidate.path: candidate.member for candidate in programme.panel("SG", APRIL)}
    assert member == {path: False}


@pytest.mark.parametrize("state", NAMES)
def test_no_round_no_appeal_no_nomination(world: World, state: str) -> None:
    """A path of it takes no scorecard, no voice on an appeal, and no nomination's command."""
    path = open_shop(world, state, "s2")
    programme = world.programme
    scores = dict.fromkeys(ITEMS, 4)
    with pytest.raises((ConflictError, NotFoundError)):
        programme.score(path, actor=REVIEWER, scores=scores, comment="Seen.")
    with pytest.raises(ConflictError, match="nothing to appeal"):
        programme.appeal(path, actor=Actor("manager", "m-1"))
    with pytest.raises((ConflictError, NotAllowedError)):
        programme.withdraw_nomination(path, actor=EMPLOYEE)


def test_counts_by_state_are_of_one_lifecycle(world: World) -> None:
    """The award's states have their names alone; another lifecycle's are told apart."""
    programme = world.programme
    world.nominate("s2")
    open_shop(world, "nominated", "s3")
    assert programme.states() == {"nominated": 1, "shop.awarded": 1, "shop.nominated": 1}
    assert programme.states("shop") == {"awarded": 1, "nominated": 1}
    assert programme.states("award") == {"nominated": 1}
    with pytest.raises(NotFoundError):
        programme.states("mentor")


def test_an_award_goes_its_way_next_to_it(world: World) -> None:
    """The prize neither bars a nomination nor lends its dates to the award."""
    path = world.candidate("s1")
    world.go(APRIL)
    assert world.state(path) == "awarded"
    assert world.programme.badge("s1").valid
    perks = {each.path for each in world.programme.entitlements("s1")}
    assert perks == {path}
    world.programme.fire(path, "retire", actor=COMPLIANCE, reason="seller_violation")
    assert not world.programme.badge("s1").valid
