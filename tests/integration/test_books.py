"""The books are counted from timer rows: what no sweep has reached is due, and unexplained.

Source: programme.md, "The books".
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tests.integration.world import APRIL, DUE, OCTOBER

if TYPE_CHECKING:
    from tests.integration.world import World


def counted(world: World, on: date) -> tuple[int, int, int, int]:
    """Return due, moved, refused and unexplained of Singapore's books of a cycle date."""
    [book] = [each for each in world.programme.books() if (each.country, each.on) == ("SG", on)]
    return book.due, book.moved, book.refused, book.unexplained


def test_what_no_sweep_has_reached_is_unexplained(world: World) -> None:
    """Two decisions are due before the sweep, and nothing has been processed yet."""
    world.candidate("s1")
    world.facts("s2")
    world.now(date(2020, 3, 20))
    assert counted(world, date(2019, 10, 1)) == (1, 1, 0, 0)
    world.now(APRIL)
    assert counted(world, APRIL) == (1, 0, 0, 1)
    world.sweep()
    assert counted(world, APRIL) == (1, 1, 0, 0)


def test_what_falls_due_within_a_sweep_is_due(world: World) -> None:
    """A worker that slept for a year finds what its own moves have set: all of it is counted."""
    world.candidate("s1")
    world.now(date(2021, 5, 3))
    assert counted(world, APRIL) == (1, 0, 0, 1)
    assert counted(world, DUE) == (0, 0, 0, 0)
    world.sweep()
    assert counted(world, APRIL) == (1, 1, 0, 0)
    assert counted(world, OCTOBER) == (0, 0, 0, 0)
    assert counted(world, DUE) == (3, 2, 1, 0)
