"""Measuring two sides fairly.

In turns, so that whatever the machine does besides falls on all of them; after a round to warm up;
and by the median.
"""

from __future__ import annotations

from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def in_turns(rounds: int, *sides: Callable[[], float], warm: bool = True) -> list[float]:
    """Let every side measure itself in turns.

    Args:
        rounds: How often each side is measured.
        sides: Each prepares what it needs, does the work, and returns its measurement.
        warm: Whether a round goes before whose measurements are thrown away.

    Returns:
        Each side's median.
    """
    measured: list[list[float]] = [[] for _ in sides]
    for number in range(rounds + warm):
        for taken, side in zip(measured, sides, strict=True):
            value = side()
            if number or not warm:
                taken.append(value)
    return [median(taken) for taken in measured]


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    start = perf_counter()
    work()
    return perf_counter() - start
