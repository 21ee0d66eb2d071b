"""A cycle date that two persons approved is started, compared path by path, and stops by itself."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow import Actor, ConflictError, PausedError
from lazsa_flow.engine.sealed_outcomes import digest_of_text
from tests.contract.test_path_numbers import EMPLOYEE, known
from tests.factories import CYCLE, facts, midnight, record_facts

if TYPE_CHECKING:
    from lazsa_flow.award.programme import Programme
    from tests.contract.conftest import Play

OPERATOR = Actor("operator", "o-1")
MANAGER = Actor("manager", "m-3")
SINGAPORE = [f"sg-{number}" for number in range(30)]
THAILAND = [f"th-{number}" for number in range(4)]


def require_approval(programme: Programme) -> None:
    """Let no cycle date start by itself from now on."""
    programme._runtime.store.brakes.approval = True


def season(play: Play) -> Programme:
    """Return a programme that requires approval, with nominees in two countries."""
    programme = play()
    require_approval(programme)
    known(programme, *SINGAPORE)
    day = date(2026, 5, 20)
    record_facts(programme, [facts(seller=each, country="TH", as_of=day) for each in THAILAND])
    for seller in (*SINGAPORE, *THAILAND):
        programme.nominate(seller, actor=EMPLOYEE, statement="Helps others.")
    return programme


def approve(programme: Programme, name: str = "october", **values: Any) -> None:
    """Save a rehearsal, or one with other outcomes, and have two persons approve it."""
    programme.save_rehearsal("sound" if values else name, on=CYCLE, actor=OPERATOR)
    if values:
        with programme._runtime.store.begin() as transaction:
            [row] = transaction.rehearsals("sound")
            transaction.add_rehearsal(row._replace(name=name, **values))
    for id_ in ("m-1", "m-2"):
        programme.approve_night(name, actor=Actor("manager", id_))


def approve_wrong(programme: Programme, *countries: str) -> None:
    """Approve a rehearsal that foretells an award for all of these countries."""
    programme.save_rehearsal("right", on=CYCLE, actor=OPERATOR)
    outcomes = {
        path: ["SG", "certain", "award", "awarded"]
        if each.country in countries
        else [each.country, each.class_, each.outcome, each.state]
        for path, each in programme.night("right").outcomes.items()
    }
    text = json.dumps(outcomes)
    approve(programme, outcomes=text, sha256=digest_of_text(text))


def go_to_night(programme: Programme) -> None:
    """Let everything before the date happen, and the date begin everywhere."""
    clock: Any = programme.clock
    at = min(midnight(CYCLE, code) for code in ("SG", "TH"))
    clock.move_to(at - timedelta(hours=1))
    programme.sweep()
    clock.move_to(max(midnight(CYCLE, code) for code in ("SG", "TH")))


def untouched(programme: Programme, country: str) -> int:
    """Count the timers of the date that still wait in a country."""
    return sum(
        each.timer.country == country and each.timer.due_on == CYCLE for each in programme.due()
    )


def test_nothing_starts_without_approval_and_start(play: Play) -> None:
    """No sweep and no command on a path fires a timer of the date before the night is started."""
    programme = season(play)
    approve(programme)
    with pytest.raises(ConflictError, match="2026-10-01 is not due yet: it begins at 2026-09-30"):
        programme.start_night("october", actor=OPERATOR)
    go_to_night(programme)
    assert programme.sweep().total == 0
    assert programme.next_due() is None
    assert untouched(programme, "SG") == len(SINGAPORE)
    path = programme.find(SINGAPORE[0])
    with pytest.raises(PausedError, match="2026-10-01"):
        programme.fire(path.ref, "withdraw", actor=Actor("seller", SINGAPORE[0]))
    started = programme.start_night("october", actor=OPERATOR, key="k")
    assert started.phase == "canary"
    assert programme.start_night("october", actor=OPERATOR, key="k") == started
    programme.sweep()
    done = programme.started_night("october")
    assert (done.phase, done.run.moved, done.run.compared) == ("done", 34, 34)
    assert not done.findings


def test_a_night_that_differs_stops_in_its_canary(play: Play) -> None:
    """Where more differs than may, the night stops with the chunk, and no other country moves."""
    programme = season(play)
    approve_wrong(programme, "SG")
    go_to_night(programme)
    programme.start_night("october", actor=OPERATOR, canary=10)
    programme.sweep()
    stopped = programme.started_night("october")
    assert (stopped.phase, stopped.run.moved) == ("stopped", 10)
    assert untouched(programme, "SG") == len(SINGAPORE) - 10
    assert untouched(programme, "TH") == len(THAILAND)
    assert {each.country for each in stopped.differing} == {"SG"}
    assert {(each.foreseen, each.outcome) for each in stopped.findings} == {("award", "carry_over")}
    assert all(each.guards for each in stopped.findings)
    [pause] = programme.pauses()
    assert (pause.cycle, pause.actor) == (CYCLE, "system:night")
    programme.sweep()
    assert programme.started_night("october") == stopped
    programme.resume(cycle=CYCLE, actor=OPERATOR)
    programme.sweep()
    assert programme.started_night("october").run == stopped.run


def test_a_start_is_requested_by_one_and_approved_by_another(play: Play) -> None:
    """The night starts in the requester's name once another operator approves, and only then."""
    programme = season(play)
    approve(programme)
    with pytest.raises(ConflictError, match="is not due yet"):
        programme.request_command("start_night", {"name": "october"}, actor=OPERATOR)
    go_to_night(programme)
    asked = programme.request_command(
        "start_night", {"name": "october", "canary": 5, "rate": 500}, actor=OPERATOR
    )
    programme.sweep()
    assert programme.started_nights() == []
    assert untouched(programme, "SG") == len(SINGAPORE)
    with pytest.raises(ConflictError, match="is the same person"):
        programme.approve_request(asked.number, actor=OPERATOR)
    programme.approve_request(asked.number, actor=Actor("operator", "o-2"))
    [night] = programme.started_nights()
    assert (night.run.actor, night.run.canary, night.run.rate) == ("operator:o-1", 5, 500)
    programme.sweep()
    assert programme.started_night("october").run.moved > 0
