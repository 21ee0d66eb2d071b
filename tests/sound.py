"""Sound databases: whatever may have happened to sellers by the rules, and nothing else.

Drawn by a seed: cycles suspended, candidacies carried over, decisions in grace, a parked path, a
pause, countries moved, open cases, a policy released, trainers, store entries, and a lifecycle of
the host's own.
"""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.commands.turnover_record import TurnoverRecord
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.errors import LazsaError
from lazsa_flow.lifecycle.model import Actor
from tests.acceptance.mentor import MENTOR
from tests.chaos.population import COUNTRIES, START, fill_backlog
from tests.factories import failure, first_of, noon, policy_text

if TYPE_CHECKING:
    from datetime import datetime

SELLERS: Final = 12
ENDS: Final = (date(2020, 4, 2), date(2021, 4, 12), date(2021, 10, 5), date(2020, 3, 20))
"""In the midst of a first cycle, of grace, after a suspended cycle, under review."""
OPERATOR: Final = Actor("operator", "op-1")
MANAGER: Final = Actor("manager", "man-1")
COMPLIANCE: Final = Actor("compliance", "com-1")
HOST: Final = Actor("host", "host")
EMPLOYEE: Final = Actor("employee", "emp-1")


def config() -> Config:
    """Return what ships, with a lifecycle of the host's own."""
    shipped = Config.load()
    return Config.load(lifecycles=[*shipped.lifecycles, MENTOR])


def make_sound(url: str, seed: int, *, config: Config | None = None) -> datetime:
    """Fill an empty database by a seed; return the instant at which it stands.

    Args:
        url: The database.
        seed: What happens to whom is drawn from it, and the day on which it ends.
        config: Whose lifecycles there are; those that ship by default.
    """
    chance = random.Random(seed)
    config = config or Config.load()
    Programme.migrate(url, config=config, clock=VirtualClock(START))
    fill_backlog(url, SELLERS)
    end = noon(ENDS[seed % len(ENDS)])
    clock = VirtualClock(START)
    with Programme.open(url, config=config, clock=clock, secret=b"0123456789abcdef") as programme:
        _begin(programme, config)
        for day in (date(2020, 3, 5), date(2020, 8, 20), date(2021, 2, 15), date(2021, 3, 25)):
            if noon(day) < end:
                _go(programme, clock, noon(day))
                _happen(programme, chance)
        _go(programme, clock, end)
        _end(programme, chance, end)
    return end


def _go(programme: Programme, clock: VirtualClock, to: datetime) -> None:
    while (due := programme.next_due()) is not None and due <= to:
        clock.move_to(max(due, clock.now()))
        programme.sweep()
    clock.move_to(to)


def _begin(programme: Programme, config: Config) -> None:
    """Open a store entry, a trainer's path and, where there are mentors, one of theirs."""
    records = [
        TurnoverRecord("amazon", "shop-1", month, Decimal(1500), "fashion")
        for month in ("2019-11", "2019-12", "2020-01")
    ]
    for applicant in ("a1", "a2"):
        programme.apply_entry(
            applicant,
            country="SG",
            category="fashion",
            records=records,
            provenance="own",
            actor=Actor("seller", applicant),
        )
    programme.invite_trainer("s1", shown=["teaching", "speaking"], actor=EMPLOYEE)
    if MENTOR in config.lifecycles:
        for number in range(3):
            seller = f"s{number}"
            path = programme.open_path(
                "mentor", seller, "SG", actor=Actor("seller", seller), data={"newcomers": 2}
            ).path
            if number:
                programme.fire(path, "take_on", actor=EMPLOYEE)


def _happen(programme: Programme, chance: random.Random) -> None:
    """Let something happen to some; what the rules refuse does not."""
    sellers = [f"s{number}" for number in chance.sample(range(SELLERS), 5)]
    now = programme.clock.now()
    for do in (
        lambda: programme.open_case(sellers[0], f"c-{now:%y%m}", actor=COMPLIANCE),
        lambda: programme.move_country(sellers[1], chance.choice(COUNTRIES), actor=HOST),
        lambda: _fire(programme, sellers[2], "retire", "resigned"),
        lambda: _fire(programme, sellers[3], "withdraw", "nominee"),
        lambda: programme.suspend_cycle(
            chance.choice(COUNTRIES), date(now.year, 4 if now.month < 4 else 10, 1), actor=MANAGER
        ),
        lambda: programme.release_policy(
            "award", f"{now.year}-{now.month + 100}", _policy(now), actor=MANAGER
        ),
    ):
        with suppress(LazsaError):
            do()


def _fire(programme: Programme, seller: str, trigger: str, reason: str) -> None:
    path = programme.find(seller, "award").ref
    programme.fire(path, trigger, actor=Actor("seller", seller), reason=reason)


def _policy(now: datetime) -> str:
    version = f"{now.year}-{now.month + 100}"
    text = policy_text()
    own = next(line for line in text.splitlines() if line.startswith("version"))
    return text.replace(own, f'version = "{version}"').replace(
        "closes_days = 30", "closes_days = 35"
    )


def _end(programme: Programme, chance: random.Random, end: datetime) -> None:
    """Park a path, let some be late and others paused."""
    later = end + timedelta(days=200)
    with programme._runtime.store.begin() as transaction:
        claim = transaction.claim(later, 1)
        if claim is not None:
            transaction.set_aside(failure(first_of(claim)))
    if chance.random() < 0.5:
        programme.pause(actor=OPERATOR)
