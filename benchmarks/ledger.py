"""The ledger, among 100,000 paths compared with a tenth of them.

What has ended is read from the counted flows, what is open along the indexes of what is due and of
what is parked. The instant is one at which nothing is due.

Units: milliseconds an answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks.harness.databases import STORES
from benchmarks.picture import answers
from lazsa_flow import Programme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench
    from benchmarks.harness.figures import Figure

MEANING: Final = "How long the ledger takes, and whether that grows with the number of sellers."


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure both stores."""
    for store in STORES:
        yield from answers(bench, store, {"ledger": Programme.ledger})
