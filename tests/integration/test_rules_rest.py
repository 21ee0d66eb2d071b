"""The programme's rules that no other test asks for.

Which test holds which rule: docs/reference/rules.md.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.errors import InputError, NotAllowedError, RefusedError
from lazsa_flow.lifecycle.model import Actor
from tests import factories
from tests.factories import midnight
from tests.integration.world import APRIL, COMPLIANCE, OTHER, REVIEWER, SCORES, SELLER, TICK

if TYPE_CHECKING:
    from tests.integration.world import World

MANAGER = Actor("manager", "man-1")


class TestPanel:
    """programme.md, "The panel"."""

    @pytest.mark.parametrize(("off", "state"), [(-TICK, "under_review"), (0 * TICK, "awarded")])
    def test_late_recusal(self, world: World, off: timedelta, state: str) -> None:
        """A recusal at the cycle instant takes no card out of that decision (the panel)."""
        path = world.candidate()
        world.now(midnight(APRIL) + off)
        if off:
            world.programme.recuse(path, actor=REVIEWER, reason="same_family")
        else:
            with world.programme._runtime.store.begin() as transaction:
                transaction.add_scorecard(
                    world.path(path).id,
                    APRIL,
                    factories.recusal("rev-books", "books"),
                    as_of=APRIL,
                    recorded_at=world.clock.now(),
                    reason="same_family",
                )
        world.go(midnight(APRIL))
        assert world.state(path) == state

    def test_reviewer_who_leaves(self, world: World) -> None:
        """The card of a reviewer who leaves later counts, with the team of that day (the panel)."""
        path = world.candidate()
        team = Actor("team", "team-SG", "SG")
        world.programme.assign_reviewers("SG", APRIL, {"rev-books": "events"}, actor=team)
        world.go(midnight(APRIL))
        assert world.state(path) == "awarded"
        with world.programme._runtime.store.begin(write=False) as transaction:
            cards = transaction.rounds_of(world.path(path).id)[APRIL]
        assert {card.team for card in cards} == {"books", "events", "care"}

    def test_ambassadors_never_review(self, world: World) -> None:
        """Nobody scores as an ambassador, assigned or not (the panel)."""
        path = world.nominate()
        world.go(date(2020, 3, 20))
        with pytest.raises(NotAllowedError):
            world.programme.score(
                path,
                actor=Actor("ambassador", "rev-books", "SG", "books"),
                scores=SCORES,
                comment="Good.",
            )

    def test_renewal_by_the_same_bars(self, world: World) -> None:
        """At renewal the same criteria and a panel round decide, by the same guards (tenure)."""
        table = world.programme._runtime.rulebook.lifecycle("award")
        award, renew = (
            table.edge(state, trigger, None)
            for state, trigger in (("under_review", "award"), ("renewal_due", "renew"))
        )
        assert award is not None
        assert renew is not None
        assert set(award.guards) - set(renew.guards) == {"no_sitting_award"}


class TestSellersView:
    """programme.md: "A seller sees each unmet bar, their own figure, the fact's date"."""

    def test_unmet_bar(self, world: World) -> None:
        """A seller sees the unmet bar with their own figure, and the date of the fact (tenure)."""
        path = world.nominate()
        world.facts(as_of=date(2020, 3, 21), chat_response_rate=Decimal("0.79"))
        world.go(date(2020, 3, 21)).panel(path).go(midnight(APRIL))
        row = world.last(path)
        verdicts = world.programme.verdicts(world.path(path), row)
        (unmet,) = (verdict for verdict in verdicts if verdict.name == "chat_response")
        assert not unmet.held
        assert row["facts_as_of"] == "2020-03-21"
        assert "0.79" in unmet.wording
        assert "0.85" in unmet.wording

    def test_nobody_else(self, world: World) -> None:
        """What a seller sees names no reviewer, no single score and no other seller (tenure)."""
        other, path = world.nominate("s2"), world.nominate()
        world.go(date(2020, 3, 20))
        world.panel(path, score=1).panel(other, score=5).go(midnight(APRIL))
        verdicts = world.programme.verdicts(world.path(path), world.last(path))
        words = " ".join(verdict.wording for verdict in verdicts)
        assert "panel" in words
        assert not [
            name
            for name in ("rev-", "books", "events", "care", "s2", "1.0", "emp-")
            if name in words
        ]


class TestReconnect:
    """programme.md, "Reconnect"."""

    def test_no_time_limit(self, world: World) -> None:
        """A member of ten years is a member: nothing is pending that could end it (Reconnect)."""
        path = world.member()
        assert world.programme.next_due() is None
        world.go(date(2031, 4, 10))
        assert world.state(path) == "reconnect"
        assert world.path(path).period("membership", world.clock.now()) is not None

    def test_steps_are_configuration(self, world: World) -> None:
        """The chat app and its steps are a policy's, not the code's (Reconnect)."""
        text = factories.policy_text()
        for was, now in (
            ('version = "2020-1"', 'version = "2020-2"'),
            ('app = "DingTalk"', 'app = "Another"'),
            ('steps = ["get_app", "register"]', 'steps = ["get_other_app"]'),
        ):
            assert was in text
            text = text.replace(was, now)
        world.programme.release_policy("award", "2020-2", text, actor=MANAGER)
        world.facts()
        with pytest.raises(InputError, match="get_other_app, join_group"):
            world.programme.reconnect_step("s1", "get_app", actor=SELLER)
        world.programme.reconnect_step("s1", "get_other_app", actor=SELLER)

    def test_older_path_opens_no_door(self, world: World) -> None:
        """Once standing is lost, an older path in good standing opens no door (lifecycles)."""
        old = world.member()
        world.programme.fire(old, "remove", actor=SELLER, reason="left")
        new = world.nominate(actor=OTHER)
        world.go(date(2021, 9, 20)).panel(new)
        world.facts(as_of=date(2021, 9, 20)).go(date(2021, 10, 1))
        assert world.state(new) == "awarded"
        world.programme.fire(new, "retire", actor=COMPLIANCE, reason="seller_violation")
        for path, trigger in ((old, "rejoin"), (new, "join_reconnect")):
            with pytest.raises(RefusedError) as refused:
                world.programme.fire(path, trigger, actor=Actor("team", "team-SG", "SG"))
            assert "good_standing" in str(refused.value)
