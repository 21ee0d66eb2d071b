"""What if a database is broken, in every way that doctor should know? Is all of it named?"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Final

from tests.chaos.fault import Outcome, on_both
from tests.examined import faults, undone
from tests.row_harm import KINDS, defenceless
from tests.schema_harm import drop, harms
from tests.sound import make_sound

if TYPE_CHECKING:
    from datetime import datetime

    from tests.chaos.stage import Stage

SOUND: Final = 3
"""How many sound databases are looked at; nothing may be found in them."""


def sickness(stage: Stage, seed: int, rounds: int, *, dialect: str) -> Outcome:
    """Drop each object of the schema in turn, and plant each kind of harm so many times."""
    problems: list[str] = []
    databases = []
    for number in range(seed, seed + SOUND):
        url = stage.empty(dialect)
        now = make_sound(url, number)
        databases.append((url, now))
        with undone(url) as connection:
            problems += [f"sound {number}: {each}" for each in faults(connection, now)]
    objects = 0
    for harm in harms(dialect):
        objects += 1
        with undone(databases[0][0]) as connection:
            drop(connection, harm)
            told = faults(connection, databases[0][1], "schema")
        if not any(harm.told in each for each in told):
            problems.append(f"{harm.told}: not named")
    planted = 0
    for number in range(rounds):
        for url, now in databases:
            planted += _plant(url, now, seed * 1000 + number, problems)
    detail = f"{objects} objects, {planted} plants, {SOUND} sound databases"
    told_problems = "; ".join([detail, *problems[:20]])
    return Outcome(rounds, 0, 0, holds=not problems, detail=told_problems)


def _plant(url: str, now: datetime, seed: int, problems: list[str]) -> int:
    """Plant every kind once; return how many there was anything for."""
    planted = 0
    for plant in KINDS:
        with undone(url) as connection:
            defenceless(connection)
            try:
                named = plant(connection, random.Random(seed))
            except IndexError:
                continue  # there is no such row
            planted += 1
            found = [each for each in faults(connection, now) if not each.startswith("schema:")]
        told = " | ".join(found).replace('"', "'")
        if not all(name in told for name in named):
            problems.append(f"{plant.__name__} {seed}: {named} not in {told[:200]}")
    return planted


FAULTS: Final = (
    *on_both(
        "sickness",
        sickness,
        rounds=10,
        dose=0,
        unit="times each kind of harm to rows is planted, each object of the schema dropped",
        holds="doctor names all of it, and finds nothing in sound databases",
    ),
)
