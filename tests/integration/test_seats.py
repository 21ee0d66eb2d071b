"""Whose team counts, who may sit on a panel, and how seats end and cards are set aside.

Every test plays in a world of its own; see :mod:`tests.integration.world`.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.errors import (
    ConflictError,
    InputError,
    KeyReusedError,
    NotAllowedError,
    NotFoundError,
)
from lazsa_flow.lifecycle.model import Actor
from tests.factories import midnight
from tests.integration.world import (
    APRIL,
    COMPLIANCE,
    OCTOBER,
    SCORES,
    SELLER,
    TICK,
    watch_statements,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.world import World

TEAM = Actor("team", "team-SG", "SG")
MANAGER = Actor("manager", "m-1")
MARCH = date(2020, 3, 20)


def card(world: World, path: str, reviewer: str, team: str | None, score: int = 4) -> object:
    """Record a card."""
    actor = Actor("reviewer", reviewer, "SG", team)
    scores = dict.fromkeys(ITEMS, score)
    return world.programme.score(path, actor=actor, scores=scores, comment="As discussed.")


class TestTeams:
    """The team that counts is the seat's (the panel)."""

    def test_seats_alone_make_a_quorum(self, world: World) -> None:
        """Three seats of one team are no quorum, whatever the cards name; each answer says so."""
        seats = {"n-1": "Academy", "n-2": "academy", "n-3": "ACADEMY"}
        world.programme.assign_reviewers("SG", APRIL, seats, actor=TEAM)
        path = world.nominate()
        world.go(MARCH)
        receipts = [card(world, path, name, f"team {name}") for name in seats]
        assert [(r.team, r.given_team) for r in receipts] == [  # type: ignore[attr-defined]
            (seats[name], f"team {name}") for name in seats
        ]
        (told,) = world.programme.panel("SG", APRIL)
        assert (told.cards, told.teams, told.missing) == (3, 1, "2 teams")
        world.go(midnight(APRIL))
        assert world.told(path)[-1] == ("carry_over", None)

    @pytest.mark.parametrize("given", [None, "Cafe\u0301", "  caf\u00e9 ", "CAF\u00c9"])
    def test_no_difference(self, world: World, given: str | None) -> None:
        """Names are compared trimmed, case-folded and in NFC; a card without a team is fine."""
        world.programme.assign_reviewers("SG", APRIL, {"n-1": "caf\u00e9"}, actor=TEAM)
        path = world.nominate()
        world.go(MARCH)
        receipt = world.programme.score(
            path,
            actor=Actor("reviewer", "n-1", "SG", given and given.strip()),
            scores=SCORES,
            comment="Good.",
        )
        assert (receipt.team, receipt.difference) == ("caf\u00e9", "")

    def test_in_a_file(self, world: World, tmp_path: Path) -> None:
        """An import takes the card, counts the seat's team, and names the line that differs."""
        path = world.nominate()
        world.go(MARCH)
        file = tmp_path / "cards.csv"
        rows = [
            f"s1,{reviewer},{team},{'4,' * len(ITEMS)}Good.,"
            for reviewer, team in (("rev-books", "logistics"), ("rev-care", ""), ("rev-pay", "Pay"))
        ]
        header = ",".join(("seller_id,reviewer_id,team", *ITEMS, "comment,recusal_reason"))
        file.write_text("\n".join((header, *rows)))
        found = world.programme.import_scorecards(file, key="cards")
        assert found == 3
        (difference,) = found.differences
        assert difference == (
            "line 2: 'rev-books': the card names the team 'logistics', "
            "the seat 'books'; the seat's team counts"
        )
        assert world.programme.import_scorecards(file, key="cards").differences == found.differences
        (told,) = world.programme.panel("SG", APRIL)
        assert (told.path, told.cards, told.teams, told.missing) == (path, 3, 3, "")

    def test_a_file_asks_once(self, world: World, tmp_path: Path) -> None:
        """A file of eight cards asks the database as many questions as a file of one."""
        sellers = [f"n-{number}" for number in range(5)]
        for seller in sellers:
            world.nominate(seller)
        world.go(MARCH)
        header = ",".join(("seller_id,reviewer_id,team", *ITEMS, "comment,recusal_reason"))
        rows = [
            f"{seller},rev-{team},{team},{'4,' * len(ITEMS)}Good.,"
            for seller in sellers
            for team in ("books", "care")
        ]
        counts = []
        for part in (rows[:1], rows[2:]):
            file = tmp_path / f"{len(part)}.csv"
            file.write_text("\n".join((header, *part)))
            asked = watch_statements(world.programme)
            assert world.programme.import_scorecards(file) == len(part)
            counts.append(sum(text.startswith("SELECT") for text in asked))
        assert 0 < counts[0] == counts[1]


