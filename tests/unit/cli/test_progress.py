"""A sweep shows how far it is, to whoever looks."""

from __future__ import annotations

from io import StringIO
from itertools import count

from rich.console import Console

from lazsa_flow.cli.progress import bars
from lazsa_flow.engine.sweep_result import ChunkResult, SweepResult
from tests.factories import CYCLE, midnight


def shown(*chunks: tuple[str, int], terminal: bool = True) -> str:
    """Return what stands there at the end, where each chunk took a second."""
    written = StringIO()
    to = Console(file=written, force_terminal=terminal, width=90, no_color=True)
    seconds = count()
    with bars(to, {"SG": 6000, "ID": 10}, clock=lambda: float(next(seconds))) as told:
        for country, moved in chunks:
            assert not told(
                ChunkResult(SweepResult(moved=moved), midnight(CYCLE, country), country)
            )
    return "\n".join(written.getvalue().splitlines()[-4:])


def test_each_country_has_a_bar() -> None:
    """Done of due, rate and time left, of each country by its own chunks."""
    text = shown(("SG", 1000), ("ID", 10), ("SG", 3000))
    for part in ("ID", "10/10", "10/s", "SG", "4000/6000", "2,000/s", "0:00:01 left"):
        assert part in text


def test_what_falls_due_in_the_sweep_counts_too() -> None:
    """A bar never stands beyond its end, and a country that had nothing due gets one."""
    text = shown(("SG", 6500), ("PH", 20))
    for part in ("6500/6500", "PH", "20/20", "0:00:00 left", "0/10"):
        assert part in text


def test_where_nobody_looks_nothing_is_drawn() -> None:
    """Into a pipe or a log no bar goes."""
    assert shown(("SG", 1000), terminal=False) == ""
