"""The stage of the demo's story: the programme, its sellers, and chance, as every act needs them.

Who does what is drawn by a generator seeded with the story's seed, the act and the seller, from the
seller's present state. So the fate of one seller does not depend on that of another, an act that
was interrupted can be run again, and the same seed gives the same story, row for row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazsa_flow.award.demo.drift import seeded_random
from lazsa_flow.errors import LazsaError
from lazsa_flow.service.part import runtime_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from lazsa_flow.award.programme import Programme
    from lazsa_flow.award.rules.facts import Facts
    from lazsa_flow.lifecycle.model import Path

Outcome = tuple[int, int]
"""How many commands of an act were taken, and how many refused."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What every act of a story works on.

    Attributes:
        programme: On a virtual clock.
        sellers: The sellers' first facts, by seller.
        seed: Seed of everything that is drawn.
        cycles: The cycle dates, in order.
    """

    programme: Programme
    sellers: Sequence[Facts]
    seed: int
    cycles: Sequence[date]

    def key_of(self, *parts: object) -> str:
        """Return the idempotency key of a command of the story."""
        return "demo/" + "/".join(map(str, parts))

    def is_drawn(self, name: str, cycle: date, seller: str, share: float) -> bool:
        """Return whether a seller is among a drawn share of all."""
        return seeded_random(self.seed, name, cycle, seller).random() < share

    def paths_in(self, *states: str) -> list[Path]:
        """Return the award paths in some states."""
        with runtime_of(self.programme).store.begin(write=False) as transaction:
            paths: list[Path] = transaction.paths_in("award", states)
        return paths

    def act_on_each(
        self,
        name: str,
        cycle: date,
        states: tuple[str, ...],
        share: float,
        act: Callable[[Path, str], object],
    ) -> Outcome:
        """Let a drawn share of the paths in some states do something, each by itself.

        Args:
            name: The act, as it is drawn by and as its keys name it.
            cycle: The cycle date that it belongs to.
            states: The states of the paths.
            share: The share that is drawn.
            act: Does it, given the path and an idempotency key.
        """
        done = refused = 0
        for path in self.paths_in(*states):
            if self.is_drawn(name, cycle, path.subject, share):
                try:
                    act(path, self.key_of(name, cycle, path.ref))
                    done += 1
                except LazsaError:
                    refused += 1
        return done, refused
