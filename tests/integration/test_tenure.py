"""What does the clock award, renew and retire, and what comes before it?

Every test plays in a world of its own; see :mod:`tests.integration.world`.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.errors import (
    ConflictError,
    NoEdgeError,
    NotAllowedError,
    NotFoundError,
    RefusedError,
)
from lazsa_flow.lifecycle.model import Actor
from tests.factories import midnight, noon
from tests.integration.world import (
    APRIL,
    COMPLIANCE,
    DUE,
    EMPLOYEE,
    OCTOBER,
    SELLER,
    TICK,
    unmet,
)

if TYPE_CHECKING:
    from tests.integration.world import World

GRACE_ENDS = date(2021, 5, 1)


class TestAwardNight:
    """programme.md, "Nomination and the award cycle" and "Tenure"."""

    def test_awarded(self, world: World) -> None:
        """Approved and all bars met is awarded at local midnight, not 1 µs before (cycle)."""
        path = world.candidate()
        world.go(midnight(APRIL) - TICK)
        assert world.state(path) == "under_review"
        world.go(midnight(APRIL))
        assert world.state(path) == "awarded"
        assert world.at(path) == (midnight(APRIL), midnight(APRIL))

    def test_two_instants(self, world: World) -> None:
        """A cycle date is two UTC instants, 16:00Z and 17:00Z of the eve (who and where)."""
        world.facts("th", country="TH")
        thai = world.nominate("th")
        paths = world.candidate("sg"), thai
        world.panel(thai)
        world.go(midnight(APRIL, "SG"))
        assert [world.state(path) for path in paths] == ["awarded", "under_review"]
        world.go(midnight(APRIL, "TH"))
        assert [world.at(path)[0].hour for path in paths] == [16, 17]
        assert [world.state(path) for path in paths] == ["awarded", "awarded"]

    def test_falls_due(self, world: World) -> None:
        """The award of 1 April 2020 falls due at local midnight of 1 April 2021 (tenure)."""
        path = world.renewing()
        world.go(midnight(DUE) - TICK)
        assert world.state(path) == "awarded"
        world.now(midnight(DUE)).sweep()
        assert ("fall_due", None) in world.told(path)

    def test_worker_down(self, world: World) -> None:
        """A worker down from 1 to 6 October awards with effect from 1 October (tenure)."""
        world.go(date(2020, 4, 10))
        path = world.nominate()
        world.go(date(2020, 9, 20)).facts(as_of=date(2020, 9, 20)).panel(path)
        back = noon(date(2020, 10, 6))
        world.now(back).sweep()
        assert world.state(path) == "awarded"
        assert world.at(path) == (midnight(OCTOBER), back)
        assert world.path(path).cycle_on == date(2021, 10, 1)
        assert world.path(path).periods["award"][0].began_on == OCTOBER
        assert world.programme.state_at(path, midnight(OCTOBER)) == "awarded"

    @pytest.mark.parametrize(
        ("before", "after", "state"),
        [("0.95", "0.10", "awarded"), ("0.10", "0.95", "declined")],
        ids=["worse", "better"],
    )
    def test_facts_after_midnight(self, world: World, before: str, after: str, state: str) -> None:
        """Facts recorded after midnight, of whatever date, do not count (versions and data)."""
        path = world.nominate()
        world.facts(as_of=date(2020, 3, 25), chat_response_rate=Decimal(before))
        world.go(date(2020, 3, 20)).panel(path)
        world.now(midnight(APRIL))
        world.facts(as_of=date(2020, 3, 31), chat_response_rate=Decimal(after))
        world.now(date(2020, 4, 6)).sweep()
        assert world.state(path) == state
        assert world.last(path)["facts_as_of"] == "2020-03-25"

    def test_facts_dated_later(self, world: World) -> None:
        """Facts dated after the cycle date are ignored (criteria)."""
        path = world.candidate()
        world.facts(as_of=date(2020, 4, 2), chat_response_rate=Decimal("0.1")).go(APRIL)
        assert world.state(path) == "awarded"

    @pytest.mark.parametrize(("days", "state"), [(45, "awarded"), (46, "declined")])
    def test_stale_facts(self, world: World, days: int, state: str) -> None:
        """Facts older than 45 days on the cycle date are not known: ``stale`` (criteria)."""
        world.facts(as_of=APRIL - timedelta(days=days))
        path = world.candidate()
        world.go(APRIL)
        assert world.state(path) == state
        if state == "declined":
            found = {v["name"]: v["measured"] for v in world.last(path)["verdicts"]}
            assert found["gmv"] == "stale"

    def test_unmet_bar(self, world: World) -> None:
        """Approved with a bar unmet is declined, and the journal names the bar (award path)."""
        world.facts(gmv_rate=Decimal("0.19"), ncp_points=1)
        path = world.candidate()
        world.go(APRIL)
        assert world.told(path)[-1] == ("decline", "not_selected")
        assert {"gmv", "compliance"} <= world.unmet(path)

    def test_panel_declines(self, world: World) -> None:
        """A panel that does not approve declines at once (the panel)."""
        path = world.candidate(score=3)
        world.go(APRIL)
        assert world.told(path)[-1] == ("decline", "not_selected")
        assert "panel_approval" in world.unmet(path)

    def test_carried_over_once(self, world: World) -> None:
        """Without a quorum a path is carried over once, and then declined (award path)."""
        path = world.candidate(cards=0)
        world.go(midnight(APRIL))
        assert (world.state(path), world.path(path).cycle_on) == ("under_review", OCTOBER)
        world.go(midnight(OCTOBER))
        assert world.told(path)[-2:] == [("carry_over", None), ("decline", "not_reviewed")]

    def test_no_second_award(self, world: World) -> None:
        """A seller has one open path, whoever nominates (nomination)."""
        world.candidate()
        with pytest.raises(ConflictError):
            world.nominate(actor=SELLER)


class TestRenewal:
    """programme.md, "Tenure, renewal, retirement"."""

    def test_renewed(self, world: World) -> None:
        """Approved and all bars met on the due date is renewed at once, for twelve months."""
        path = world.renewing()
        world.go(midnight(DUE))
        assert world.state(path) == "renewed"
        assert world.at(path)[0] == midnight(DUE)
        assert world.path(path).cycle_on == date(2022, 4, 1)

    def test_panels_no(self, world: World) -> None:
        """The panel's no retires ``not_renewed`` at once, on the due date."""
        path = world.renewing(score=2)
        world.go(midnight(DUE))
        assert world.told(path)[-1] == ("retire", "not_renewed")
        assert world.at(path)[0] == midnight(DUE)

    def test_lapsed(self, world: World) -> None:
        """Undecided at the end of grace is ``lapsed``, at that instant and not before."""
        path = world.renewing(cards=2)
        world.go(midnight(GRACE_ENDS) - TICK)
        assert world.state(path) == "renewal_due"
        world.go(midnight(GRACE_ENDS))
        assert world.told(path)[-1] == ("retire", "lapsed")
        assert world.path(path).periods["award"][0].ended_on == GRACE_ENDS

    def test_bar_unmet(self, world: World) -> None:
        """Approved but a bar unmet runs through grace, then ``not_renewed`` names the bars."""
        path = world.renewing(gmv_rate=Decimal("0.1"), chat_response_rate=None)
        world.go(midnight(GRACE_ENDS) - TICK)
        assert world.state(path) == "renewal_due"
        assert {"gmv", "chat_response"} <= world.unmet(path)
        world.go(midnight(GRACE_ENDS))
        assert world.told(path)[-1] == ("retire", "not_renewed")
        assert {"gmv", "chat_response"} <= world.unmet(path)

    @pytest.mark.parametrize(
        ("as_of", "state"), [(DUE, "renewed"), (DUE + timedelta(days=1), "retired")], ids=str
    )
    def test_facts_in_grace(self, world: World, as_of: date, state: str) -> None:
        """In grace facts of the due date or before count, no later ones."""
        path = world.renewing(gmv_rate=Decimal("0.1"))
        world.go(date(2021, 4, 20)).facts(as_of=as_of).go(midnight(GRACE_ENDS))
        assert world.state(path) == state

    def test_term_of_late_decision(self, world: World) -> None:
        """Renewed in grace runs twelve months from the due date, not from the decision."""
        path = world.renewing(cards=2)
        world.go(date(2021, 4, 29)).score(path, 2)
        world.go(date(2021, 4, 30))
        assert (world.state(path), world.path(path).cycle_on) == ("renewed", date(2022, 4, 1))
        world.go(midnight(date(2022, 4, 1)) - TICK)
        assert world.state(path) == "renewed"
        world.go(midnight(date(2022, 4, 1)))
        assert world.told(path).count(("fall_due", None)) == 2

    def test_term_of_late_worker(self, world: World) -> None:
        """A worker that was down over the due date moves no date of the renewal."""
        path = world.renewing()
        back = noon(date(2021, 4, 6))
        world.now(back).sweep()
        assert world.at(path) == (midnight(DUE), back)
        assert world.path(path).cycle_on == date(2022, 4, 1)

    def test_reminders(self, world: World) -> None:
        """In grace the panel is reminded 14, 7 and 1 day before its end."""
        world.renewing(cards=0)
        days = []
        world.go(midnight(DUE))
        while (due := world.programme.next_due()) is not None and due < midnight(GRACE_ENDS):
            world.now(due)
            if world.sweep().reminded:
                days.append((midnight(GRACE_ENDS) - due).days)
        assert days == [14, 7, 1]

    @pytest.mark.parametrize(
        ("actor", "reason"),
        [
            (SELLER, "resigned"),
            (Actor("host", "host"), "account_closed"),
            (COMPLIANCE, "code_of_conduct"),
            (COMPLIANCE, "seller_violation"),
        ],
        ids=str,
    )
    def test_retired_at_any_time(self, world: World, actor: Actor, reason: str) -> None:
        """Each reason to retire is one role's, and nobody else's."""
        path = world.ambassador()
        wrong = EMPLOYEE if actor.role != "seller" else Actor("seller", "s2")
        with pytest.raises(NotAllowedError):
            world.programme.fire(path, "retire", actor=wrong, reason=reason)
        world.programme.fire(path, "retire", actor=actor, reason=reason)
        assert world.told(path)[-1] == ("retire", reason)

    def test_clocks_reasons(self, world: World) -> None:
        """``lapsed`` and ``not_renewed`` are the clock's alone; no caller can be the clock."""
        path = world.renewing(cards=0)
        world.go(DUE)
        for reason in ("lapsed", "not_renewed"):
            for actor in (COMPLIANCE, SELLER, Actor("system", "grace_end")):
                with pytest.raises(NotAllowedError):
                    world.programme.fire(path, "retire", actor=actor, reason=reason)


