"""One cycle night as an operator has it: ``lazsa-flow sweep --now …`` on both stores.

The whole command, from its start to its end, interpreter and all; the books balance after it.

Units: seconds.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure
from benchmarks.harness.turns import in_turns, seconds
from benchmarks.population.sample_sellers import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench


MEANING: Final = "How long an operator waits for one whole night that is started by hand."


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores."""
    due = bench.scale.bulk
    for store, called in STORES.items():
        filled = bench.databases.filled(store, due, due)
        [ours] = in_turns(bench.scale.rounds, partial(_sweep, bench, filled, due))
        yield Figure.of(f"lazsa-flow sweep, {due:,} due at one midnight, {called}", ours, unit="s")


def _sweep(bench: Bench, filled: str, due: int) -> float:
    with bench.databases.copy(filled) as url:
        taken = seconds(lambda: _run("sweep", "--now", NOW.isoformat(), "--yes", "--database", url))
        books = json.loads(_run("ledger", "--json", "--now", NOW.isoformat(), "--database", url))
    if any(book["unexplained"] for book in books):
        raise RuntimeError(f"books that do not balance after {due} were due")
    return taken


def _run(*arguments: str) -> str:
    script = Path(sys.executable).parent / "lazsa-flow"
    done = subprocess.run([str(script), *arguments], check=True, capture_output=True, text=True)
    return done.stdout