class TestAmbassadors:
    """Whoever holds a sitting award neither sits on a panel nor scores (the panel)."""

    def test_sitting(self, world: World) -> None:
        """Not in another country, not in capitals, not by file; a former ambassador may."""
        award = world.ambassador("amb-1")
        for name in ("amb-1", "AMB-1"):
            for country in ("SG", "TH"):
                with pytest.raises(NotAllowedError, match="ambassadors never review"):
                    world.programme.assign_reviewers(
                        country, OCTOBER, {name: "care"}, actor=MANAGER
                    )
        world.resign(award)
        world.programme.assign_reviewers("SG", OCTOBER, {"amb-1": "care"}, actor=TEAM)

    def test_awarded_after_the_seat(self, world: World, tmp_path: Path) -> None:
        """A seat from before the award gives no card after it, by call or by file."""
        world.programme.assign_reviewers("SG", OCTOBER, {"amb-1": "care"}, actor=TEAM)
        world.ambassador("amb-1")
        path = world.nominate("s2")
        world.go(date(2020, 9, 20))
        with pytest.raises(NotAllowedError, match="ambassadors never review"):
            card(world, path, "amb-1", "care")
        file = tmp_path / "cards.csv"
        header = ",".join(("seller_id,reviewer_id,team", *ITEMS, "comment,recusal_reason"))
        file.write_text(f"{header}\ns2,amb-1,care,{'4,' * len(ITEMS)}Good.,\n")
        with pytest.raises(InputError, match="ambassadors never review"):
            world.programme.import_scorecards(file)


class TestConflicts:
    """Conflicts are looked for when somebody is assigned (the panel)."""

    def test_reported(self, world: World) -> None:
        """The answer and the panel's list name whom a reviewer may not review."""
        path = world.nominate("s1", actor=Actor("employee", "N-1"))
        other = world.nominate("s2", actor=Actor("employee", "n-2"))
        done = world.programme.assign_reviewers("SG", APRIL, {"n-1": "care"}, actor=TEAM)
        assert [(c.reviewer, c.path, c.seller, c.reason) for c in done.conflicts] == [
            ("n-1", path, "s1", "nominated")
        ]
        assert done.seated["n-1"] == "care"
        told = {each.path: each for each in world.programme.panel("SG", APRIL)}
        assert told[path].conflicts == ("n-1", "s1")  # s1 was seated before it was nominated
        assert "n-1" not in told[path].waiting
        assert told[other].conflicts == ()
        assert "n-1" in told[other].waiting

    def test_members_are_marked(self, world: World) -> None:
        """The list marks nominees who are members of Reconnect (the year between)."""
        world.member()
        path = world.nominate()
        world.nominate("s2")
        cycle = world.path(path).cycle_on
        assert cycle is not None
        told = {each.path: each for each in world.programme.panel("SG", cycle)}
        marked = {ref: (c.member, "a member of Reconnect" in c.flags) for ref, c in told.items()}
        assert marked == {path: (True, True), "award-3": (False, False)}

    def test_refused(self, world: World) -> None:
        """A nominee of the panel has no seat, nor has who nominated everyone it judges."""
        world.nominate("s2", actor=Actor("employee", "n-1"))
        for name, why in (("s2", "judges them"), ("n-1", "nominated everyone")):
            with pytest.raises(NotAllowedError, match=why):
                world.programme.assign_reviewers("SG", APRIL, {name: "care"}, actor=TEAM)
        world.programme.assign_reviewers("SG", OCTOBER, {"n-1": "care"}, actor=TEAM)


class TestSeats:
    """A seat can be ended from a day on (the panel)."""

    def test_ended(self, world: World) -> None:
        """Earlier cards count with the team of their day, later ones are refused, until again."""
        path = world.candidate(cards=2)
        left = world.programme.unassign_reviewer("SG", APRIL, "REV-BOOKS", actor=TEAM, key="k")
        assert "rev-books" not in left
        assert "rev-events" in left
        (told,) = world.programme.panel("SG", APRIL)
        assert (told.cards, told.teams) == (2, 2)
        for refused in (
            card,
            lambda *_: world.programme.recuse(
                path, actor=Actor("reviewer", "rev-books", "SG"), reason="same_family"
            ),
        ):
            with pytest.raises(NotAllowedError, match="'rev-books' ended on 2020-03-20"):
                refused(world, path, "rev-books", "books")
        with pytest.raises(NotFoundError, match="seat on the panel of SG and 2020-04-01"):
            world.programme.unassign_reviewer("SG", APRIL, "rev-books", actor=TEAM)
        world.programme.unassign_reviewer("SG", APRIL, "REV-BOOKS", actor=TEAM, key="k")
        with pytest.raises(KeyReusedError):
            world.programme.unassign_reviewer("SG", APRIL, "rev-care", actor=TEAM, key="k")
        world.programme.assign_reviewers("SG", APRIL, {"rev-books": "care"}, actor=TEAM)
        world.score(path, 2)  # the third card, of the team care
        (told,) = world.programme.panel("SG", APRIL)
        assert (told.cards, told.teams) == (3, 3)  # that of rev-books is still books'
        assert card(world, path, "rev-books", None) is not None
        (told,) = world.programme.panel("SG", APRIL)
        assert (told.cards, told.teams) == (3, 2)

    def test_dry_run(self, world: World) -> None:
        """What a dry run tells is not done."""
        left = world.programme.unassign_reviewer("SG", APRIL, "rev-books", actor=TEAM, dry_run=True)
        assert "rev-books" not in left
        done = world.programme.assign_reviewers(
            "SG", APRIL, {"n-1": "care"}, actor=TEAM, dry_run=True
        )
        assert "n-1" in done.seated
        path = world.candidate(cards=3)
        told = world.programme.set_aside_card(
            path, "rev-books", actor=MANAGER, reason="conflict", dry_run=True
        )
        assert told.missing == "1 reviewers, 1 teams"
        (seen,) = world.programme.panel("SG", APRIL)
        assert seen.cards == 3
        assert not any(each == "n-1" for each in seen.waiting)


