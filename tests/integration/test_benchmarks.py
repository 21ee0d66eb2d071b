"""Do the benchmarks measure what they say, on a population that the programme itself would make?

They run at the smallest scale; how long anything takes is not asked here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest

from benchmarks.harness.answers import differing
from benchmarks.harness.bench import QUICK, Bench, opened
from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.page_order import SECTIONS, arrange
from benchmarks.harness.registry import Benchmark, load, names
from benchmarks.harness.setbased import set_based_seconds
from benchmarks.population.fill import fill
from benchmarks.population.sample_sellers import NOW
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SCALE = replace(QUICK, bulk=20, messages=10, decisions=1000)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """What benchmarks work with, at the smallest scale."""
    with opened(SCALE) as made:
        yield made


@pytest.mark.parametrize("store", STORES)
def test_population(store: str, tmp_path: Path, postgres: Callable[[], str]) -> None:
    """A population's journal verifies, its due half comes to every outcome, its books balance."""
    url = postgres() if store == "postgresql" else f"sqlite:///{tmp_path / 'filled.db'}"
    fill(url, sellers=60, due=30)
    with Programme.open(url, clock=VirtualClock(NOW)) as programme:
        programme.verify_journal()
        assert programme.sweep().moved == 30
        programme.verify_journal()
        assert not [book for book in programme.books() if book.unexplained]
        assert programme.states() == {
            "awarded": 9 + 15,
            "declined": 9 + 8,
            "nominated": 7,
            "renewed": 6,
            "retired": 3,
            "under_review": 3,
        }


@pytest.mark.parametrize("store", STORES)
def test_copied_sleepers(store: str, tmp_path: Path, postgres: Callable[[], str]) -> None:
    """Sellers whom the database makes have ids of their own, and nothing of theirs is due."""
    url = postgres() if store == "postgresql" else f"sqlite:///{tmp_path / 'copied.db'}"
    fill(url, sellers=130, due=10, copied=20)
    with Programme.open(url, clock=VirtualClock(NOW)) as programme:
        assert sum(programme.states().values()) == 130
        assert programme.sweep().moved == 10
        assert programme.next_due() != NOW


@pytest.mark.parametrize("name", ["decision"])
def test_figures(bench: Bench, name: str) -> None:
    """Every figure of a benchmark is written with all its fields."""
    assert name in names()
    figures = list(load(name).figures(bench))
    assert len(figures) >= 2
    for figure in figures:
        fields = figure.fields()
        assert set(fields) == {"name", "ours", "reference", "ratio", "goal", "holds", "unit"}
        assert fields["ratio"] == pytest.approx(fields["ours"] / fields["reference"], rel=0.01)


@pytest.mark.parametrize("store", STORES)
def test_reference_rows(bench: Bench, store: Literal["sqlite", "postgresql"]) -> None:
    """The set-based reference writes the sweep's rows to the byte, and it is seen where not."""
    night = bench.night(store, SCALE.bulk)
    with bench.databases.copy(night.url) as url:
        set_based_seconds(url, night.answers)
        assert differing(night.swept, url) == []
    journal = next(each for each in night.answers if each.table == "lazsa_journal")
    others = [each for each in night.answers if each is not journal]
    with bench.databases.copy(night.url) as url:
        set_based_seconds(url, others)
        assert differing(night.swept, url) == ["lazsa_journal"]


def test_foreign_benchmark(bench: Bench) -> None:
    """A benchmark that takes nothing and returns a mapping is told like any other."""
    fields = {
        "name": "relay",
        "ours": 8.0,
        "reference": 10.0,
        "ratio": 0.8,
        "goal": 0.7,
        "holds": True,
        "unit": "mails/s",
    }
    [figure] = Benchmark("relay", "", lambda: fields).figures(bench)
    assert figure.fields() == {**fields, "goal": "≥ 0.7 ×"}


@pytest.mark.parametrize(
    ("goal", "ours", "reference", "holds"),
    [
        (Goal(0.6, at_least=True), 6, 10, True),
        (Goal(0.6, at_least=True), 5, 10, False),
        (Goal(1.3), 13, 10, True),
        (Goal(1.3), 14, 10, False),
        (Goal(3, absolute=True), 3, 1, True),
        (Goal(3, absolute=True), 4, 40, False),
    ],
)
def test_goals(goal: Goal, ours: float, reference: float, holds: bool) -> None:
    """A goal bounds the ratio, or our own figure, from below or above, its bound included."""
    assert Figure.of("f", ours, reference, unit="s", goal=goal).holds is holds


def test_page_order() -> None:
    """The page has every benchmark once, in its section's order, and those of no section last."""
    named = [name for section in SECTIONS for name in section.names]
    assert len(named) == len(set(named))
    arranged = arrange(["zebra", *reversed(names())])
    assert sorted(name for _, found in arranged for name in found) == sorted([*names(), "zebra"])
    assert arranged[-1][1][-1] == "zebra"
    for section, found in arranged[:-1]:
        assert found == [name for name in section.names if name in found]


def test_every_benchmark_says_what_it_means() -> None:
    """Each has a heading and a sentence for people, and stands in a section of the page."""
    assert set(names()) <= {name for section in SECTIONS for name in section.names}
    for name in names():
        benchmark = load(name)
        assert benchmark.told.partition("\n")[0].endswith("."), name
        assert benchmark.meaning.endswith("."), name


@pytest.mark.parametrize(
    ("ours", "reference", "unit", "said"),
    [
        (380, 10, "paths/s", "38 × as fast"),
        (5, 10, "paths/s", "0.5 of the speed"),
        (13, 10, "ms", "1.3 × the time"),
        (11, 10, "MB", "1.1 × the memory"),
        (11, None, "s", ""),
    ],
)
def test_ratio_in_words(ours: float, reference: float | None, unit: str, said: str) -> None:
    """A ratio's words say which way it goes: speed, time or memory."""
    assert Figure.of("f", ours, reference, unit=unit).in_words == said
