"""What if a process dies, or stops for a while, in the midst of its work?"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import SystemClock, VirtualClock
from lazsa_flow.lifecycle.model import Actor
from tests.chaos.audit import Audit, Snapshot, audit, progress, snapshot
from tests.chaos.bell import Bell
from tests.chaos.crew import RIGGED_TICKER, RIGGED_WORKER, wait_for
from tests.chaos.fault import Fault, Outcome, on_both, repeat
from tests.chaos.relay import campaign

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from tests.chaos.stage import Stage

WORKERS: Final = 3
RINGS: Final = 3
"""How often the bell rings between two kills."""
GOING_ON_S: Final = 60.0
SELLERS: Final = 2640
"""So many have 10,000 transitions."""


def kill_workers(stage: Stage, seed: int, rounds: int, *, dialect: str) -> Outcome:
    """Kill a worker, whole or its child alone, at random moments; one killed is started again.

    The bell rings for small chunks, so that the work lasts as long as the kills.
    """
    chance, sellers = random.Random(seed), stage.sized(SELLERS, 90)
    url, wanted = stage.backlog(dialect, sellers)
    fired = sum(status != "cancelled" for status, _ in wanted.timers.values())
    chunk = max(1, fired // (rounds * RINGS))
    with stage.crew(url) as crew:
        crew.work(WORKERS, tickers=0)
        bell, hits = Bell(crew.redis), 0
        for _ in range(rounds):
            for _ in range(RINGS):
                bell.ring(chunk)
            time.sleep(chance.uniform(0, 0.1))
            hits += crew.due(1)
            crew.kill(chance)
        before = progress(url)
        crew.add(*crew.ticker)
        went_on_s = wait_for(
            lambda: progress(url) > before or crew.due(1) == 0, "going on", GOING_ON_S
        )
        done_s = crew.finish()
        wait_for(lambda: crew.ends() >= rounds, "all that were killed have ended")
        kills = crew.ends()
    result = audit(url, wanted)
    result.check(kills == rounds, f"{kills} workers ended")
    return Outcome.of(
        rounds,
        result,
        f"{len(wanted.moves) - sellers} transitions, {hits} kills while work was due, "
        f"went on after {went_on_s:.1f} s, all done after {done_s:.1f} s",
    )


class _Dying:
    """Counts the points at which a process could die, and dies at one of them."""

    def __init__(self, at: int | None = None) -> None:
        self.passed: list[str] = []
        self.commits: list[Callable[[], None]] = []
        self._at = at

    def __call__(self, point: str) -> None:
        self.passed.append(point)
        if point == "commit.after":
            for tell in self.commits:
                tell()
        if len(self.passed) - 1 == self._at:
            os.kill(os.getpid(), signal.SIGKILL)


def _night(url: str, now: datetime, probe: _Dying) -> None:
    """Nominate one seller more, and sweep all that is due."""
    with Programme.open(url, clock=VirtualClock(now), probe=probe) as programme:
        programme.nominate("late", actor=Actor("employee", "emp-2"), statement="", key="late")
        programme.sweep(chunk=10)


def crash_points(stage: Stage, seed: int, rounds: int, *, dialect: str) -> Outcome:
    """Kill a process at each kind of point, so many times each; then let another go on.

    A process that nothing disturbs tells what stands after each of its commits. One that is killed
    must have left what stood after its last commit, and what goes on must end at the same end.
    """
    chance, now = random.Random(seed), SystemClock().now()
    url = stage.small(dialect)
    first = stage.copy(url)
    stands = [snapshot(first)]
    watched = _Dying()
    watched.commits.append(lambda: stands.append(snapshot(first)))
    _night(first, now, watched)
    places = defaultdict(list)
    for number, point in enumerate(watched.passed):
        places[point].append(number)
    torn = other = 0
    for numbers in places.values():
        for _ in range(rounds):
            at = chance.choice(numbers)
            commits = watched.passed[: at + 1].count("commit.after")
            dead = stage.copy(url)
            _die(partial(_night, dead, now, _Dying(at)))
            torn += snapshot(dead) != stands[commits]
            _night(dead, now, _Dying())
            other += not _same_end(snapshot(dead), stands[-1])
            with Programme.open(dead, clock=VirtualClock(now)) as programme:
                programme.verify_journal()
            stage.drop(dead)
    names = ", ".join(sorted(places))
    return Outcome(
        rounds * len(places),
        lost=torn,
        doubled=other,
        holds=torn == other == 0,
        detail=f"{rounds} at each of {len(places)} points: {names}",
    )


def _same_end(found: Snapshot, wanted: Snapshot) -> bool:
    """Compare two ends; a sequence gives no number twice, so a path's number may differ."""
    if found == wanted:
        return True
    return all(
        sorted(map(repr, here.values())) == sorted(map(repr, there.values()))
        for here, there in ((found.moves, wanted.moves), (found.timers, wanted.timers))
    )


