"""What if many tick, nobody ticks for a long time, or a machine's clock is wrong?"""

from __future__ import annotations

import json
import random
import time
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import SystemClock, VirtualClock
from lazsa_flow.runner.scheduler import turn_virtual_clock
from tests.chaos.audit import Audit, audit, progress, snapshot, undisturbed
from tests.chaos.crew import RIGGED, RIGGED_TICKER, RIGGED_WORKER, run_command, wait_for
from tests.chaos.fault import Outcome, on_both, repeat
from tests.chaos.population import START, retime
from tests.factories import noon

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from lazsa_flow.engine.sweep_result import ChunkResult
    from tests.chaos.stage import Stage

TICKERS: Final = 4
STEP_S: Final = 0.06
APRIL: Final = date(2020, 4, 1)


def many_tickers(stage: Stage, seed: int, rounds: int, *, dialect: str) -> Outcome:
    """Let four tickers ring at each of many boundaries, some sellers due at each."""
    chance = random.Random(seed)
    begin = SystemClock().now() + timedelta(seconds=stage.sized(20, 4))
    instants = [
        begin + timedelta(seconds=STEP_S * number)
        for number in range(rounds)
        for _ in range(chance.randint(1, 3))
    ]
    url, wanted = stage.boundaries(dialect, instants)
    with stage.crew(url) as crew:
        crew.work(2, tickers=TICKERS)
        time.sleep(max(0.0, (max(instants) - SystemClock().now()).total_seconds()))
        done_s = crew.finish()
    return Outcome.of(
        rounds,
        audit(url, wanted),
        f"{len(instants)} transitions at {rounds} boundaries {STEP_S * 1000:.0f} ms apart; "
        f"done {done_s:.1f} s after the last",
    )


def ticker_down(
    stage: Stage, seed: int, rounds: int, *, until: date, days: int, dialect: str
) -> Outcome:
    """Turn the clock to a date; then nobody ticks for days, and all is caught up at once.

    What comes of it is what comes of a clock that is turned from instant to instant.
    """
    del seed  # nothing is left to chance
    return repeat(rounds, lambda: _down_once(stage, dialect, until, days))


def _down_once(stage: Stage, dialect: str, until: date, days: int) -> tuple[Audit, str]:
    sellers = stage.sized(2640, 60)
    back = noon(until) + timedelta(days=days)
    url, punctual = (stage.copy(stage.pristine(dialect, sellers)) for _ in range(2))
    _turn(punctual, back)
    _turn(url, noon(until))
    done: list[datetime | None] = []

    def keep(chunk: ChunkResult) -> bool:
        done.append(chunk.due_at)
        return False

    with Programme.open(url, clock=VirtualClock(back)) as programme:
        programme.sweep(done=keep)
    instants = [at for at in done if at is not None]
    result = audit(url, snapshot(punctual), until=back, late=True)
    result.check(instants == sorted(instants), "an instant began before an earlier one ended")
    _check_effects(url, result)
    told = f"{sellers} sellers, down for {days} days from {until}, {len(done)} chunks to catch up"
    return result, told


def _turn(url: str, until: datetime) -> None:
    clock = VirtualClock(START)
    with Programme.open(url, clock=clock) as programme:
        turn_virtual_clock(programme, clock, programme.sweep, lambda: None, until=until)


def _check_effects(url: str, result: Audit) -> None:
    """Check that each timer took effect when it was due, and in order within its path."""
    found = snapshot(url)
    with Programme.open(url, clock=VirtualClock(START)) as programme:
        effective: dict[str, list[str]] = {}
        for row in programme.journal():
            effective.setdefault(row["path"], []).append(row["effective_at"])
    ordered = all(instants == sorted(instants) for instants in effective.values())
    result.check(ordered, "a path's moves are out of order")
    late = sum(
        status in ("fired", "refused")
        and effective[f"award-{path}"][(seq or 0) - 1][:19] != due_at.isoformat()[:19]
        for (path, _, due_at), (status, seq) in found.timers.items()
    )
    result.check(late == 0, f"{late} took effect at another instant than they were due")


