"""One person under two spellings counts once; our own names are no seller's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.errors import ConflictError, NotAllowedError, NotFoundError
from lazsa_flow.lifecycle.model import Actor
from tests.integration.world import APRIL, EMPLOYEE, REVIEWERS, World

if TYPE_CHECKING:
    from collections.abc import Callable

OURS = ("programme:timers", "books:SG:2020-04-01", "panel:SG:2020-04-01", "hashed:" + "0f" * 32)
COMPOSED, DECOMPOSED = "caf\u00e9", "cafe\u0301"


def appealed(world: World) -> str:
    """Return a path that was declined, and can be appealed."""
    path = world.candidate(cards=3, score=2)
    world.go(APRIL)
    assert world.state(path) == "declined"
    return path


class TestOnePerson:
    """Spellings that differ in case, form or white space at the ends."""

    def test_two_voices_of_one_person(self, world: World) -> None:
        """programme.md, appeals: two persons reinstate; one person under two ids is one."""
        path = appealed(world)
        for voice in ("m-\u00e9", "M-\u00c9", "m-e\u0301"):
            assert world.programme.appeal(path, actor=Actor("manager", voice)) is None
        assert world.state(path) == "declined"
        assert world.programme.appeal(path, actor=Actor("manager", "m-2")) is not None

    def test_a_member_of_the_panel_in_capitals(self, world: World) -> None:
        """programme.md, appeals: who has scored is no person outside the panel."""
        path = appealed(world)
        with pytest.raises(NotAllowedError, match="outside the panel"):
            world.programme.appeal(path, actor=Actor("manager", REVIEWERS[0][0].upper()))

    def test_who_nominated_under_another_spelling(self, world: World) -> None:
        """programme.md, the panel: nobody reviews a seller they nominated, nor themselves."""
        path = world.nominate(actor=Actor("employee", "REV-nominator"))
        world.go(date(2020, 3, 20))
        with pytest.raises(NotAllowedError, match="they nominated"):
            world.programme.score(
                path,
                actor=Actor("reviewer", "rev-nominator", "SG", "care"),
                scores=dict.fromkeys(ITEMS, 4),
                comment="x",
            )

    def test_who_nominates_twice(self, world: World) -> None:
        """programme.md, nomination: a person supports a candidacy once."""
        world.nominate(actor=EMPLOYEE)
        with pytest.raises(ConflictError, match="already"):
            world.nominate(actor=Actor("employee", EMPLOYEE.id.upper()))

    @pytest.mark.parametrize("seats", [{"REV-BOOKS": "x"}, {"r-9": "x", "R-9": "y"}])
    def test_who_sits_twice(self, world: World, seats: dict[str, str]) -> None:
        """programme.md, the panel: three reviewers are three persons."""
        with pytest.raises(ConflictError, match="sits on this panel as"):
            world.programme.assign_reviewers(
                "SG", date(2022, 4, 1), seats, actor=Actor("manager", "m-1")
            )

    def test_a_team_in_two_spellings(self, world: World) -> None:
        """programme.md, the panel: names of teams are compared trimmed and case-folded."""
        teams = ("Academy", "academy", "ACADEMY")
        seats = {name: team for (name, _), team in zip(REVIEWERS, teams, strict=False)}
        local = Actor("team", "team-SG", "SG")
        world.programme.assign_reviewers("SG", APRIL, seats, actor=local)
        path = world.nominate()
        world.go(date(2020, 3, 20))
        for reviewer in seats:
            world.programme.score(
                path,
                actor=Actor("reviewer", reviewer, "SG"),
                scores=dict.fromkeys(ITEMS, 4),
                comment="x",
            )
        [told] = world.programme.panel("SG", APRIL)
        assert (told.cards, told.teams) == (3, 1)

    def test_one_seller_in_two_forms(self, world: World) -> None:
        """A seller's name typed composed or not is one seller, with one open path."""
        path = world.facts(COMPOSED).nominate(DECOMPOSED)
        assert world.programme.nominate(COMPOSED, actor=Actor("employee", "e-9")).path == path
        assert [each.subject for each in world.programme.paths(DECOMPOSED)] == [COMPOSED]

    def test_rights_go_by_the_very_id(self, world: World) -> None:
        """An id in capitals is no key to another's affairs."""
        path = world.nominate()
        with pytest.raises(NotAllowedError):
            world.programme.fire(path, "withdraw", actor=Actor("seller", "S1"), reason="nominee")


class TestOurNames:
    """Sellers who are called as we call something."""

    @pytest.mark.parametrize("name", OURS)
    def test_a_seller_called_as_a_record_of_ours(self, world: World, name: str) -> None:
        """Pauses, closed books, panels and conduct bars are untouched by whom they are called."""
        programme = world.programme
        seats = {c.path: c.waiting for c in programme.panel("SG", APRIL)}
        world.facts(name)
        programme.consent(name, given=True, actor=Actor("seller", name))
        programme.open_case(name, "rev-x", actor=Actor("compliance", "c-1"))
        assert {c.path: c.waiting for c in programme.panel("SG", APRIL)} == seats
        assert not programme.paused()
        programme.pause(actor=Actor("operator", "o-1"))
        programme.consent(name, given=False, actor=Actor("seller", name))
        assert programme.paused()
        programme.pause(paused=False, actor=Actor("operator", "o-1"))
        path = world.candidate("s2")
        world.go(APRIL + timedelta(days=1))
        assert world.state(path) == "awarded"
        programme.close_books("SG", APRIL, actor=Actor("manager", "m-1"))
        with pytest.raises(ConflictError, match="closed already"):
            programme.close_books("SG", APRIL, actor=Actor("manager", "m-1"))

    @pytest.mark.parametrize(
        "ask", [World.path, lambda world, name: world.programme.explain(name).path]
    )
    def test_a_seller_called_as_a_path(self, world: World, ask: Callable[..., Any]) -> None:
        """A seller called award-1 hides no path, and has paths of their own."""
        first = world.nominate("s1")
        assert first == "award-1"
        own = world.nominate("award-1")
        world._sellers.clear()
        assert ask(world, "award-1").subject == "s1"
        assert [path.ref for path in world.programme.paths("award-1")] == [own]
        assert ask(world, own).subject == "award-1"

    def test_a_seller_called_as_a_path_that_there_is_not(self, world: World) -> None:
        """A name that is no path's is a seller's."""
        own = world.nominate("award-7")
        assert world.programme.find("award-7").ref == own
        with pytest.raises(NotFoundError):
            world.programme.find("award-7", "trainer")
