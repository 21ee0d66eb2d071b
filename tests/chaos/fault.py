"""What is a fault, to whoever runs it?"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.chaos.audit import Audit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.chaos.stage import Stage


@dataclass(frozen=True)
class Outcome:
    """What a fault came to.

    Attributes:
        rounds: How often it was done.
        holds: Whether all that must hold held.
        detail: Figures, and what did not hold.
    """

    rounds: int
    lost: int
    doubled: int
    holds: bool
    detail: str

    @classmethod
    def of(cls, rounds: int, audit: Audit, detail: str) -> Outcome:
        """Make it of what an audit found."""
        told = "; ".join([detail, *audit.problems])
        return cls(rounds, audit.lost, audit.doubled, audit.holds, told)


def repeat(rounds: int, once: Callable[[], tuple[Audit, str]]) -> Outcome:
    """Do something so many times; the figures told are those of the last time."""
    total, detail = Audit(), ""
    for _ in range(rounds):
        found, detail = once()
        total.add(found)
    return Outcome.of(rounds, total, detail)


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    Attributes:
        name: What ``./dev chaos`` calls it.
        run: Does it, on a stage, with a seed, so many times.
        rounds: How often, at full scale.
        dose: How often in the suite; 0 where the other store stands for both.
        unit: What a round is.
        holds: What must hold, besides that nothing is lost or doubled.
        seeds: With how many seeds, at full scale.
        fsync: Whether PostgreSQL must wait for the disk.
    """

    name: str
    run: Callable[[Stage, int, int], Outcome]
    rounds: int
    dose: int
    unit: str
    holds: str
    seeds: int = 1
    fsync: bool = False


def on_both(
    name: str, run: Callable[..., Outcome], *, dose: int, suite: str = "both", **others: Any
) -> Iterator[Fault]:
    """Yield a fault on SQLite and the same on PostgreSQL.

    Args:
        name: What both are called, but for the store.
        run: Does it, on the store that ``dialect`` names.
        dose: How often in the suite.
        suite: On which store the suite does it.
        others: What else a fault has.
    """
    for dialect in ("sqlite", "postgresql"):
        yield Fault(
            f"{name}-{dialect}",
            partial(run, dialect=dialect),
            dose=dose if suite in (dialect, "both") else 0,
            **others,
        )