class TestCases:
    """programme.md, "Tenure, renewal, retirement": compliance cases."""

    def test_postpones_award(self, world: World) -> None:
        """An open case postpones the award by one cycle, into a round of its own (renewal)."""
        path = world.candidate()
        world.open_case().go(midnight(APRIL))
        assert world.told(path)[-1] == ("carry_over", None)
        assert world.path(path).cycle_on == OCTOBER
        world.close_case().facts(as_of=date(2020, 9, 20)).panel(path).go(midnight(OCTOBER))
        assert world.state(path) == "awarded"
        assert world.path(path).cycle_on == date(2021, 10, 1)

    def test_postpones_award_once(self, world: World) -> None:
        """A case that is still open a cycle later ends in a decline (award path)."""
        path = world.candidate()
        world.open_case().go(APRIL)
        world.facts(as_of=date(2020, 9, 20)).panel(path).go(midnight(OCTOBER))
        assert world.told(path)[-1] == ("decline", "case_open")
        assert "no_open_case" in world.unmet(path)

    @pytest.mark.parametrize(("off", "state"), [(-TICK, "under_review"), (0 * TICK, "awarded")])
    def test_opened_in_time(self, world: World, off: timedelta, state: str) -> None:
        """A case counts if it was recorded before the cycle instant (versions and data)."""
        path = world.candidate()
        world.now(midnight(APRIL) + off).open_case().go(midnight(APRIL))
        assert world.state(path) == state

    def test_postpones_renewal(self, world: World) -> None:
        """An open case postpones a renewal by one cycle; the next term runs from the later date."""
        path = world.renewing()
        world.open_case().go(date(2021, 6, 1))
        assert world.state(path) == "renewal_due"
        assert world.path(path).cycle_on == date(2021, 10, 1)
        world.close_case().go(date(2021, 9, 20))
        world.facts(as_of=date(2021, 9, 20)).panel(path).go(midnight(date(2021, 10, 1)))
        assert world.state(path) == "renewed"
        assert world.path(path).cycle_on == date(2022, 10, 1)

    def test_holds_joining(self, world: World) -> None:
        """An open case holds joining Reconnect (renewal)."""
        path = world.retired()
        world.steps().open_case()
        with pytest.raises(RefusedError) as refused:
            world.join()
        assert set(unmet(refused)) == {"no_open_case"}
        world.close_case().join()
        assert world.state(path) == "reconnect"

    def test_by_compliance_once(self, world: World) -> None:
        """Only compliance opens and closes a case, and each once (renewal)."""
        world.nominate()
        with pytest.raises(NotAllowedError):
            world.programme.open_case("s1", "case-1", actor=EMPLOYEE)
        with pytest.raises(ConflictError):
            world.close_case()
        world.open_case()
        with pytest.raises(ConflictError):
            world.open_case()
        with pytest.raises(NotFoundError):
            world.open_case("nobody")


