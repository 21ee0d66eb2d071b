"""How do rounds, cards and recusals add up on one database?

Every test plays in a world of its own; see :mod:`tests.integration.world`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.errors import (
    ConflictError,
    InputError,
    NotAllowedError,
)
from lazsa_flow.lifecycle.model import Actor
from tests.factories import midnight
from tests.integration.world import (
    APRIL,
    OCTOBER,
    OTHER,
    REVIEWER,
    SCORES,
    SELLER,
    TICK,
)

if TYPE_CHECKING:
    from tests.integration.world import World


class TestPanel:
    """programme.md, "The panel"."""

    def test_scores(self, world: World) -> None:
        """All eleven scores are required, 0 to 5, and every problem is named (the panel)."""
        path = world.nominate()
        world.go(date(2020, 3, 20))
        wrong = {**SCORES, "advocacy": 6, "expertise": -1, "campaigns": True, "charm": 3}
        wrong["contribution"] = "3"  # type: ignore[assignment]
        del wrong["leadership"], wrong["generosity"]
        with pytest.raises(InputError) as refused:
            world.programme.score(path, actor=REVIEWER, scores=wrong, comment="Good.")
        assert {problem.field for problem in refused.value.problems} == {
            "advocacy",
            "expertise",
            "campaigns",
            "charm",
            "contribution",
            "leadership",
            "generosity",
        }

    def test_comment(self, world: World) -> None:
        """A card needs its comment (the panel)."""
        path = world.nominate()
        world.go(date(2020, 3, 20))
        with pytest.raises(InputError, match="comment"):
            world.programme.score(path, actor=REVIEWER, scores=SCORES, comment=" ")

    @pytest.mark.parametrize(
        "actor",
        [
            Actor("ambassador", "amb-1", "SG", "books"),
            Actor("employee", "emp-9", "SG", "books"),
            Actor("reviewer", "rev-books", "MY", "books"),
            Actor("reviewer", "rev-unknown", "SG", "books"),
        ],
        ids=["ambassador", "employee", "other country", "not assigned"],
    )
    def test_reviewers(self, world: World, actor: Actor) -> None:
        """Only reviewers assigned to country and cycle review (the panel)."""
        path = world.nominate()
        world.go(date(2020, 3, 20))
        with pytest.raises(NotAllowedError):
            world.programme.score(path, actor=actor, scores=SCORES, comment="Good.")
        with pytest.raises(NotAllowedError):
            world.programme.recuse(path, actor=actor, reason="same_family")

    @pytest.mark.parametrize("who", ["rev-nominator", "s1"])
    def test_conflicts(self, world: World, who: str) -> None:
        """Nobody reviews themselves or a seller they nominated, in any round (the panel)."""
        first = world.nominate(actor=Actor("employee", "rev-nominator"))
        world.programme.fire(first, "withdraw", actor=SELLER, reason="nominee")
        path = world.nominate(actor=OTHER)
        world.go(date(2020, 3, 20))
        with pytest.raises(NotAllowedError, match="nominated"):
            world.programme.score(
                path,
                actor=Actor("reviewer", who, "SG", "books"),
                scores=SCORES,
                comment="Good.",
            )

    def test_recusal(self, world: World) -> None:
        """After a recusal the quorum is counted again (the panel)."""
        path = world.candidate(cards=3)
        world.programme.recuse(path, actor=REVIEWER, reason="same_family", note="My cousin.")
        world.go(midnight(APRIL))
        assert world.told(path)[-1] == ("carry_over", None)
        assert "quorum" in world.unmet(path)

    def test_recusal_made_good(self, world: World) -> None:
        """Another reviewer's card makes a recusal good (the panel)."""
        path = world.candidate(cards=3)
        world.programme.recuse(path, actor=REVIEWER, reason="same_family")
        world.score(path, 4)
        world.go(midnight(APRIL))
        assert world.state(path) == "awarded"

    def test_recusal_reason(self, world: World) -> None:
        """A recusal gives a reason code, never a text (the panel; versions and data)."""
        path = world.candidate()
        for reason in ("", "He is my cousin", "Same_family"):
            with pytest.raises(InputError, match="reason"):
                world.programme.recuse(path, actor=REVIEWER, reason=reason)

    def test_three_teams(self, world: World) -> None:
        """Three reviewers of two teams are no quorum (the panel)."""
        path = world.candidate(cards=2)
        world.programme.score(
            path,
            actor=Actor("reviewer", "rev-third", "SG", "books"),
            scores=SCORES,
            comment="Good.",
        )
        world.go(midnight(APRIL))
        assert world.told(path)[-1] == ("carry_over", None)

    @pytest.mark.parametrize(("off", "state"), [(-TICK, "awarded"), (0 * TICK, "under_review")])
    def test_at_the_cycle_instant(self, world: World, off: timedelta, state: str) -> None:
        """A card at the cycle instant does not count in the round that ends there (the panel)."""
        path = world.candidate(cards=2)
        world.now(midnight(APRIL) + off)
        world.score(path, 2)
        world.go(midnight(APRIL))
        assert world.state(path) == state
        with world.programme._runtime.store.begin(write=False) as transaction:
            rounds = transaction.rounds_of(world.path(path).id)
        assert len(rounds[APRIL]) == (3 if off else 2)

    def test_no_round(self, world: World) -> None:
        """While nominated, and after an end, no round is open (the panel)."""
        path = world.nominate()
        with pytest.raises(ConflictError, match="no round"):
            world.score(path)
        world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee")
        with pytest.raises(ConflictError, match="no round"):
            world.score(path)

    def test_cards_of_another_round(self, world: World) -> None:
        """No scorecard counts in another round (the panel)."""
        path = world.candidate(cards=2)
        world.go(APRIL)
        world.score(path, 2)
        world.facts(as_of=date(2020, 9, 20)).go(midnight(OCTOBER))
        assert world.told(path)[-1] == ("decline", "not_reviewed")

    def test_renewal_round_opens(self, world: World) -> None:
        """A renewal's round opens 30 days before the due date, not 1 µs before (the panel)."""
        path = world.ambassador()
        opens = midnight(date(2021, 3, 2))
        world.go(opens - TICK)
        with pytest.raises(ConflictError, match="2021-03-02") as refused:
            world.score(path)
        assert refused.value.until == opens
        world.go(opens)
        world.score(path)
        assert world.state(path) == "awarded"

    def test_completed_in_grace(self, world: World) -> None:
        """In grace the card that completes the quorum decides at once (renewal)."""
        path = world.renewing(cards=2)
        world.go(date(2021, 4, 10))
        assert world.state(path) == "renewal_due"
        done = world.clock.now()
        world.score(path, 2)
        world.go(done + TICK)
        assert world.state(path) == "renewed"
        assert world.at(path)[0] - done <= TICK

    def test_refused_in_grace(self, world: World) -> None:
        """In grace the card that completes a panel's no retires at once (renewal)."""
        path = world.renewing(cards=2, score=1)
        world.go(date(2021, 4, 10))
        world.score(path, 2, score=1)
        world.go(world.clock.now() + TICK)
        assert world.told(path)[-1] == ("retire", "not_renewed")
