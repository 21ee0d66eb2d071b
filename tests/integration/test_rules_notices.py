"""Who is told what, at each turn of a path?

One test a row of the award path's table, by what stands in the outbox once the move is committed.
How a notice is worded and sent is another matter.

Source:
    programme.md, "The lifecycles", award path, column "effects".
"""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.lifecycle.model import Actor
from tests.factories import midnight
from tests.integration.world import APRIL, DUE, OCTOBER, OTHER, SELLER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path as FilePath

    from tests.integration.world import World

Told = list[tuple[str, str]]


@pytest.fixture
def told(tmp_path: FilePath) -> Callable[[str], Told]:
    """Return what the outbox holds of a path: kind and recipient, oldest first."""
    import sqlite3

    def read(path: str) -> Told:
        query = "select kind, recipient from lazsa_outbox where key like ? order by seq, key"
        with closing(sqlite3.connect(tmp_path / "lazsa.db")) as database:
            return list(database.execute(query, (f"{path}.%",)))

    return read


def to_the_seller(told: Told) -> list[str]:
    """Return the kinds of the notices for the seller, oldest first."""
    return [kind for kind, to in told if to == "seller"]


class TestNominee:
    """programme.md, "Nomination and the award cycle"."""

    def test_told_at_once(self, world: World, told: Callable[[str], Told]) -> None:
        """A nominee is told at once that others nominated them, each time (nomination)."""
        path = world.nominate()
        assert told(path) == [("nominated", "seller")]
        world.nominate(actor=OTHER)
        assert told(path) == [("nominated", "seller")] * 2

    def test_review(self, world: World, told: Callable[[str], Told]) -> None:
        """As review opens the panel is told (award path)."""
        path = world.nominate()
        world.go(date(2020, 3, 3))
        assert told(path)[1:] == [("review_opened", "panel")]

    def test_withdrawn(self, world: World, told: Callable[[str], Told]) -> None:
        """A withdrawal is told to the nominee, and to those who had nominated them."""
        path = world.nominate()
        world.nominate(actor=OTHER)
        world.nominate(actor=SELLER)
        world.programme.withdraw_nomination(path, actor=OTHER)
        world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee")
        nominator = ("nominee_withdrew", "employee:emp-1")
        assert told(path)[3:] == [("withdrawn", "seller"), nominator]

    def test_disqualified(self, world: World, told: Callable[[str], Told]) -> None:
        """A disqualification is told (award path)."""
        path = world.nominate()
        world.end(path, "disqualify", "seller_violation")
        assert told(path)[1:] == [("disqualified", "seller")]


class TestCycleDate:
    """programme.md: "Results are announced on the cycle date"."""

    def test_awarded(self, world: World, told: Callable[[str], Told]) -> None:
        """Who is awarded gets the welcome on the cycle date, not before (nomination)."""
        path = world.candidate()
        world.go(midnight(APRIL) - timedelta(microseconds=1))
        assert ("awarded", "seller") not in told(path)
        world.go(midnight(APRIL))
        assert told(path)[-2:] == [("awarded", "seller"), ("ambassador_awarded", "team")]

    def test_not_selected(self, world: World, told: Callable[[str], Told]) -> None:
        """Who is not selected is told on the cycle date (nomination)."""
        path = world.candidate(score=1)
        world.go(midnight(APRIL))
        assert told(path)[-1] == ("not_selected", "seller")

    def test_postponed(self, world: World, told: Callable[[str], Told]) -> None:
        """Who is carried over is told "postponed" (award path)."""
        path = world.candidate(cards=2)
        world.go(midnight(APRIL))
        assert told(path)[-1] == ("postponed", "seller")


