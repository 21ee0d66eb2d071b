"""Why not, and when could it: every exit with its verdicts, timers and who may take it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lazsa_flow.domain.lifecycle import Edge, Permit, Step, Timer
from lazsa_flow.engine.explain import Explanation, explain
from lazsa_flow.lifecycles.award import AWARD
from tests.factories import CYCLE, facts, guard, midnight, path, rulebook, situation, table, timer

NOW = midnight(CYCLE) - timedelta(days=3)
SEEN = situation(path=path("ajar", lifecycle="door")).seen


def door(trigger: str | None = None, **changes: object) -> Explanation:
    """Explain the tiny table's door, changed."""
    seen = replace(SEEN, timers=(timer(), timer("morning", NOW, decides=False)))
    morning = Timer("morning", ("ajar",), "dusk", steps=(Step("lock", "dark"),))
    sound: dict[str, object] = {
        "edges": (
            table().edges[0],
            Edge(
                "lock",
                ("ajar",),
                "shut",
                (Permit("seller", ("leaving", "asleep")), Permit("system", ("dark",))),
            ),
        ),
        "timers": (*table().timers, morning),
    }
    return explain(rulebook(table(**{**sound, **changes})), seen, NOW, trigger)


def test_every_exit_of_the_state_is_explained() -> None:
    """Each edge from the state is there, with destination, reasons and who may take it."""
    explained = door()
    assert (explained.path, explained.at, explained.policy) == (SEEN.path, NOW, "door/2020-1")
    close, lock = explained.exits
    assert (close.trigger, close.dest, close.reasons, close.who) == ("close", "shut", (), "system")
    assert lock.reasons == ("asleep", "dark", "leaving")
    assert lock.who == "seller, system"
    assert [each.name for each in explained.timers] == ["evening", "morning"]


def test_one_trigger_can_be_asked_for() -> None:
    """Where a trigger is named, only its exits are told; none where there is none."""
    assert [exit_.trigger for exit_ in door("lock").exits] == ["lock"]
    assert door("fly").exits == ()


def test_an_exit_names_the_timers_that_will_try_it() -> None:
    """The clock's exits tell the pending timers that try them, by trigger and reason."""
    close, lock = door().exits
    assert [each.name for each in close.timers] == ["evening"]
    assert [each.name for each in lock.timers] == ["morning"]


def test_timers_are_told_earliest_first() -> None:
    """Of several timers the earliest comes first."""
    both = (
        Timer("evening", ("ajar",), "dusk", steps=(Step("close"),)),
        Timer("morning", ("ajar",), "dusk", steps=(Step("close"),)),
    )
    (close,) = door("close", timers=both).exits
    assert [each.name for each in close.timers] == ["morning", "evening"]


@pytest.mark.parametrize("held", [True, False])
def test_an_exit_is_ready_where_every_guard_holds(held: bool) -> None:
    """Every guard's verdict is there, and the unmet ones apart."""
    (close,) = door("close", guards={"ready": guard(held=held)}).exits
    assert close.ready is held
    assert [verdict.name for verdict in close.verdicts] == ["ready"]
    assert [verdict.name for verdict in close.unmet] == ([] if held else ["ready"])


def test_a_verdict_tells_when_it_could_hold() -> None:
    """A bar that the clock alone will meet names the first date, judged on the round's date."""
    seen = situation(facts=facts(joined_on=date(2026, 6, 15))).seen
    (award,) = explain(rulebook(AWARD), seen, NOW, "award").exits
    (tenure,) = award.unmet
    assert (tenure.name, tenure.measured) == ("tenure", 3)
    assert tenure.earliest == date(2027, 3, 15)
    assert tenure.source == "Introduction; FAQ"
