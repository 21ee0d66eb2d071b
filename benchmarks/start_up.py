"""``due``, ``explain`` and ``show``, cold, compared with ``lazsa-flow --help``.

Each start is a process of its own, of the same interpreter, on a small SQLite database. Opening a
programme is measured within this process, where everything is imported, compared with a connection
of the driver that reads one row of the same database.

Units: milliseconds a start, or an opening.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns, seconds
from benchmarks.population.sample_sellers import NOW
from benchmarks.single_fire import under_review
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench

MEANING: Final = (
    "How much longer a person waits for a question at the shell than for the help, which asks "
    "nothing of a database."
)
_PATHS: Final = 20
_SCRIPT: Final = Path(sys.executable).parent / "lazsa-flow"


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure three commands compared with the help, and opening by itself."""
    url = bench.databases.filled("sqlite", _PATHS, _PATHS)
    number, subject = under_review(url)[0]
    commands = {
        "due": ("due", "--limit", "5"),
        "explain": ("explain", f"award-{number}"),
        "show": ("show", subject),
    }
    sides = [partial(_start_ms, *words, "--database", url) for words in commands.values()]
    reference, *ours = in_turns(bench.scale.starts, partial(_start_ms, "--help"), *sides)
    for name, taken in zip(commands, ours, strict=True):
        yield Figure.of(
            f"lazsa-flow {name}, cold, compared with lazsa-flow --help",
            taken,
            reference,
            unit="ms",
            goal=Goal(2.9),
        )
    opening, connecting = in_turns(
        bench.scale.fires,
        partial(seconds, partial(_open, url)),
        partial(seconds, partial(_read_one_row, url)),
    )
    yield Figure.of(
        "Programme.open, compared with a connection that reads one row, SQLite",
        opening * 1000,
        connecting * 1000,
        unit="ms",
        goal=Goal(10, absolute=True),
    )


def _start_ms(*words: str) -> float:
    command = [sys.executable, str(_SCRIPT), *words]
    return 1000 * seconds(
        lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={})
    )


def _open(url: str) -> None:
    with Programme.open(url, clock=VirtualClock(NOW)):
        pass


def _read_one_row(url: str) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        connection.execute("SELECT version_num FROM lazsa_alembic_version").fetchall()