class TestTenure:
    """programme.md, "Tenure, renewal, retirement"."""

    def test_renewal(self, world: World, told: Callable[[str], Told]) -> None:
        """The panel is told that a renewal's round opens; the seller of the renewal alone."""
        path = world.renewing()
        assert ("renewal_review_opened", "panel") in told(path)
        world.go(DUE)
        assert to_the_seller(told(path))[-2:] == ["renewal_round_opened", "renewed"]

    def test_retired_at_once(self, world: World, told: Callable[[str], Told]) -> None:
        """Whose renewal is refused at once is told so, not first that it is due."""
        path = world.renewing(score=1)
        world.go(DUE)
        assert ("renewal_due", "seller") not in told(path)
        assert to_the_seller(told(path))[-2:] == ["retired", "reconnect_invitation"]

    def test_due(self, world: World, told: Callable[[str], Told]) -> None:
        """Whose renewal cannot be decided at once is told that it is due, as grace begins."""
        path = world.renewing(cards=2)
        world.go(DUE)
        assert told(path)[-1] == ("renewal_due", "seller")
        world.go(date(2021, 4, 5)).score(path, 2)
        world.go(date(2021, 4, 6))
        assert told(path)[-2:] == [("renewed", "seller"), ("ambassador_renewed", "team")]

    def test_put_off_by_a_case(self, world: World, told: Callable[[str], Told]) -> None:
        """A case that puts a renewal off tells so, at the due date and at the end of grace."""
        path = world.renewing(cards=2)
        world.open_case().go(DUE)
        assert told(path)[-1] == ("renewal_rescheduled", "seller")
        world.close_case().go(date(2021, 10, 1))
        assert told(path)[-1] == ("renewal_due", "seller")
        world.open_case(case="case-2").go(date(2021, 10, 31))
        assert told(path)[-1] == ("renewal_rescheduled", "seller")
        assert world.path(path).cycle_on == date(2022, 4, 1)

    def test_grace(self, world: World, told: Callable[[str], Told]) -> None:
        """In grace panel and country lead are reminded thrice; its end is told, with the way on."""
        path = world.renewing(cards=0)
        world.go(date(2021, 5, 1))
        reminded = [to for kind, to in told(path) if kind == "grace_reminder"]
        assert sorted(reminded) == ["country_lead"] * 3 + ["panel"] * 3
        assert to_the_seller(told(path))[-2:] == ["retired", "reconnect_invitation"]

    def test_not_eligible(self, world: World, told: Callable[[str], Told]) -> None:
        """Who resigns within the first year is not invited to Reconnect (award path)."""
        path = world.ambassador()
        world.resign(path)
        assert told(path)[-2:] == [("retired", "seller"), ("ambassador_retired", "team")]

    def test_bad_standing(self, world: World, told: Callable[[str], Told]) -> None:
        """Who is retired for conduct is told, and not invited (award path)."""
        path = world.ambassador()
        world.go(date(2021, 4, 10)).end(path)
        assert told(path)[-2:] == [("retired", "seller"), ("ambassador_retired", "team")]

    def test_standing_revoked(self, world: World, told: Callable[[str], Told]) -> None:
        """Standing that is revoked after retirement is told (award path)."""
        path = world.retired()
        world.end(path, "revoke_standing")
        assert told(path)[-1] == ("standing_revoked", "seller")

    def test_reinstated(self, world: World, told: Callable[[str], Told]) -> None:
        """Who is reinstated is told of the appeal and of the award (award path)."""
        path = world.candidate(score=1)
        world.go(APRIL)
        for number in (1, 2):
            world.programme.appeal(path, actor=Actor("manager", f"man-{number}"))
        assert to_the_seller(told(path))[-2:] == ["appeal_granted", "awarded"]

    def test_appeal_rejected(self, world: World, told: Callable[[str], Told]) -> None:
        """Who is not reinstated is told once, when two have rejected the appeal ("decided")."""
        path = world.candidate(score=1)
        world.go(APRIL)
        before = told(path)
        for number, grant in ((1, False), (2, True), (2, False)):
            actor = Actor("manager", f"man-{number}")
            world.programme.appeal(path, actor=actor, grant=grant)
        new = told(path)[len(before) :]
        assert sorted(new) == [("appeal_filed", "team"), ("appeal_rejected", "seller")]


class TestMember:
    """programme.md, "Reconnect"."""

    def test_welcome(self, world: World, told: Callable[[str], Told]) -> None:
        """A member is welcomed, and the group hears that somebody has joined (award path)."""
        welcome = [("joined_reconnect", "seller"), ("member_joined", "group")]
        assert told(world.member())[-2:] == welcome

    @pytest.mark.parametrize("how", ["left", "code_of_conduct"])
    def test_removed(self, world: World, told: Callable[[str], Told], how: str) -> None:
        """Who leaves or is removed is told, and the team has to take them out of the group."""
        path = world.member()
        if how == "left":
            world.programme.fire(path, "remove", actor=SELLER, reason="left")
        else:
            world.end(path, "remove")
        assert told(path)[-2:] == [("removed", "seller"), ("take_out_of_group", "team")]

    def test_re_awarded(self, world: World, told: Callable[[str], Told]) -> None:
        """Whose membership ends by a new award, the team takes out as well (Reconnect)."""
        old = world.member()
        new = world.nominate(actor=OTHER)
        world.go(date(2021, 9, 20)).panel(new)
        world.facts(as_of=date(2021, 9, 20)).go(date(2021, 10, 1))
        assert world.state(new) == "awarded"
        assert told(old)[-2:] == [("removed", "seller"), ("take_out_of_group", "team")]


def test_once_a_turn(world: World, told: Callable[[str], Told]) -> None:
    """A notice is in the outbox once, however often the worker comes (design.md, rule 7)."""
    path = world.candidate()
    world.go(OCTOBER)
    before = told(path)
    for _ in range(3):
        world.sweep()
    assert told(path) == before
