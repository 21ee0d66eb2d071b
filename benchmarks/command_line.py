"""``lazsa-flow --help``, cold, compared with a typer program with nothing in it.

Each start is a process of its own, of the same interpreter.

Units: milliseconds a start.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench

_EMPTY: Final = """
import typer

app = typer.Typer()


@app.command()
def nothing() -> None:
    "Do nothing."


app()
"""


MEANING: Final = (
    "How much longer a person waits for the help of the command line than for the smallest "
    "program of its kind."
)


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both."""
    empty = bench.databases.folder / "empty.py"
    empty.write_text(_EMPTY, encoding="utf-8")
    script = Path(sys.executable).parent / "lazsa-flow"
    ours, reference = in_turns(
        bench.scale.starts, lambda: _help_ms(script), lambda: _help_ms(empty)
    )
    yield Figure.of(
        "lazsa-flow --help, cold, compared with an empty typer program",
        ours,
        reference,
        unit="ms",
        goal=Goal(1.3),
    )


def _help_ms(script: Path) -> float:
    command = [sys.executable, str(script), "--help"]
    return 1000 * seconds(
        lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={})
    )
