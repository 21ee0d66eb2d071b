"""Progress bars, on standard error and on a terminal alone: of a sweep, an import, and any work."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from lazsa_flow.cli.common import console

if TYPE_CHECKING:
    from lazsa_flow.engine.sweep_result import ChunkResult


@contextmanager
def bars(
    to: Console, due: Mapping[str, int], *, clock: Callable[[], float] = time.monotonic
) -> Iterator[Callable[[ChunkResult], bool]]:
    """Show a bar for each country, with rate and time left; where nobody looks, show nothing.

    Args:
        to: The console; only a terminal is drawn on.
        due: How many timers are due, by country; what falls due in the sweep is added.
        clock: Returns seconds; countries take turns, and each is charged with its own chunks' time.

    Yields:
        What is called with every chunk's result.
    """
    if not to.is_terminal:
        yield lambda chunk: False
        return
    columns = [TextColumn(f"{{task.{field}}}") for field in ("fields[rate]", "fields[left]")]
    spent: defaultdict[str, float] = defaultdict(float)
    done: defaultdict[str, int] = defaultdict(int)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *columns, console=to
    ) as progress:

        def add(country: str) -> TaskID:
            return progress.add_task(country, total=due.get(country, 0), rate="", left="")

        tasks = {country: add(country) for country in sorted(due)}
        before = clock()

        def report(chunk: ChunkResult) -> bool:
            nonlocal before
            country, now = chunk.country, clock()
            spent[country] += now - before
            done[country] += chunk.swept.total
            before = now
            total = max(due.get(country, 0), done[country])
            rate = done[country] / spent[country] if spent[country] else 0.0
            left = timedelta(seconds=round((total - done[country]) / rate)) if rate else ""
            if country not in tasks:
                tasks[country] = add(country)
            progress.update(
                tasks[country],
                completed=done[country],
                total=total,
                rate=f"{rate:,.0f}/s",
                left=f"{left} left",
            )
            return False

        yield report


@contextmanager
def rows_bar(what: str, file: Path) -> Iterator[Callable[[int], None]]:
    """Show on standard error how many rows of a file are read; where nobody looks, nothing.

    Args:
        what: What the rows are.
        file: The file; its number of lines is the largest possible number of rows.

    Yields:
        What is called with the number of rows that were read so far.
    """
    to = console(stderr=True)
    if not to.is_terminal:
        yield lambda rows: None
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=to
    ) as progress:
        task = progress.add_task(what, total=_count_rows(file))
        yield lambda rows: progress.update(task, completed=rows)


@contextmanager
def working_bar(what: str) -> Iterator[None]:
    """Show on standard error that work goes on, and for how long; it is gone when the work is done.

    For work whose end is not known. Nothing is asked or printed within it.

    Args:
        what: What is done, such as ``verify``.
    """
    to = console(stderr=True)
    if not to.is_terminal:
        yield
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=to, transient=True) as progress:
        progress.add_task(what, total=None)
        yield


def _count_rows(file: Path) -> int | None:
    """Return how many lines follow a file's header; none if it cannot be read."""
    try:
        with file.open("rb") as stream:
            return max(sum(1 for _ in stream) - 1, 0)
    except (OSError, ValueError):  # the reader will say so
        return None
