"""Does a night under a wrong policy stop in its canary, whoever moves it, and whenever it dies?

Candidates of two countries have figures between two bars: they would be awarded by the policy that
their approved rehearsal was decided by, and are not by the one in force. A process that moves the
night is killed at one of its points; two others take over together.
"""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from lazsa_flow import Actor, Config, Facts, Programme, VirtualClock
from lazsa_flow.engine.sealed_outcomes import digest_of_text
from lazsa_flow.foresight.saved_rehearsal import write_outcomes
from lazsa_flow.notices.settings import Deployment, NightSettings
from lazsa_flow.store import schema
from tests.chaos.audit import Audit, reading
from tests.chaos.candidates import (
    ON,
    REVIEWERS,
    country_of,
    meet_panels,
    move_clock,
    nominate_all,
    record_figures,
    score_paths,
)
from tests.chaos.fault import Outcome, on_both
from tests.policy_texts import changed_policy

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.stage import Stage

CANARY: Final = 20
MOST: Final = 100
"""So many paths may have moved before a night under a wrong policy has stopped."""
AFTER: Final = datetime(2026, 10, 1, 4, tzinfo=UTC)
"""When the date has begun everywhere."""
_OPERATOR: Final = Actor("operator", "o-1")
_POINTS: Final = 12
"""So many points are passed at least before a night has stopped."""


def stop_in_canary(stage: Stage, seed: int, rounds: int, *, dialect: str) -> Outcome:
    """Kill a process in the canary so many times, at another point each time."""
    chance, result = Random(seed), Audit()
    fill_night(url := stage.empty(dialect), stage.sized(600, 44))
    moved = []
    for _ in range(rounds):
        copy = stage.copy(url)
        pid = _sweep_apart(copy, Dying(chance.randrange(1, _POINTS)))
        killed = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        result.check(killed in (0, -signal.SIGKILL), f"a process ended with {killed}")
        for each in [_sweep_apart(copy, lambda point: None) for _ in range(2)]:
            code = os.waitstatus_to_exitcode(os.waitpid(each, 0)[1])
            result.check(code == 0, f"a worker ended with {code}")
        moved.append(_audit(copy, result))
    return Outcome.of(rounds, result, f"stopped after {min(moved)} to {max(moved)} paths")


class Dying:
    """Kills its process at one of the points at which it could die.

    Args:
        at: Which one.
    """

    def __init__(self, at: int) -> None:
        self._left = at

    def __call__(self, _point: str) -> None:
        """Count a point."""
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def _approving() -> Config:
    """Return the shipped configuration, with dates that must be approved."""
    return replace(Config.load(), deployment=Deployment(night=NightSettings(approval=True)))


def fill_night(url: str, candidates: int) -> None:
    """Bring candidates to a date that was approved by another policy than is in force."""
    clock, config = VirtualClock(datetime(2026, 1, 10, 4, tzinfo=UTC)), _approving()
    Programme.migrate(url, config=config, clock=clock)
    everybody = [f"s-{number}" for number in range(candidates)]
    with Programme.open(url, config=config, clock=clock) as programme:
        strict = changed_policy("2026-9", chat_response_rate='"0.95"')
        programme.release_policy("award", "2026-9", strict, actor=Actor("manager", "m-1"))
        move_clock(programme, clock, ON - timedelta(days=60))
        record_figures(programme, [_figures(each, ON - timedelta(days=60)) for each in everybody])
        nominate_all(programme, everybody)
        meet_panels(programme, clock, ON, reviewed_on := ON - timedelta(days=15))
        record_figures(programme, [_figures(each, reviewed_on) for each in everybody])
        score_paths(programme, {each: (list(REVIEWERS)[:3], 5) for each in everybody})
        _approve_by(programme, "2020-1")
        move_clock(programme, clock, ON - timedelta(days=1))
        clock.move_to(AFTER)
        programme.start_night("october", actor=_OPERATOR, canary=CANARY)


def _figures(seller: str, as_of: date) -> Facts:
    """Return facts that meet every bar, but every second time the higher one of chats."""
    number = int(seller.rpartition("-")[2])
    return Facts(
        seller=seller,
        country=country_of(seller),
        as_of=as_of,
        joined_on=date(2020, 1, 1),
        ncp_points=0,
        policy_compliant=True,
        gmv_rate=Decimal("0.5"),
        chat_response_rate=Decimal("0.90" if number % 4 < 2 else "0.97"),
        monthly_cancellation_rates=(Decimal(0),) * 9,
        is_lazstar=False,
    )


def _approve_by(programme: Programme, policy: str) -> None:
    """Approve a rehearsal of the date as if a policy governed it."""
    programme.save_rehearsal("as it is", on=ON, actor=_OPERATOR)
    text = write_outcomes(programme.rehearse(on=ON, policy=policy))
    with programme._runtime.store.begin() as transaction:
        row = transaction.rehearsal("as it is")
        other = row._replace(name="october", outcomes=text, sha256=digest_of_text(text))
        transaction.add_rehearsal(other)
    for id_ in ("m-1", "m-2"):
        programme.approve_night("october", actor=Actor("manager", id_))


def _sweep_apart(url: str, probe: Callable[[str], None]) -> int:
    """Begin to sweep in a process of its own; return its number."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            with Programme.open(
                url, config=_approving(), clock=VirtualClock(AFTER), probe=probe
            ) as programme:
                programme.sweep()
            code = 0
        finally:
            os._exit(code)
    return pid


def _audit(url: str, result: Audit) -> int:
    """Check that a night has stopped, and that its counts are what has happened."""
    with Programme.open(url, config=_approving(), clock=VirtualClock(AFTER)) as programme:
        result.check(programme.sweep().total == 0, "a night that has stopped moves on")
        night = programme.started_night("october")
    timers, run = schema.timers, night.run
    of_date = (timers.c.due_on == ON) & timers.c.decides & (timers.c.status == "fired")
    with reading(url) as connection:
        fired = connection.execute(
            sa.select(timers.c.country, sa.func.count()).where(of_date).group_by(timers.c.country)
        ).all()
    found = {row[0]: row[1] for row in fired}
    result.check(night.phase == "stopped", f"the night is {night.phase}")
    result.check(run.moved == sum(found.values()), f"{run.moved} counted, {found} moved")
    result.check(run.differing == len(night.differing) > 0, f"{run.differing} differ")
    result.check(0 < run.moved <= MOST, f"{run.moved} moved before it stopped")
    counted = {code: each.moved for code, each in run.countries.items() if each.moved}
    result.check(counted == found, f"{counted} counted by country, {found} moved")
    guards = {name for each in night.differing for name in each.guards}
    result.check(guards == {"chat_response"}, f"the guards are {guards}")
    return run.moved


FAULTS: Final = tuple(
    on_both(
        "night-canary",
        stop_in_canary,
        rounds=100,
        dose=2,
        suite="sqlite",
        unit="kills -9 in the canary of a night under a wrong policy",
        holds="it stops within 100 paths, and every count is what has happened",
    )
)
