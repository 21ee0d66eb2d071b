"""A rehearsal in a process of its own: how long it takes, and how much memory.

``python -m benchmarks.harness.rehearser URL WARM_UP CONDITIONS`` rehearses a small database to warm
up, as the process of a night sweeps one; then it opens the programme an hour before the midnight of
the population, and rehearses that date under one condition or under all of them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from time import perf_counter
from typing import Final

from benchmarks.harness.sweeper import peak_mb
from benchmarks.population.sample_sellers import MIDNIGHT
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.foresight.nights import read_night
from lazsa_flow.foresight.runs import run_all
from lazsa_flow.foresight.scratch import copy_due
from lazsa_flow.service.part import runtime_of
from lazsa_flow.store.scratch.copying import Due

_ON: Final = date(2021, 4, 1)
_ONE_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What a rehearsal took.

    Attributes:
        seconds: Of the rehearsal, without the start of its process.
        outcomes: Of how many paths it told the outcome.
        peak_mb: The most memory that its process ever held.
    """

    seconds: float
    outcomes: int
    peak_mb: float


def rehearse(url: str, *, warm_up: str, conditions: str) -> Rehearsed:
    """Rehearse the population's midnight.

    Args:
        url: The database, which is only read.
        warm_up: A small one, which is rehearsed before the clock starts.
        conditions: ``one``, or ``all`` for every combination of assumptions.
    """
    command = [sys.executable, "-m", __name__, url, warm_up, conditions]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return Rehearsed(**json.loads(done.stdout))


def _main(url: str, warm_up: str, conditions: str) -> None:
    rehearsing = _rehearse_all if conditions == "all" else _rehearse_once
    with _open(warm_up) as programme:
        rehearsing(programme)
    with _open(url) as programme:
        programme.next_due()
        start = perf_counter()
        outcomes = rehearsing(programme)
        seconds = perf_counter() - start
    print(json.dumps({"seconds": seconds, "outcomes": outcomes, "peak_mb": peak_mb()}))


def _open(url: str) -> Programme:
    return Programme.open(url, clock=VirtualClock(MIDNIGHT - _ONE_HOUR))


def _rehearse_all(programme: Programme) -> int:
    return len(programme.rehearse(on=_ON).outcomes)


def _rehearse_once(programme: Programme) -> int:
    """Copy what is due and run the date as recorded; return how many outcomes there are."""
    runtime = runtime_of(programme)
    known = runtime.application.assumptions
    asked = tuple(each.options()[0] for each in known)
    night = read_night(runtime.context, _ON, programme.clock.now(), None, "rehearse")
    with copy_due(runtime, Due(night.until)) as scratch:
        found = run_all(scratch, night, known, asked, only_asked=True)
    return len(found.runs[asked])


if __name__ == "__main__":
    _main(*sys.argv[1:])
