"""The workbench of a benchmark.

Its scale, databases, and for a cycle night of any size: a population that is due at one midnight,
with the answers of a first sweep next to it. The rows that the set-based reference writes are
compared with the sweep's before anything is timed.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from benchmarks.harness.answers import differing, put_answers, take_answers
from benchmarks.harness.databases import Databases
from benchmarks.harness.setbased import set_based_seconds
from benchmarks.harness.sweeper import sweep
from benchmarks.population.sample_sellers import NOW
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.harness.answers import Answers
    from benchmarks.harness.databases import Store
    from benchmarks.harness.setbased import Part
    from benchmarks.harness.sweeper import Sweep

_WARM_UP: Final = 100


@dataclass(frozen=True, slots=True)
class Scale:
    """How large everything is.

    Attributes:
        rounds: How often each side is measured, after a round to warm up.
        bulk: Paths due where a sweep is measured against a set-based statement.
        large: Paths due where time and memory of the largest sweep are told.
        tenth: Paths due in the sweep that its memory is compared with.
        part: Paths due of a large population, and of one of that size.
        found: Paths due where they are looked up.
        small: The small population in which they are looked up.
        messages: Messages that a peer handles in a turn.
        setups: How many setups of a peer are tried.
        mails: Mails that two processes send in a turn.
        fires: Single fires.
        decisions: Decisions.
        starts: Starts of the command line.
        listed: Paths in a country that is listed.
        sellers: The longest file of sellers whose year is told.
        imported: Facts in a file that is imported.
        awaited: Facts in a file during whose import others work.
        sizes: How many paths the databases have whose size, night and files are told.
    """

    rounds: int = 5
    bulk: int = 50_000
    large: int = 1_000_000
    tenth: int = 100_000
    part: int = 20_000
    found: int = 1_000
    small: int = 10_000
    messages: int = 2_000
    setups: int = 4
    mails: int = 6_000
    fires: int = 400
    decisions: int = 20_000
    starts: int = 25
    listed: int = 100_000
    sellers: int = 10_000
    imported: int = 100_000
    awaited: int = 200_000
    sizes: tuple[int, ...] = (10_000, 100_000)


FULL: Final = Scale()
QUICK: Final = Scale(
    rounds=1,
    bulk=200,
    large=400,
    tenth=40,
    part=40,
    found=20,
    small=40,
    messages=60,
    setups=1,
    mails=40,
    fires=10,
    decisions=200,
    starts=2,
    listed=40,
    sellers=60,
    imported=600,
    awaited=600,
    sizes=(40,),
)


@dataclass(frozen=True, slots=True)
class Night:
    """A population that is due at one midnight.

    Attributes:
        url: The database, with the answers in tables of their own; copy it, never write to it.
        swept: The same after our sweep.
        due: How many paths are due.
        answers: What a sweep writes.
    """

    url: str
    swept: str
    due: int
    answers: Sequence[Answers]


class Bench:
    """What a benchmark works with.

    Args:
        scale: How large everything is.
        databases: Where its databases come from.
    """

    def __init__(self, scale: Scale, databases: Databases) -> None:
        self.scale = scale
        self.databases = databases
        self._nights: dict[tuple[Store, int], Night] = {}

    def night(self, store: Store, due: int) -> Night:
        """Return a population of which every path is due; made once.

        Raises:
            RuntimeError: The sweep left books that do not balance or a journal that does not
                verify, or the set-based statement wrote other rows than the sweep.
        """
        if (store, due) not in self._nights:
            self._nights[store, due] = self._make_night(store, due)
        return self._nights[store, due]

    def _make_night(self, store: Store, due: int) -> Night:
        filled = self.databases.filled(store, due, due)
        swept, url = self.databases.duplicate(filled), self.databases.duplicate(filled)
        self.sweep(store, swept)
        _check(swept)
        answers = take_answers(filled, swept)
        put_answers(url, answers)
        with self.databases.copy(url) as written:
            set_based_seconds(written, answers)
            if differ := differing(swept, written):
                raise RuntimeError(f"other rows in {', '.join(differ)}")
        return Night(url, swept, due, answers)

    def fill_warm_up(self, store: Store) -> str:
        """Return a small database for a process to warm up with; never write to it."""
        few = min(_WARM_UP, self.scale.bulk)
        return self.databases.filled(store, few, few)

    def sweep(self, store: Store, *urls: str, workers: int = 1, **options: Any) -> Sweep:
        """Sweep one database or several by processes of their own, warmed up."""
        with self.databases.copy(self.fill_warm_up(store)) as warm_up:
            return sweep(*urls, warm_up=warm_up, workers=workers, **options)

    def sweep_seconds(self, store: Store, night: Night, **options: Any) -> float:
        """Return how long a sweep of a copy of a night takes.

        Raises:
            RuntimeError: Not everything that was due has moved.
        """
        with self.databases.copy(night.url) as url:
            swept = self.sweep(store, url, **options)
        if swept.moved != night.due:
            raise RuntimeError(f"{swept.moved} of {night.due} moved")
        return swept.seconds

    def set_based_seconds(self, night: Night, parts: Sequence[Part | None] = (None,)) -> float:
        """Return how long the set-based statements take on a copy of a night."""
        with self.databases.copy(night.url) as url:
            return set_based_seconds(url, night.answers, parts)


@contextmanager
def opened(scale: Scale) -> Iterator[Bench]:
    """Give a benchmark what it works with, for a while."""
    with Databases() as databases:
        yield Bench(scale, databases)


def _check(url: str) -> None:
    with Programme.open(url, clock=VirtualClock(NOW)) as programme:
        programme.verify_journal()
        if wrong := [book for book in programme.books() if book.unexplained]:
            raise RuntimeError(f"books that do not balance: {wrong}")