def _die(act: Callable[[], None]) -> None:
    """Do something in a process of its own, which must be killed by itself."""
    pid = os.fork()
    if pid == 0:
        act()
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == -signal.SIGKILL, status


def stop_worker(stage: Stage, seed: int, rounds: int, *, dialect: str) -> Outcome:
    """Stop a worker in the midst of a chunk, before its journal rows, and let it go on later."""
    del seed  # nothing is left to chance
    return repeat(rounds, lambda: _stop_once(stage, dialect))


def _stop_once(stage: Stage, dialect: str) -> tuple[Audit, str]:
    stop_s, idle_s = stage.sized(90, 6), stage.sized(30, 2)
    url, wanted = stage.backlog(dialect, stage.sized(SELLERS, 90))
    flag = stage.folder / "stopped"
    flag.unlink(missing_ok=True)
    with stage.crew(url) as crew:
        limit = {"CHAOS_IDLE_S": str(idle_s)}
        stop = {"CHAOS_STOP_AT": "write.journal", "CHAOS_STOP_FLAG": str(flag)}
        late = crew.add(*RIGGED_WORKER, **stop, **limit)
        wait_for(late.started, "the worker at work")
        Bell(crew.redis).ring()
        wait_for(flag.exists, "the worker stopped")
        stopped, before = time.monotonic(), progress(url)
        crew.work(2, tickers=0)
        crew.add(*RIGGED_TICKER, **limit)
        passed_by = dialect == "postgresql"
        if passed_by:
            crew.finish()
        done_s = time.monotonic() - stopped
        time.sleep(max(0.0, stop_s - (time.monotonic() - stopped)))
        meanwhile = progress(url) - before
        late.signal(signal.SIGCONT)
        if passed_by:
            wait_for(lambda: "transaction.again" in late.log(), "the late worker is turned away")
        crew.finish()
    result = audit(url, wanted)
    if passed_by:
        result.check(done_s <= idle_s + GOING_ON_S, f"all done after {done_s:.0f} s only")
        told = (
            f"the others did all within {done_s:.1f} s (idle limit {idle_s} s), it was turned away"
        )
    else:
        result.check(meanwhile == 0, "others wrote while a writer stood")
        told = "the others waited"
    return result, f"stopped for {stop_s} s in the midst of a chunk, {told}"


def kill_relay(stage: Stage, seed: int, rounds: int) -> Outcome:
    """Kill the relay between sending a mail and marking it; its key tells a repeat."""
    toll = campaign(f"sqlite:///{stage.folder / 'outbox.db'}", kills=rounds, seed=seed)
    lost, doubled = toll.notices - len(toll.received), toll.repeats - toll.kills
    return Outcome(
        rounds,
        lost,
        max(0, doubled),
        holds=lost == 0 and doubled <= 0,
        detail=f"{toll.notices} notices, {toll.repeats} repeated, each with its key",
    )


FAULTS: Final = (
    Fault(
        "relay-killed",
        kill_relay,
        rounds=100,
        dose=0,  # tests/chaos/test_relay.py
        unit="kills -9 of the relay between sending a mail and marking it",
        holds="every notice arrives; a kill repeats at most the one in hand",
    ),
    *on_both(
        "kill",
        kill_workers,
        rounds=200,
        dose=1,
        unit="kills -9 of a worker at random",
        holds="others go on within 60 s",
        seeds=3,
    ),
    *on_both(
        "crash-point",
        crash_points,
        rounds=50,
        dose=1,
        suite="sqlite",
        unit="kills -9 at each point before and after each write and the commit",
        holds="no effect or the whole effect",
    ),
    *on_both(
        "stop",
        stop_worker,
        rounds=1,
        dose=1,
        suite="postgresql",
        unit="SIGSTOP for 90 s within a chunk, then SIGCONT",
        holds="PostgreSQL: passed by within the idle limit, the late one commits nothing; "
        "SQLite: others wait, each chunk is whole",
    ),
)