class TestOrder:
    """programme.md: a command on a path with an overdue timer first fires that timer."""

    def test_others_come_after(self, world: World) -> None:
        """A seller's command first lets the overdue timers fire, and is then judged (tenure)."""
        path = world.ambassador()
        world.now(date(2021, 4, 3))
        world.resign(path)
        assert world.told(path)[2:] == [
            ("award", None),
            ("fall_due", None),
            (None, "refused"),
            ("retire", "resigned"),
        ]

    def test_judged_on_what_is_left(self, world: World) -> None:
        """A nominee who comes after the award night is too late to withdraw (tenure)."""
        path = world.candidate()
        world.now(date(2020, 4, 3))
        with pytest.raises(NoEdgeError):
            world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee")
        assert world.state(path) == "awarded"
        assert world.at(path)[0] == midnight(APRIL)

    def test_compliance_comes_first(self, world: World) -> None:
        """Compliance's command comes before a timer that is overdue (tenure)."""
        path = world.candidate()
        world.now(date(2020, 4, 3))
        world.end(path, "disqualify")
        world.sweep()
        assert world.told(path) == [
            ("nominate", None),
            ("open_review", None),
            ("disqualify", "code_of_conduct"),
        ]

    def test_compliance_before_due_date(self, world: World) -> None:
        """Compliance ends an award before its overdue due date is looked at (tenure)."""
        path = world.ambassador()
        world.now(date(2021, 4, 3))
        world.end(path)
        world.sweep()
        assert world.told(path)[-2:] == [("award", None), ("retire", "code_of_conduct")]
