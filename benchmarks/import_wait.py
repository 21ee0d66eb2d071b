"""The longest wait of a command during an import of facts, on SQLite, where one writes at a time.

A process imports a file while another nominates one seller after the other, at least 20 a second;
told is the longest of all nominations that began while the import ran. The reference is the
longest of as many nominations without an import.

Units: milliseconds.
"""

from __future__ import annotations

import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks.facts_import import MONTHS, NOW, write_facts
from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import seconds
from lazsa_flow import Actor, Programme
from lazsa_flow.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.harness.bench import Bench

MEANING: Final = "Who nominates while a large file is imported hardly notices it."
_PAUSE_S: Final = 0.03
_IMPORT: Final = """
import sys
from datetime import datetime
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock

url, now, file = sys.argv[1:]
with Programme.open(url, clock=VirtualClock(datetime.fromisoformat(now))) as programme:
    programme.import_facts(file)
"""


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure the longest wait."""
    rows = bench.scale.awaited
    folder = bench.databases.folder
    before, file = (write_facts(folder / f"wait-{month}.csv", rows, month) for month in MONTHS)
    url = bench.databases.empty("sqlite")
    Programme.migrate(url)
    with Programme.open(url, clock=VirtualClock(NOW)) as programme:
        programme.import_facts(before)
        argv = [sys.executable, "-c", _IMPORT, url, NOW.isoformat(), str(file)]
        with subprocess.Popen(argv) as importing:
            during = list(_nominate(programme, lambda _done: importing.poll() is None, "during"))
        assert importing.returncode == 0
        alone = list(_nominate(programme, lambda done: done < len(during), "alone"))
    yield Figure.of(
        f"longest nomination during an import of {rows:,} facts, SQLite",
        max(during) * 1000,
        max(alone) * 1000,
        unit="ms",
        goal=Goal(300, absolute=True),
    )


def _nominate(programme: Programme, going_on: Callable[[int], bool], name: str) -> Iterator[float]:
    """Nominate one known seller by one employee after the other; yield how long each took."""
    done = 0
    while going_on(done):
        actor = Actor("employee", f"{name}-{done}")
        command = partial(programme.nominate, "seller-0000001", actor=actor, statement="")
        yield seconds(command)
        done += 1
        time.sleep(_PAUSE_S)
