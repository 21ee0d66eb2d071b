"""Does a rehearsal foretell the night of a file of sellers, row for row?

The sellers' file that lies next to the clone is taken, or the sample where it is absent, with as
many made-up sellers as are asked for besides. All of them are nominated. Some of their figures are
recent enough on the date, some rounds have a quorum, one country has suspended the date, and one is
paused.
"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import date
from random import Random
from typing import TYPE_CHECKING, Final

from lazsa_flow import Actor, Config, Programme, VirtualClock
from lazsa_flow.award.demo.sample import make_sellers
from lazsa_flow.award.imports.facts import read_facts
from tests.acceptance.shell import SELLERS
from tests.chaos.audit import Audit
from tests.chaos.candidates import (
    draw_cards,
    meet_panels,
    move_clock,
    nominate_all,
    record_figures,
    score_paths,
)
from tests.chaos.fault import Outcome, on_both
from tests.chaos.rehearsals import go_through, go_through_late
from tests.factories import noon

if TYPE_CHECKING:
    from tests.chaos.stage import Stage

_ON: Final = date(2020, 4, 1)
_FIRST_FIGURES, _LATER_FIGURES = date(2020, 2, 15), date(2020, 3, 10)
_ASKED_ON: Final = date(2020, 3, 20)
_SUSPENDED, _PAUSED = "TH", "VN"


def foretell(stage: Stage, seed: int, rounds: int, *, dialect: str) -> Outcome:
    """Rehearse the date of so many sellers of the file, and go through its night."""
    config, result = Config.load(), Audit()
    sellers = fill_from_file(url := stage.empty(dialect), rounds, seed, config)
    with Programme.open(url, config=config, clock=VirtualClock(noon(_ASKED_ON))) as programme:
        began = time.perf_counter()
        rehearsed = programme.rehearse(on=_ON)
        seconds = time.perf_counter() - began
    kinds = go_through(stage.copy(url), config, [rehearsed], result)
    go_through_late(stage.copy(url), config, rehearsed, seed, result)
    for each in rehearsed.outcomes:
        paused = (each.country == _PAUSED) == (each.outcome == "paused")
        result.check(paused, f"{each.path} of {each.country} is foretold as {each.outcome}")
        result.check(each.country != _SUSPENDED, f"{each.path} is due on a suspended date")
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    detail = (
        f"{rounds} sellers, {sellers} of {SELLERS.parent.name}/{SELLERS.name}, rehearsed in "
        f"{seconds:.1f} s; "
        f"{kinds.total()} rows foretold hash for hash: {told}"
    )
    return Outcome.of(rounds, result, detail)


def fill_from_file(url: str, sellers: int, seed: int, config: Config) -> int:
    """Make a database of the sellers of the file; return how many are of the file.

    Args:
        url: Of an empty database.
        sellers: So many, of whom those that the file does not have are made up.
        seed: Seed of everything that is drawn.
        config: With the countries of the file.
    """
    countries, chance = [each.code for each in config.countries], Random(seed)
    facts = list(read_facts(SELLERS, frozenset(countries)))[:sellers]
    of_file = len(facts)
    facts += make_sellers(sellers - of_file, seed)
    clock = VirtualClock(noon(_FIRST_FIGURES))
    Programme.migrate(url, config=config, clock=clock)
    with Programme.open(url, config=config, clock=clock) as programme:
        record_figures(programme, [replace(each, as_of=_FIRST_FIGURES) for each in facts])
        nominate_all(programme, [each.seller for each in facts])
        meet_panels(programme, clock, _ON, _LATER_FIGURES, countries)
        later = [each for each in facts if chance.random() < 0.7]
        record_figures(programme, [replace(each, as_of=_LATER_FIGURES) for each in later])
        score_paths(programme, draw_cards([each.seller for each in facts], chance))
        programme.suspend_cycle(_SUSPENDED, _ON, actor=Actor("manager", "m-1"))
        operator = Actor("operator", "o-1")
        programme.pause(actor=operator, reason="stocktaking", country=_PAUSED)
        move_clock(programme, clock, _ASKED_ON)
    return of_file


FAULTS: Final = (
    *on_both(
        "rehearsal-sellers",
        foretell,
        rounds=2000,
        dose=12,
        suite="sqlite",
        unit="sellers of the file next to the clone, or else of the sample, and made-up ones",
        holds="each row is foretold with its hash; a late night differs in instants alone",
    ),
)
