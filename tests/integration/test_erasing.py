"""Is personal data gone when it must be, and nothing else with it?

Source: programme.md, "Versions and data".
"""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow import Actor, ConflictError, NotAllowedError, RefusedError
from tests.factories import noon
from tests.integration.world import (
    APRIL,
    COMPLIANCE,
    DUE,
    EMPLOYEE,
    OTHER,
    REVIEWER,
    SELLER,
    unmet,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.world import World

HOST = Actor("host", "host")


def erase(world: World, actor: Actor = SELLER, seller: str = "s1", **kwargs: Any) -> int:
    """Ask for an erasure."""
    return world.programme.erase(seller, actor=actor, **kwargs)


def texts(folder: Path) -> list[str]:
    """Return every free text that stands."""
    return _rows(folder, "select body from lazsa_texts order by id")


def _rows(folder: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(folder / "lazsa.db")
    try:
        return [row[0] for row in connection.execute(query)]
    finally:
        connection.close()


class TestErasure:
    """On request, all that a person is the subject or the author of."""

    def test_texts(self, world: World, tmp_path: Path) -> None:
        """Nominations, comments and recusals of the seller go; those of others stay."""
        other = world.nominate("s2", statement="Of the other.")
        path = world.nominate(statement="Of the one.")
        world.nominate(actor=OTHER, statement="Of the one too.")
        world.go(date(2020, 3, 20)).panel(path, cards=2)
        world.programme.recuse(path, actor=REVIEWER, reason="same_family", note="My cousin.")
        assert len(texts(tmp_path)) == 6
        assert erase(world) == 5
        assert texts(tmp_path) == ["Of the other."]
        assert world.state(other) == "under_review"

    def test_author(self, world: World, tmp_path: Path) -> None:
        """What a person has written of others goes too, and their cards and nominations count."""
        path = world.candidate()
        assert erase(world, HOST, EMPLOYEE.id) == 1
        assert erase(world, HOST, "rev-books") == 1
        assert len(texts(tmp_path)) == 2
        world.go(APRIL)
        assert world.state(path) == "awarded"

    @pytest.mark.parametrize("actor", [HOST, SELLER], ids=str)
    def test_who_asked(self, world: World, actor: Actor) -> None:
        """The journal names who asked that an award end; the reason stays the seller's."""
        path = world.ambassador()
        erase(world, actor)
        last = world.last(path)
        assert (last["trigger"], last["reason"]) == ("retire", "resigned")
        assert last["actor"] == str(actor)

    def test_journal_stays(self, world: World) -> None:
        """The journal stays and verifies: it never held more than ids and codes."""
        path = world.candidate(score=3)
        world.go(date(2020, 6, 1))
        before = world.programme.history(path)
        erase(world)
        assert world.programme.history(path) == before
        assert world.programme.verify_journal() > 0
        assert world.programme.explain(path).path.state == "declined"

    def test_nowhere_else(self, world: World, tmp_path: Path) -> None:
        """After an erasure the words stand nowhere in the database."""
        world.nominate(statement="Unmistakable words.", key="one")
        erase(world)
        connection = sqlite3.connect(tmp_path / "lazsa.db")
        try:
            assert "Unmistakable" not in "\n".join(connection.iterdump())
        finally:
            connection.close()

    @pytest.mark.parametrize(
        ("stage", "state", "reason"),
        [
            ("nominated", "withdrawn", "nominee"),
            ("under_review", "withdrawn", "nominee"),
            ("awarded", "retired", "resigned"),
            ("renewal_due", "retired", "resigned"),
            ("reconnect", "removed", "left"),
        ],
    )
    def test_ends_first(self, world: World, stage: str, state: str, reason: str) -> None:
        """A sitting ambassador retires first; a nominee withdraws, a member leaves."""
        path = world.member() if stage == "reconnect" else world.nominate()
        if stage == "under_review":
            world.go(date(2020, 3, 20))
        if stage in ("awarded", "renewal_due"):
            world.go(date(2020, 3, 20)).panel(path)
            world.go(APRIL if stage == "awarded" else DUE)
        assert world.state(path) == stage
        erase(world)
        assert world.state(path) == state
        assert world.last(path)["reason"] == reason
        assert not world.programme.badge("s1").valid

    def test_trainer(self, world: World) -> None:
        """A trainer is released by their own wish."""
        world.facts()
        shown = ("teaching", "speaking")
        path = world.programme.invite_trainer("s1", shown=shown, actor=EMPLOYEE).path
        world.programme.fire(path, "accept", actor=SELLER)
        erase(world)
        assert (world.state(path), world.last(path)["reason"]) == ("released", "own_wish")

    def test_open_case(self, world: World, tmp_path: Path) -> None:
        """It is held while a compliance case is open: nothing goes, nothing ends."""
        path = world.ambassador()
        world.open_case()
        before = texts(tmp_path)
        with pytest.raises(ConflictError, match="a compliance case is open"):
            erase(world)
        assert (world.state(path), texts(tmp_path)) == ("awarded", before)
        world.close_case()
        assert erase(world) == len(before)

    def test_open_appeal(self, world: World) -> None:
        """It is held while an appeal is open, until its thirty days are over."""
        path = world.candidate(score=3)
        world.go(date(2020, 4, 10))
        world.programme.appeal(path, actor=Actor("manager", "man-1"))
        with pytest.raises(ConflictError, match="is appealed"):
            erase(world)
        world.go(date(2020, 5, 2))
        assert erase(world) == 4

    def test_no_appeal(self, world: World) -> None:
        """Where nobody has appealed, the thirty days hold nothing."""
        world.candidate(score=3)
        world.go(date(2020, 4, 10))
        assert erase(world) == 4

    def test_conduct_bar(self, world: World) -> None:
        """A conduct bar survives the erasure until it ends."""
        path = world.ambassador()
        world.end(path)
        assert erase(world) == 4
        world.now(date(2022, 3, 31))
        with pytest.raises(RefusedError) as refused:
            world.nominate()
        assert set(unmet(refused)) == {"no_conduct_bar"}
        assert world.now(noon(APRIL.replace(year=2022))).nominate() != path

    def test_who_asks(self, world: World) -> None:
        """The seller asks, or the host for them, and nobody else."""
        world.nominate()
        for actor in (EMPLOYEE, COMPLIANCE, Actor("seller", "s2"), Actor("operator", "op-1")):
            with pytest.raises(NotAllowedError):
                erase(world, actor)
        assert erase(world, HOST) == 1

    def test_again(self, world: World) -> None:
        """Asked again there is nothing left; the same key returns the first count."""
        world.nominate()
        assert erase(world, key="one") == 1
        assert erase(world, key="one") == 1
        assert erase(world) == 0

    def test_overdue_timer_first(self, world: World) -> None:
        """The clock comes first: who was awarded while the worker was down retires."""
        path = world.candidate()
        world.now(date(2020, 4, 3))
        erase(world)
        assert [trigger for trigger, _ in world.told(path)][-2:] == ["award", "retire"]


class TestPurge:
    """Free text is kept for 24 months after its round."""

    def test_free_text(self, world: World, tmp_path: Path) -> None:
        """It goes on the day, not before; the seller's award is untouched."""
        path = world.candidate()
        ends = APRIL.replace(year=2022)
        world.now(noon(ends - timedelta(days=1)))
        assert (world.programme.purge(), len(texts(tmp_path))) == (0, 4)
        world.now(noon(ends))
        assert (world.programme.purge(), len(texts(tmp_path))) == (4, 0)
        world.sweep()
        assert ("award", None) in world.told(path)

    def test_each_round(self, world: World, tmp_path: Path) -> None:
        """What was written in a later round is kept for as long after that one."""
        path = world.ambassador()
        world.go(date(2021, 3, 20)).panel(path, cards=2)
        world.now(noon(APRIL.replace(year=2022))).programme.purge()
        assert len(texts(tmp_path)) == 2
        world.now(noon(DUE.replace(year=2023))).programme.purge()
        assert texts(tmp_path) == []

    def test_who_purges(self, world: World) -> None:
        """The host or an operator purges."""
        for actor in (EMPLOYEE, SELLER, Actor("manager", "man-1")):
            with pytest.raises(NotAllowedError):
                world.programme.purge(actor=actor)
        assert world.programme.purge(actor=Actor("operator", "op-1")) == 0
