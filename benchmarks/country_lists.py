"""A country team's lists: in the real sellers' year, and among 100,000 paths and 10,000.

``today``, ``list``, ``reviewers``, ``facts gaps`` and ``stats`` of one country, each as the library
answers it. The real file is the one of 1,494 sellers where it lies next to the clone, else the
sample that ships; its year is told by the demo, on SQLite. All of the 100,000 paths are in one
country; a list costs as much as it names, and where that grows with the population the reference
tells by how much.

Units: milliseconds an answer.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure
from benchmarks.harness.turns import in_turns, seconds
from benchmarks.population.sample_sellers import COUNTRY, MIDNIGHT, NOW
from lazsa_flow import Programme
from lazsa_flow.award.demo.run import DATABASE, run_story
from lazsa_flow.clock import VirtualClock
from tests.acceptance.shell import SELLERS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

    from benchmarks.harness.bench import Bench

MEANING: Final = (
    "How long a country team waits for each of its lists, and whether that grows with the "
    "number of sellers."
)
REAL_COUNTRY: Final = "ID"
CYCLE: Final = MIDNIGHT.astimezone(ZoneInfo("Asia/Singapore")).date()


def questions(country: str, cycle_on: date) -> Mapping[str, Callable[[Programme], Any]]:
    """Return the five lists of a country and cycle date."""
    return {
        "today": lambda programme: programme.today(country),
        "list": lambda programme: programme.find_all(country=country, state="awarded"),
        "reviewers": lambda programme: programme.reviewers(country, cycle_on),
        "facts gaps": lambda programme: programme.facts_gaps(country),
        "stats": lambda programme: programme.stats(country, cycle_on),
    }


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure the real file's year, then both stores."""
    yield from _real(bench)
    rounds, sizes = bench.scale.rounds, (bench.scale.listed, bench.scale.listed // 10)
    for store, called in STORES.items():
        with ExitStack() as stack:
            large, small = (
                stack.enter_context(
                    Programme.open(
                        stack.enter_context(bench.databases.filling(store, size, size // 1000)),
                        clock=VirtualClock(NOW),
                    )
                )
                for size in sizes
            )
            for name, ask in questions(COUNTRY, CYCLE).items():
                ours, reference = in_turns(
                    rounds,
                    partial(seconds, partial(ask, large)),
                    partial(seconds, partial(ask, small)),
                )
                yield Figure.of(
                    f"{name}: {sizes[0]:,} paths, compared with {sizes[1]:,}, {called}",
                    ours * 1000,
                    reference * 1000,
                    unit="ms",
                )


def _real(bench: Bench) -> Iterator[Figure]:
    """Tell a year of the real sellers, and ask."""
    file = _part_of(SELLERS, bench)
    told = run_story(bench.databases.folder / "year", sellers=file, years=1, seed=1, resume=False)
    sellers = file.read_text("utf-8").count("\n") - 1
    with Programme.open(f"sqlite:///{told.out / DATABASE}") as programme:
        last = max(
            book.on for book in programme.ledger() if book.country == REAL_COUNTRY and book.due
        )
        clock = VirtualClock(programme._runtime.rulebook.calendar(REAL_COUNTRY).start(last).at)
    with Programme.open(f"sqlite:///{told.out / DATABASE}", clock=clock) as programme:
        for name, ask in questions(REAL_COUNTRY, last).items():
            (ours,) = in_turns(bench.scale.rounds, partial(seconds, partial(ask, programme)))
            yield Figure.of(
                f"{name}: a year of {sellers:,} sellers, SQLite", ours * 1000, unit="ms"
            )


def _part_of(file: Path, bench: Bench) -> Path:
    """Return a file of sellers, no longer than the scale has it."""
    part = bench.databases.folder / "sellers.csv"
    with file.open(encoding="utf-8") as lines:
        part.write_text("".join(islice(lines, bench.scale.sellers + 1)), "utf-8")
    return part
