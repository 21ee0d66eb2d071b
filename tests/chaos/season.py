"""Which world is a date rehearsed in? One of every kind of seller, made up by seed.

The demo's story runs for two years on sellers who fare well, so that many are awarded, renewed, in
grace, put off, retired and awarded again. Then merges, a suspended date, a pause and a broken path
come on top, and invoices: a lifecycle with an evidence table of its own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from lazsa_flow import Actor, Config, LazsaError, Programme, VirtualClock
from lazsa_flow.award.demo.run import plan_story
from lazsa_flow.award.demo.sample import make_sellers
from lazsa_flow.award.demo.story import Story
from lazsa_flow.store import schema
from lazsa_flow.store.connect import connect
from tests.own_evidence import INVOICE, PAYMENTS_TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow import Facts
    from lazsa_flow.lifecycle.model import Path

ASKED_AT: Final = datetime(2021, 9, 22, 4, tzinfo=UTC)
"""When it is asked what the next dates will bring."""
DATES: Final = (date(2021, 10, 1), date(2022, 4, 1), date(2022, 10, 1))
"""The cycle dates that are rehearsed."""
STATEMENT: Final = "Helps other sellers."
"""A statement that nominators of the story give: personal, so no copy may hold it."""
_YEARS: Final = 2
_WELL_OFF: Final = 0.8
_NOMINATED: Final = 0.35
_HOST, _CLERK = Actor("host", "h-1"), Actor("clerk", "c-1")
_PAUSED, _SUSPENDED = "VN", "TH"


def shipped_with_invoices() -> Config:
    """Return the shipped configuration, with invoices beside it."""
    return Config.load(lifecycles=[*Config.load().lifecycles, INVOICE])


def fill_season(url: str, sellers: int, seed: int, config: Config) -> None:
    """Make a database in which many things of every kind fall due on the dates.

    Args:
        url: Of an empty database.
        sellers: How many sellers are made up.
        seed: Seed of everything that is drawn.
        config: With invoices.
    """
    facts = [_well_off(each, seed) for each in make_sellers(sellers, seed)]
    start, cycles, _ = plan_story(config, max(each.as_of for each in facts), _YEARS)
    clock = VirtualClock(start)
    Programme.migrate(url, config=config, clock=clock)
    with Programme.open(url, config=config, clock=clock) as programme:
        for act in Story(programme, facts, seed=seed, start=start, cycles=cycles).acts():
            if act.at > ASKED_AT:
                break
            sweep_until(programme, clock, act.at)
            act.run()
            if act.name.startswith("nominate/"):
                _nominate_more(programme, facts, Random(f"{seed}:{act.name}"))
        _send_invoices(programme, url, facts, Random(seed))
        sweep_until(programme, clock, ASKED_AT)
        _add_troubles(programme, url, clock, Random(seed))


def sweep_until(programme: Programme, clock: VirtualClock, until: datetime) -> None:
    """Sweep at each instant at which something is due, as workers who are never late."""
    while (at := programme.next_due()) is not None and at <= until:
        clock.move_to(at)
        programme.sweep()
    clock.move_to(until)
    programme.sweep()


def _well_off(facts: Facts, seed: int) -> Facts:
    """Return a seller who meets every bar, as most of a season do; some stay as they are."""
    if Random(f"{seed}:{facts.seller}").random() >= _WELL_OFF:
        return facts
    return replace(
        facts,
        joined_on=date(2018, 1, 15),
        ncp_points=0,
        policy_compliant=True,
        gmv_rate=Decimal("0.6"),
        chat_response_rate=Decimal("0.96"),
        monthly_cancellation_rates=(Decimal("0.001"),) * 9,
        is_lazstar=False,
    )


def _nominate_more(programme: Programme, facts: list[Facts], chance: Random) -> None:
    """Nominate more sellers, former ambassadors among them, some of whom are members."""
    for each in facts:
        if chance.random() >= _NOMINATED:
            continue
        try:
            programme.nominate(each.seller, actor=Actor("employee", "e-1"), statement=STATEMENT)
        except LazsaError:  # nominated already, sitting, or barred
            continue


def _send_invoices(programme: Programme, url: str, facts: list[Facts], chance: Random) -> None:
    """Send invoices to some of the sellers; half of them are paid."""
    sent = [
        programme.open_path("invoice", each.seller, each.country, actor=_CLERK).path
        for each in facts
        if chance.random() < 0.2
    ]
    paid = [path for path in sent if chance.random() < 0.5]
    engine = connect(url)
    with engine.begin() as connection:
        for path in paid:
            number = int(path.rpartition("-")[2])
            row = {"path_id": number, "payer": "p", "cents": 1000}
            instant = {"recorded_at": programme.clock.now()}
            connection.execute(sa.insert(PAYMENTS_TABLE), {**row, **instant})
    engine.dispose()


def _add_troubles(programme: Programme, url: str, clock: VirtualClock, chance: Random) -> None:
    """Merge sellers, suspend a date, pause a country, open cases, and break a path."""
    reviewed = sorted(_paths_in(programme, "under_review"), key=lambda path: path.id)
    sitting = sorted(_paths_in(programme, "awarded", "renewed"), key=lambda path: path.id)
    _break_path(url, reviewed.pop().id if reviewed else sitting.pop().id)
    chance.shuffle(reviewed)
    chance.shuffle(sitting)
    pairs = [*zip(reviewed[::9], sitting[::9], strict=False), *_neighbours(sitting[1::7])]
    for old, new in pairs:
        try:
            programme.merge_sellers(old.subject, new.subject, actor=_HOST)
        except LazsaError:  # both hold an award
            continue
    for number, path in enumerate([*reviewed[::8], *sitting[::8]]):
        programme.open_case(path.subject, f"case-{number}", actor=Actor("compliance", "c-1"))
    programme.suspend_cycle(_SUSPENDED, DATES[0], actor=Actor("manager", "m-1"))
    operator = Actor("operator", "o-1")
    programme.pause(actor=operator, reason="stocktaking", country=_PAUSED)
    programme.sweep()
    clock.move_to(ASKED_AT)


def _paths_in(programme: Programme, *states: str) -> list[Path]:
    with programme._runtime.store.begin(write=False) as transaction:
        found: list[Path] = transaction.paths_in("award", states)
    return found


def _neighbours(paths: list[Path]) -> Iterator[tuple[Path, Path]]:
    yield from zip(paths[::2], paths[1::2], strict=False)


def _break_path(url: str, path_id: int) -> None:
    """Let a path have a state that no table knows, so that its decision fails."""
    engine = connect(url)
    with engine.begin() as connection:
        own = schema.paths.c.id == path_id
        connection.execute(sa.update(schema.paths).where(own).values(state="limbo"))
    engine.dispose()