class _Clock:
    """The wrong clock of some processes: a file that says by how much."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.set(timedelta())

    def set(self, off: timedelta) -> None:
        """Put it wrong by so much."""
        late = self.file.with_suffix(".next")
        late.write_text(str(off.total_seconds()), "utf-8")
        late.replace(self.file)


def wrong_clock(stage: Stage, seed: int, rounds: int, *, off: timedelta, dialect: str) -> Outcome:
    """Put the clock of ticker and worker wrong in the midst of their work, and right again.

    SQLite has no other clock: what falls due by the wrong one is done by it, once.
    """
    del seed  # nothing is left to chance
    return repeat(rounds, lambda: _wrong_once(stage, dialect, off))


def _wrong_once(stage: Stage, dialect: str, off: timedelta) -> tuple[Audit, str]:
    sellers, clock = stage.sized(1000, 40), _Clock(stage.folder)
    now = SystemClock().now()
    instants = [(now, now + timedelta(days=1))[number % 2] for number in range(sellers)]
    url = stage.nominated(dialect, instants)
    spare, early = stage.copy(url), Audit()
    with stage.crew(url) as crew:
        variables = {"CHAOS_CLOCK": str(clock.file)}
        worker, ticker = (crew.add(*words, **variables) for words in (RIGGED_WORKER, RIGGED_TICKER))
        wait_for(lambda: worker.started() and ticker.started(), "both at work")
        wait_for(lambda: progress(url) == sellers + sellers // 2, "the first half is done")
        clock.set(off)
        at = SystemClock().now() + timedelta(seconds=1)
        retime(url, at)
        time.sleep(stage.sized(30, 2))
        if dialect == "postgresql":
            wait_for(lambda: "clock.wrong" in crew.log(), "the alarm")
            early.check(progress(url) == sellers + sellers // 2, "it went on by a wrong clock")
        told = _doctor(url, stage.folder, variables)
        clock.set(timedelta())
        told = told or _doctor(url, stage.folder, variables)
        done_s = crew.finish()
    retime(spare, at)
    believed = dialect == "sqlite" and off > timedelta()
    result = audit(url, undisturbed(spare, now + off if believed else at))
    result.add(early)
    result.check(bool(told), "doctor does not tell")
    return result, f"doctor: {told}; right again, all done after {done_s:.1f} s"


def _doctor(url: str, folder: Path, variables: dict[str, str]) -> str:
    """Return what doctor has to say of the clock, by that clock; nothing where it finds it ok."""
    words = (RIGGED, "doctor", "--database", url, "--json")
    _, told = run_command(*words, folder=folder, **variables)
    (clock,) = (check for check in json.loads(told) if check["name"] == "clock")
    return "" if clock["status"] == "ok" else f"{clock['status']}, {clock['found']}"


FAULTS: Final = (
    *on_both(
        "tickers",
        many_tickers,
        rounds=1000,
        dose=4,
        suite="postgresql",
        unit="boundaries, at each of which four tickers ring",
        holds="nothing is done twice, missed or early",
    ),
    *on_both(
        "ticker-down-3-days",
        partial(ticker_down, until=date(2020, 3, 30), days=3),
        rounds=1,
        dose=1,
        suite="sqlite",
        unit="time nobody ticks for 3 days across a boundary",
        holds="in order within a path, an instant ends before a later one begins, "
        "with effect from when it was due",
    ),
    *on_both(
        "ticker-down-8-months",
        partial(ticker_down, until=date(2020, 9, 15), days=243),
        rounds=1,
        dose=1,
        suite="sqlite",
        unit="time nobody ticks for 8 months across boundaries",
        holds="in order within a path, an instant ends before a later one begins, "
        "with effect from when it was due",
    ),
    *on_both(
        "clock-back",
        partial(wrong_clock, off=-timedelta(hours=2)),
        rounds=1,
        dose=1,
        suite="sqlite",
        unit="time the machine's clock goes back 2 hours",
        holds="no refire; PostgreSQL: halt and alarm; doctor tells",
    ),
    *on_both(
        "clock-forward",
        partial(wrong_clock, off=timedelta(days=365)),
        rounds=1,
        dose=1,
        suite="postgresql",
        unit="time the machine's clock goes forward a year",
        holds="PostgreSQL: halt and alarm; SQLite: no refire; doctor tells",
    ),
)
