"""One nomination compared with one fire, both by the public API with an idempotency key.

A nomination opens a path, keeps the statement and adds the nomination's row; a fire moves a path
that is open. Both are one durable transaction of a command.

Units: milliseconds a command, the median.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns
from benchmarks.population.sample_sellers import COUNTRY, MIDNIGHT
from benchmarks.single_fire import EVE, timed, under_review, withdraw
from lazsa_flow import Actor, Programme
from lazsa_flow.clock import VirtualClock
from tests.factories import facts, record_facts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.harness.bench import Bench

MEANING: Final = (
    "How long a person waits for a nomination, compared with any other move: a nomination is one"
    " transaction, and not several moves."
)
NOMINATOR: Final = Actor("employee", "emp-1")
STATEMENT: Final = "Answers every question of new sellers, and shows them how."


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores."""
    for store, called in STORES.items():
        filled = bench.databases.filled(store, bench.scale.fires * 2, bench.scale.fires * 2)
        paths = under_review(filled)[: bench.scale.fires]
        with (
            bench.databases.copy(filled) as url,
            Programme.open(url, clock=VirtualClock(EVE)) as programme,
        ):
            sellers = new_sellers(programme, len(paths))
            ours, reference = in_turns(
                len(paths),
                timed(sellers, partial(nominate, programme)),
                timed(paths, partial(withdraw, programme)),
                warm=False,
            )
        yield Figure.of(
            f"one nomination, p50, compared with one fire, {called}",
            ours * 1000,
            reference * 1000,
            unit="ms",
            goal=Goal(1.3),
        )


def new_sellers(programme: Programme, count: int) -> Sequence[str]:
    """Record facts of sellers who were never nominated; return their ids."""
    sellers = [f"new-{number:06}" for number in range(count)]
    as_of = MIDNIGHT.date().replace(day=1)
    model = facts(country=COUNTRY, as_of=as_of)
    record_facts(programme, [replace(model, seller=each) for each in sellers])
    return sellers


def nominate(programme: Programme, seller: str) -> None:
    """Nominate a seller."""
    programme.nominate(seller, actor=NOMINATOR, statement=STATEMENT, key=f"nominate-{seller}")
