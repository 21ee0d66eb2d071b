"""Who may be nominated, by whom, for which cycle, and how is it taken back?

Every test plays in a world of its own; see :mod:`tests.integration.world`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.errors import (
    ConflictError,
    InputError,
    NoEdgeError,
    NotAllowedError,
    NotFoundError,
    PausedError,
    RefusedError,
)
from lazsa_flow.lifecycle.model import Actor
from tests.factories import midnight
from tests.integration.world import (
    APRIL,
    DUE,
    EMPLOYEE,
    OCTOBER,
    OTHER,
    SELLER,
    TICK,
    unmet,
)

if TYPE_CHECKING:
    from tests.integration.world import World

CLOSES = date(2020, 3, 2)


class TestNominations:
    """programme.md, "Nomination and the award cycle"."""

    def test_sources(self, world: World) -> None:
        """An employee, a sitting ambassador and the seller itself may nominate (nomination)."""
        sitting = world.ambassador("amb")
        by = {
            "a": EMPLOYEE,
            "b": Actor("ambassador", world.path(sitting).subject),
            "c": Actor("seller", "c"),
        }
        for seller, actor in by.items():
            assert world.state(world.nominate(seller, actor)) == "nominated"

    @pytest.mark.parametrize(
        "actor",
        [
            Actor("seller", "someone-else"),
            Actor("ambassador", "never-awarded"),
            Actor("reviewer", "rev-books", "SG", "books"),
            Actor("team", "team-SG", "SG"),
            Actor("system", "review_opens"),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("standing", [False, True], ids=["first", "supporting"])
    def test_nobody_else(self, world: World, actor: Actor, *, standing: bool) -> None:
        """Nobody else nominates, neither first nor in support (nomination)."""
        world.facts()
        if standing:
            world.nominate()
        with pytest.raises(NotAllowedError):
            world.nominate(actor=actor)
        assert len(world.programme.paths("s1")) == standing

    def test_former_ambassador(self, world: World) -> None:
        """Who no longer sits does not nominate as an ambassador (nomination)."""
        world.resign(world.ambassador("amb"))
        with pytest.raises(NotAllowedError, match="sitting"):
            world.nominate(actor=Actor("ambassador", "amb"))

    @pytest.mark.parametrize(
        ("off", "cycle"), [(-TICK, APRIL), (0 * TICK, OCTOBER), (TICK, OCTOBER)]
    )
    def test_cycle(self, world: World, off: timedelta, cycle: date) -> None:
        """A nomination at the window's closing instant belongs to the next cycle (nomination)."""
        world.now(midnight(CLOSES) + off)
        assert world.path(world.nominate()).cycle_on == cycle

    def test_cycle_of_own_zone(self, world: World) -> None:
        """The window closes at local midnight of the seller's own country (who and where)."""
        world.facts("th", country="TH").facts("sg")
        world.now(midnight(CLOSES))
        assert world.path(world.nominate("sg")).cycle_on == OCTOBER
        assert world.path(world.nominate("th")).cycle_on == APRIL

    def test_supporting(self, world: World) -> None:
        """A further nomination before review opens joins the open path (nomination)."""
        path = world.nominate()
        told = world.programme.nominate("s1", actor=SELLER, statement="I do help.")
        assert (told.path, told.supporting, told.cycle_on) == (path, True, "2020-04-01")
        assert world.path(path).seq == 1

    def test_twice(self, world: World) -> None:
        """A nominator nominates a seller once in a path (nomination)."""
        world.nominate()
        with pytest.raises(ConflictError, match="already"):
            world.nominate()

    def test_under_review(self, world: World) -> None:
        """Once review is open no nomination joins; the error names the cycle date (nomination)."""
        world.nominate()
        world.go(midnight(CLOSES))
        with pytest.raises(ConflictError, match="2020-04-01") as refused:
            world.nominate(actor=OTHER)
        assert refused.value.until == midnight(APRIL)

    @pytest.mark.parametrize("on", [APRIL, date(2020, 12, 24), DUE], ids=str)
    def test_sitting(self, world: World, on: date) -> None:
        """Nominating a sitting ambassador is refused, naming the due date (nomination)."""
        world.ambassador()
        world.go(on)
        with pytest.raises(RefusedError, match="2021-04-01") as refused:
            world.nominate(actor=OTHER)
        verdict = unmet(refused)["no_sitting_award"]
        assert verdict.earliest is None  # a renewal may follow: the clock alone does not end it

    def test_unknown_seller(self, world: World) -> None:
        """A seller of whom no facts are known is not found (nomination)."""
        with pytest.raises(NotFoundError):
            world.programme.nominate("nobody", actor=EMPLOYEE)

    @pytest.mark.parametrize("on", [date(2020, 2, 20), date(2020, 3, 20)], ids=str)
    def test_nominee_withdraws(self, world: World, on: date) -> None:
        """The nominee may withdraw while nominated and while under review (nomination)."""
        path = world.nominate()
        world.go(on)
        world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee")
        assert world.state(path) == "withdrawn"

    @pytest.mark.parametrize("off", [-TICK, 0 * TICK])
    def test_nominee_withdraws_in_time(self, world: World, off: timedelta) -> None:
        """The nominee may withdraw until the cycle instant, not at it (nomination)."""
        path = world.candidate()
        world.now(midnight(APRIL) + off)
        if off:
            world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee")
            assert world.state(path) == "withdrawn"
        else:
            with pytest.raises(NoEdgeError):
                world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee")
            assert world.state(path) == "awarded"

    def test_nobody_withdraws_for_the_nominee(self, world: World) -> None:
        """Only the nominee withdraws as the nominee (nomination)."""
        path = world.nominate()
        for actor in (EMPLOYEE, Actor("seller", "s2")):
            with pytest.raises(NotAllowedError):
                world.programme.fire(path, "withdraw", actor=actor, reason="nominee")

    def test_nominators_withdraw(self, world: World) -> None:
        """The path is withdrawn when no nomination is left, and not before (nomination)."""
        path = world.nominate()
        world.nominate(actor=OTHER)
        assert world.programme.withdraw_nomination(path, actor=EMPLOYEE) is None
        assert world.state(path) == "nominated"
        move = world.programme.withdraw_nomination(path, actor=OTHER)
        assert move is not None
        assert (move.dest, move.reason) == ("withdrawn", "nominators")

    def test_only_their_own(self, world: World) -> None:
        """A nominator may withdraw only their own nomination, once (nomination)."""
        path = world.nominate()
        world.nominate(actor=OTHER)
        for actor in (Actor("employee", "emp-3"), Actor("seller", "emp-1"), SELLER):
            with pytest.raises(NotAllowedError):
                world.programme.withdraw_nomination(path, actor=actor)
        world.programme.withdraw_nomination(path, actor=EMPLOYEE)
        with pytest.raises(NotAllowedError):
            world.programme.withdraw_nomination(path, actor=EMPLOYEE)

    def test_only_while_nominated(self, world: World) -> None:
        """A nominator may withdraw only while the path is nominated (nomination)."""
        path = world.nominate()
        world.now(midnight(CLOSES))
        with pytest.raises(ConflictError):
            world.programme.withdraw_nomination(path, actor=EMPLOYEE)
        assert world.state(path) == "under_review"

    def test_not_while_nominations_stand(self, world: World) -> None:
        """A nominator cannot withdraw the path over another's nomination (nomination)."""
        path = world.nominate()
        world.nominate(actor=OTHER)
        with pytest.raises(RefusedError) as refused:
            world.programme.fire(path, "withdraw", actor=EMPLOYEE, reason="nominators")
        assert set(unmet(refused)) == {"no_nomination_left"}

    def test_incomplete(self, world: World) -> None:
        """A path whose nomination is never completed is declined ``incomplete`` (award path)."""
        path = world.nominate(statement=" ")
        world.go(midnight(APRIL))
        assert world.told(path) == [
            ("nominate", None),
            (None, "refused"),
            ("decline", "incomplete"),
        ]

    def test_completed_late(self, world: World) -> None:
        """Completed after the window's close, review opens at that moment (award path)."""
        path = world.nominate(statement="")
        world.go(date(2020, 3, 10))
        done = world.clock.now()
        world.programme.complete_nomination(path, actor=EMPLOYEE, statement="Helps.")
        world.go(done + TICK)
        assert world.state(path) == "under_review"
        assert world.at(path)[0] - done <= TICK
        world.panel(path).go(APRIL)
        assert world.state(path) == "awarded"

    @pytest.mark.parametrize("statement", ["", "Helps others."], ids=["incomplete", "complete"])
    def test_after_the_window(self, world: World, statement: str) -> None:
        """After the close a further nomination is refused, naming the next cycle's window."""
        path = world.nominate(statement=statement)
        world.go(midnight(CLOSES) - TICK)
        world.nominate(actor=SELLER, statement=statement)
        for now in (midnight(CLOSES), midnight(date(2020, 3, 30))):
            world.go(now)
            with pytest.raises(ConflictError) as refused:
                world.nominate(actor=OTHER)
            named = ("2020-04-01", "2020-03-02", "2020-10-01", "2020-09-01")
            assert all(each in str(refused.value) for each in named)
            assert refused.value.until == midnight(APRIL)
        assert len(world.programme._runtime.store.transact(lambda t: t.nominations_of(1))) == 2
        if not statement:
            world.programme.complete_nomination(path, actor=EMPLOYEE, statement="Helps.")
            world.go(world.clock.now() + TICK)
        assert world.state(path) == "under_review"

    def test_supported_while_carried_over(self, world: World) -> None:
        """A candidacy that is carried over takes further ones until its next window closes."""
        path = world.candidate(cards=2)
        world.go(APRIL)
        assert world.nominate(actor=OTHER) == path
        assert world.state(path) == "under_review"
        world.go(midnight(date(2020, 9, 1)))
        with pytest.raises(ConflictError, match="2021-04-01"):
            world.nominate(actor=SELLER)

    def test_nominator_on_the_eve(self, world: World) -> None:
        """Whether a nominator sits is judged after their overdue timers, and waits for a pause."""
        sitting = world.renewing("amb", cards=0)
        world.facts("a").facts("b").now(date(2021, 5, 1))
        with pytest.raises(NotAllowedError):
            world.nominate("a", Actor("ambassador", "amb"))
        assert world.state(sitting) == "retired"

    def test_nominator_while_paused(self, world: World) -> None:
        """An ambassador whose end is overdue nominates nobody while timers are paused."""
        world.renewing("amb", cards=0)
        world.facts("a").programme.pause(actor=Actor("operator", "ops-1"), reason="x")
        world.now(date(2021, 5, 1))
        with pytest.raises(PausedError):
            world.nominate("a", Actor("ambassador", "amb"))
        world.programme.resume(actor=Actor("operator", "ops-1"))

    def test_completed_early(self, world: World) -> None:
        """Completed before the window's close, review opens at the close (award path)."""
        path = world.nominate(statement="")
        world.programme.complete_nomination(path, actor=EMPLOYEE, statement="Helps.")
        world.go(midnight(CLOSES) - TICK)
        assert world.state(path) == "nominated"
        world.go(midnight(CLOSES))
        assert world.state(path) == "under_review"

    def test_completes_their_own(self, world: World) -> None:
        """A nomination is completed by its own nominator, and by a text (nomination)."""
        path = world.nominate(statement="")
        with pytest.raises(NotAllowedError):
            world.programme.complete_nomination(path, actor=OTHER, statement="Helps.")
        with pytest.raises(InputError):
            world.programme.complete_nomination(path, actor=EMPLOYEE, statement=" \t")

    def test_after_the_end(self, world: World) -> None:
        """After an end a new candidacy is a new path; the old one stays (lifecycles)."""
        old = world.nominate()
        world.programme.fire(old, "withdraw", actor=SELLER, reason="nominee")
        new = world.nominate()
        assert new != old
        assert [path.state for path in world.programme.paths("s1")] == ["withdrawn", "nominated"]
