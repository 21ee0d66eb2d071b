"""A cycle date that two persons approved is started, compared path by path, and stops by itself."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow import Actor, ConflictError, InputError, NotAllowedError, PausedError
from lazsa_flow.engine.sealed_outcomes import digest_of_text
from tests.contract.test_path_numbers import EMPLOYEE, known
from tests.factories import CYCLE, facts, midnight, record_facts, record_night_rule

if TYPE_CHECKING:
    from lazsa_flow.award.programme import Programme
    from tests.contract.conftest import Play

OPERATOR = Actor("operator", "o-1")
MANAGER = Actor("manager", "m-3")
SINGAPORE = [f"sg-{number}" for number in range(30)]
THAILAND = [f"th-{number}" for number in range(4)]


def require_approval(programme: Programme) -> None:
    """Let no cycle date start by itself from now on."""
    record_night_rule(programme, required=True)


def season(play: Play) -> Programme:
    """Return a programme that requires approval, with nominees in two countries."""
    programme = nominated(play)
    require_approval(programme)
    return programme


def nominated(play: Play) -> Programme:
    """Return a programme with nominees in two countries."""
    programme = play()
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
            row = transaction.rehearsal("sound")
            transaction.add_rehearsal(row._replace(name=name, **values))
    for id_ in ("m-1", "m-2"):
        programme.approve_night(name, actor=Actor("manager", id_))


def approve_wrong(programme: Programme, *names: str) -> None:
    """Approve a rehearsal that foretells an award for these paths, or those of these countries."""
    programme.save_rehearsal("right", on=CYCLE, actor=OPERATOR)
    outcomes = {
        path: ["SG", "certain", "award", "awarded"]
        if path in names or each.country in names
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


def test_evidence_recorded_since_stands_apart(play: Play) -> None:
    """Another outcome after something was recorded on the subject is listed, and does not count."""
    programme = season(play)
    path = programme.paths(SINGAPORE[0])[0]
    approve_wrong(programme, path.ref)
    programme.clock.move_to(programme.clock.now() + timedelta(days=1))  # type: ignore[attr-defined]
    programme.open_case(SINGAPORE[0], "case-1", actor=Actor("compliance", "c"))
    known(programme, "late")
    late = programme.nominate("late", actor=EMPLOYEE, statement="Helps.").path
    go_to_night(programme)
    programme.start_night("october", actor=OPERATOR)
    programme.sweep()
    done = programme.started_night("october")
    assert done.phase == "done"
    assert {(each.path, each.foreseen) for each in done.changed} == {
        (path.ref, "award"),
        (late, None),
    }
    assert not done.differing
    assert (done.run.moved, done.run.compared, done.run.changed) == (35, 33, 2)


def test_a_stopped_night_is_started_again_or_resumed(play: Play) -> None:
    """Another approved rehearsal takes its place; a manager with a reason lets it go on."""
    programme = season(play)
    approve_wrong(programme, "SG")
    approve(programme, "later")
    go_to_night(programme)
    programme.start_night("october", actor=OPERATOR, canary=5)
    with pytest.raises(ConflictError, match="the night of 2026-10-01 is under way: october"):
        programme.start_night("later", actor=OPERATOR)
    programme.sweep()
    again = programme.start_night("later", actor=OPERATOR, canary=5)
    assert (again.phase, again.pauses) == ("canary", ())
    with pytest.raises(ConflictError, match="the night is over"):
        programme.resume_night("october", actor=MANAGER, reason="It is right.")
    programme.sweep()
    assert programme.started_night("later").phase == "done"
    assert programme.started_night("later").run.moved == 29
    with pytest.raises(ConflictError, match="the night of 2026-10-01 is done: later"):
        programme.start_night("october", actor=OPERATOR)


def test_the_canary_of_each_country_moves_before_any_other(play: Play) -> None:
    """No country goes on before the canary of every country that is due has moved."""
    programme = season(play)
    approve(programme)
    go_to_night(programme)
    programme.start_night("october", actor=OPERATOR, canary=3)
    moved: list[dict[str, int]] = []

    def watch(_chunk: object) -> bool:
        countries = programme.started_night("october").run.countries
        moved.append({code: countries[code].moved for code in ("SG", "TH")})
        return False

    programme.sweep(done=watch)
    assert moved[:2] == [{"SG": 3, "TH": 0}, {"SG": 3, "TH": 3}]
    assert moved[-1] == {"SG": len(SINGAPORE), "TH": len(THAILAND)}


def test_a_pace_holds_for_every_process(play: Play) -> None:
    """No more moves than the pace allows, whoever sweeps; pause and resume are obeyed at once."""
    programme = season(play)
    approve(programme)
    go_to_night(programme)
    programme.start_night("october", actor=OPERATOR, rate=10)
    clock: Any = programme.clock
    url = programme._runtime.store._engine.url.render_as_string(hide_password=False)
    with type(programme).open(url, config=programme.config, clock=clock) as other:
        assert programme.sweep().moved == 10
        assert other.sweep().moved == 0
        assert other.next_due() == clock.now() + timedelta(seconds=1)
        clock.move_to(clock.now() + timedelta(seconds=1))
        assert other.sweep().moved == 10
        assert programme.sweep().moved == 0
        other.set_pace("october", actor=OPERATOR, rate=4)
        assert programme.sweep().moved == 4
        other.pause_night("october", actor=OPERATOR, reason="looking")
        clock.move_to(clock.now() + timedelta(minutes=1))
        assert programme.started_night("october").phase == "paused"
        assert programme.sweep().moved == 0
        programme.resume_night("october", actor=OPERATOR)
        other.set_pace("october", actor=OPERATOR, rate=None)
        assert other.sweep().moved + programme.sweep().moved == 10
    assert programme.started_night("october").phase == "done"


def test_what_may_not_start_is_refused(play: Play) -> None:
    """Not approved by two, stale, a canary that is too large, or somebody else: nothing starts."""
    programme = season(play)
    programme.save_rehearsal("alone", on=CYCLE, actor=OPERATOR)
    programme.approve_night("alone", actor=MANAGER)
    approve(programme)
    go_to_night(programme)
    with pytest.raises(ConflictError, match="approved by manager:m-3; two persons must"):
        programme.start_night("alone", actor=OPERATOR)
    with pytest.raises(NotAllowedError):
        programme.start_night("october", actor=Actor("seller", "s"))
    with pytest.raises(InputError, match="canary: got 31, expected at most 30: due are"):
        programme.start_night("october", actor=OPERATOR, canary=31)
    for wrong in ({"canary": 0}, {"rate": 0}, {"differs_percent": 101.0}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            programme.start_night("october", actor=OPERATOR, **wrong)
    programme.suspend_cycle("MY", date(2027, 4, 1), actor=MANAGER)
    with pytest.raises(ConflictError, match="the rules have changed since it was saved"):
        programme.start_night("october", actor=OPERATOR)
    assert programme.started_nights() == []
    [waiting] = programme.waiting_dates()
    assert (waiting.on, waiting.since) == (CYCLE, midnight(CYCLE))
    assert "rehearse --on 2026-10-01 --now 2026-09-30T16:00:00Z --save NAME" in waiting.next


def test_other_timers_and_commands_go_on(play: Play) -> None:
    """Only what falls due at the date's own midnight waits: the rest moves as ever."""
    programme = season(play)
    go_to_night(programme)
    programme.sweep()
    assert programme.find(SINGAPORE[0]).state == "under_review"
    known(programme, "other")
    assert programme.nominate("other", actor=EMPLOYEE, statement="Helps.").path


def test_a_command_on_a_path_that_waits_is_refused(play: Play) -> None:
    """What would come before an overdue decision is refused as under a pause, imports, too."""
    programme = season(play)
    known(programme, "alias")
    approve(programme)
    go_to_night(programme)
    for command in (
        lambda: programme.merge_sellers(SINGAPORE[0], "alias", actor=Actor("host", "h")),
        lambda: programme.erase(SINGAPORE[1], actor=Actor("seller", SINGAPORE[1])),
    ):
        with pytest.raises(PausedError, match="cycle 2026-10-01 waits for approval and start"):
            command()
    programme.start_night("october", actor=OPERATOR, rate=2)
    assert programme.sweep().moved == 2
    with pytest.raises(PausedError, match="night october is canary"):
        programme.erase(SINGAPORE[5], actor=Actor("seller", SINGAPORE[5]))
