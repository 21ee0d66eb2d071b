"""The lifecycles that are measured: those that ship, the invoice of the tutorial, and random ones.

A random lifecycle is the same for the same seed.
"""

from __future__ import annotations

import importlib.util
import random
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.lifecycle.effects import Notify
from lazsa_flow.lifecycle.table import Edge, Permit, State, Step, Timer
from tests.factories import guard, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.lifecycle.parts import Meaning
    from lazsa_flow.lifecycle.table import Lifecycle

INVOICE_FILE: Final = (
    Path(__file__).parents[2] / "docs" / "examples" / "invoice" / "invoice_flow" / "lifecycle.py"
)
_DEEDS: Final = (
    *("drafted", "submitted", "checked", "approved", "scheduled", "packed", "sent", "delivered"),
    *("invoiced", "disputed", "escalated", "on_hold", "repaired", "returned", "under_review"),
)
_THINGS: Final = ("", "", "order_", "claim_", "parcel_", "contract_")
_MEANINGS: Final[tuple[Meaning, ...]] = ("waiting", "active", "success", "failure")
_EXITS: Final = 4
"""How many of the states, the last ones, are final."""


def list_shipped() -> dict[str, Lifecycle]:
    """Return every lifecycle that ships, and the tutorial's, by name."""
    return {each.name: each for each in (AWARD, ENTRY, TRAINER, load_invoice())}


def load_invoice() -> Lifecycle:
    """Return the lifecycle of the tutorial."""
    spec = importlib.util.spec_from_file_location("measured_invoice", INVOICE_FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Lifecycle = module.INVOICE
    return found


def make_random(seed: int, states: int = 30) -> Lifecycle:
    """Return a sound lifecycle with so many states, made by chance."""
    chance = random.Random(seed)
    names = [f"{chance.choice(_THINGS)}{chance.choice(_DEEDS)}_{n}" for n in range(states)]
    inner, final = names[:-_EXITS], names[-_EXITS:]
    guards = {each.name: each for each in (guard(f"check_{n}") for n in range(15))}
    happy = (*inner[: chance.randint(2, 9)], final[0])
    edges = list(_list_edges(chance, inner, final, happy, tuple(guards)))
    reminded = chance.sample(inner, len(inner) // 3)
    timers = [
        Timer(f"deadline_{n}", edge.sources, "dusk", steps=(Step(edge.trigger),))
        for n, edge in enumerate(edges)
        if edge.timed
    ]
    timers += [
        Timer(f"reminder_{n}", (name,), "dusk", effects=(Notify("retired", to="seller"),))
        for n, name in enumerate((*reminded, *reminded[:3]))
    ]
    return table(
        name="random",
        title=f"A random lifecycle of {states} states",
        states=tuple(
            State(name, chance.choice(_MEANINGS), open=name in inner, final=name in final)
            for name in names
        ),
        opening=Edge("begin", (), names[0], (Permit("seller"),)),
        edges=tuple(edges),
        timers=tuple(timers),
        guards=guards,
        happy_path=happy,
    )


def _list_edges(
    chance: random.Random,
    inner: list[str],
    final: list[str],
    happy: tuple[str, ...],
    guards: tuple[str, ...],
) -> Iterator[Edge]:
    """Yield edges along the happy path, into each state, and out of each that is not final."""

    def some_guards() -> tuple[str, ...]:
        return tuple(sorted(chance.sample(guards, chance.choice((0, 0, 1, 2, 11)))))

    for source, dest in pairwise(happy):
        yield Edge(f"go_to_{dest}", (source,), dest, (Permit("system"),), some_guards())
    for number, dest in enumerate((*inner, *final)):
        if number and dest not in happy:
            source = chance.choice(inner[:number])
            yield Edge(f"reach_{dest}", (source,), dest, (Permit("team"),), some_guards())
    for number, source in enumerate(inner):
        dest = chance.choice((*inner, *final))
        role = chance.choice(("seller", "system", "manager"))
        yield Edge(f"move_{number}", (source,), dest, (Permit(role),), some_guards())
        reasons = ("late", "unwanted", "mistaken")[: chance.randint(0, 3)]
        permit = Permit("seller", reasons)
        yield Edge(f"end_{number}", (source,), chance.choice(final), (permit,), some_guards())
