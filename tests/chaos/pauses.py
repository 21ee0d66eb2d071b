"""What if an operator pauses while very much is due, whoever is at work on it?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import SystemClock, VirtualClock
from lazsa_flow.engine.chunk_size import CHUNK
from lazsa_flow.lifecycle.model import Actor
from tests.chaos.audit import Audit, audit, progress
from tests.chaos.crew import wait_for
from tests.chaos.fault import Outcome, on_both, repeat

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.crew import Crew
    from tests.chaos.stage import Stage

OPERATOR: Final = Actor("operator", "ops-1")
SETTLED_S: Final = 5.0
"""For so long nothing may fire any more before it is taken for stopped."""
WORKERS: Final = 2


def _by_hand(crew: Crew) -> int:
    crew.add("lazsa_flow", "sweep")
    return 1


def _in_one_process(crew: Crew) -> int:
    crew.add("lazsa_flow", "run", LAZSA_REDIS_URL="")
    return 1


def _by_workers(crew: Crew) -> int:
    crew.work(WORKERS)
    return WORKERS


WRITERS: Final[dict[str, Callable[[Crew], int]]] = {
    "sweep": _by_hand,
    "run": _in_one_process,
    "workers": _by_workers,
}
"""Who fires: each starts it and returns how many chunks can be in hand at a time."""


def pause(stage: Stage, seed: int, rounds: int, *, dialect: str) -> Outcome:
    """Pause once the first chunk has fired; at most what is in hand may follow."""
    del seed  # nothing is left to chance
    return repeat(rounds, lambda: _pause_once(stage, dialect))


def _pause_once(stage: Stage, dialect: str) -> tuple[Audit, str]:
    sellers = stage.sized(45_000, 60)
    total, figures = Audit(), []
    for name, start in WRITERS.items():
        url, wanted = stage.backlog(dialect, sellers)
        with stage.crew(url) as crew:
            opened = progress(url)
            in_hand = start(crew)
            wait_for(lambda: progress(url) > opened, "the first chunk has fired")  # noqa: B023
            with Programme.open(url) as programme:
                due = programme._runtime.store.count_due(SystemClock().now(), 1_000_000)
                programme.pause(actor=OPERATOR, reason="the wrong facts")
            at_pause = progress(url)
            after = _wait_until_still(url) - at_pause
            total.check(after <= in_hand * CHUNK, f"{name}: {after} moves after the pause")
            with Programme.open(url, clock=VirtualClock(SystemClock().now())) as programme:
                total.check(programme.paused(), f"{name}: the pause is gone")
                programme.resume(actor=OPERATOR)
            crew.finish()  # what has ended is started again
        total.add(audit(url, wanted))
        figures.append(f"{name}: {due} due, {after} moves after the pause")
    return total, "; ".join(figures)


def _wait_until_still(url: str) -> int:
    """Wait until no more moves are recorded; return how many there are."""
    last, since = progress(url), time.monotonic()
    while time.monotonic() - since < SETTLED_S:
        time.sleep(0.2)
        if (found := progress(url)) != last:
            last, since = found, time.monotonic()
    return last


FAULTS: Final = (
    *on_both(
        "pause",
        pause,
        rounds=1,
        dose=0,
        unit="time an operator pauses while 90,000 timers and more are due",
        holds="by hand, in one process and with workers, no more than the chunks in hand fire "
        "after the pause; resumed, all is done",
    ),
)