class TestSetAside:
    """A card can be set aside by somebody who is not of that panel (the panel)."""

    def test_counted_again(self, world: World) -> None:
        """The quorum is counted again; the reviewer gives no other card, another reviewer can."""
        path = world.candidate(cards=3)
        told = world.programme.set_aside_card(
            path, "rev-books", actor=COMPLIANCE, reason="conflict"
        )
        assert (told.cards, told.teams, told.missing) == (2, 2, "1 reviewers, 1 teams")
        with pytest.raises(ConflictError, match="was set aside: conflict"):
            world.score(path, 0)
        with pytest.raises(NotFoundError, match="card that counts"):
            world.programme.set_aside_card(path, "rev-books", actor=MANAGER, reason="conflict")
        (seen,) = world.programme.panel("SG", APRIL)
        assert dict(seen.set_aside) == {"rev-books": "conflict"}
        assert "rev-books" not in seen.waiting
        world.score(path, 3)
        world.go(midnight(APRIL))
        assert world.state(path) == "awarded"

    def test_who(self, world: World) -> None:
        """Not whoever sits or sat on the panel, scored or recused in it; a reason is a code."""
        path = world.candidate(cards=3)
        world.programme.unassign_reviewer("SG", APRIL, "rev-law", actor=TEAM)
        for name in ("rev-pay", "Rev-Books", "rev-law"):
            with pytest.raises(NotAllowedError, match="not of the panel"):
                world.programme.set_aside_card(
                    path, "rev-books", actor=Actor("manager", name), reason="conflict"
                )
        for actor in (TEAM, SELLER, Actor("reviewer", "rev-pay", "SG")):
            with pytest.raises(NotAllowedError):
                world.programme.set_aside_card(path, "rev-books", actor=actor, reason="conflict")
        with pytest.raises(InputError, match="a code such as"):
            world.programme.set_aside_card(path, "rev-books", actor=MANAGER, reason="His cousin")
        with pytest.raises(NotFoundError, match="rev-law"):
            world.programme.set_aside_card(path, "rev-law", actor=MANAGER, reason="conflict")

    def test_after_the_decision(self, world: World) -> None:
        """After the cycle date no round is open, and nothing changes."""
        path = world.candidate(cards=3)
        world.go(APRIL)
        with pytest.raises(ConflictError, match="the round of award-1 opens"):
            world.programme.set_aside_card(path, "rev-books", actor=MANAGER, reason="conflict")


class TestGrace:
    """In grace the decision follows the quorum in both directions (renewal)."""

    def test_quorum_lost_and_found(self, world: World) -> None:
        """A card set aside before the decision cancels it; the next one that completes sets it."""
        path = world.renewing(cards=2)
        world.go(date(2021, 4, 10))
        world.score(path, 2)
        world.programme.set_aside_card(path, "rev-care", actor=MANAGER, reason="conflict")
        world.go(date(2021, 4, 12))
        assert world.state(path) == "renewal_due"
        assert world.told(path)[-1] == (None, "refused")  # on the due date, and none of today
        assert [row for row in world.told(path) if row[0] is None] == [(None, "refused")]
        done = world.clock.now()
        world.score(path, 3)
        world.go(done + TICK)
        assert world.state(path) == "renewed"

    def test_recusal_before_the_decision(self, world: World) -> None:
        """A recusal in the same instant as the completing card cancels the decision, too."""
        path = world.renewing(cards=2)
        world.go(date(2021, 4, 10))
        world.score(path, 2)
        reviewer = Actor("reviewer", "rev-care", "SG", "care")
        world.programme.recuse(path, actor=reviewer, reason="same_family")
        world.go(world.clock.now() + TICK)
        assert world.state(path) == "renewal_due"

    def test_answer_turned(self, world: World) -> None:
        """A card set aside that turns the panel's answer into a no retires at once."""
        path = world.renewing(cards=0, ncp_points=1)
        for number, score in enumerate((3, 3, 3, 4, 5)):
            world.score(path, number, score)
        world.go(date(2021, 4, 10))
        assert world.state(path) == "renewal_due"  # approved, a bar unmet
        world.programme.set_aside_card(path, "rev-law", actor=MANAGER, reason="conflict")
        world.go(world.clock.now() + TICK)
        assert world.told(path)[-1] == ("retire", "not_renewed")
