"""Are the classes of a rehearsal right? Each condition is made true, and the night is gone through.

*Held* facts are imported again on the last day on which they can be; the panel's members score the
cards. What then becomes of each path must be what was foretold for that condition. For those who
cannot be awarded, and for those whose outcome depends on facts, the best figures that can still be
recorded are, on the first day and on the last, with every case closed and every card the best.
For those who cannot be awarded a search by seed goes on over all that can still change.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.evidence import FACTS, PANEL
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.model import Actor
from tests.chaos.audit import Audit
from tests.chaos.candidates import (
    ASKED_AT,
    ON,
    REVIEWERS,
    fill_candidates,
    open_paths,
    record_figures,
    score_paths,
)
from tests.chaos.fault import Fault, Outcome
from tests.chaos.figures import best_facts, draw_facts
from tests.chaos.season import sweep_until
from tests.factories import midnight, noon

if TYPE_CHECKING:
    from collections.abc import Collection

    from lazsa_flow.award.rules.facts import Facts
    from lazsa_flow.foresight.rehearsal import Rehearsal
    from lazsa_flow.lifecycle.model import Snapshot
    from tests.chaos.stage import Stage

_GOALS: Final = frozenset({"award", "renew"})
_NEVER: Final = "cannot be awarded"
_TRIALS: Final = 40
_DRAWN: Final = 0.6
"""Of how many sellers figures are drawn on each day of a search, and cards."""
_LAST_DAY: Final = date(2026, 9, 30)
_DAYS: Final = (date(2026, 9, 21), _LAST_DAY)
_SCORES: Final = {"approves": 5, "refuses": 0}
_CONDITIONS: Final = tuple(product(("as-recorded", "held"), ("as-recorded", "approves", "refuses")))


def classify(stage: Stage, seed: int, rounds: int) -> Outcome:
    """Rehearse so many candidates, and make each condition and each bar true in a night."""
    fill_candidates(url := stage.empty("sqlite"), rounds, seed)
    with Programme.open(url, clock=VirtualClock(ASKED_AT)) as programme:
        rehearsed = programme.rehearse(on=ON)
    result = Audit()
    for facts, panel in _CONDITIONS:
        _check_condition(stage.copy(url), rehearsed, facts, panel, result)
    for day in _DAYS:
        _check_best(stage.copy(url), rehearsed, day, result)
    never = {each.path for each in rehearsed.outcomes if each.class_ == _NEVER}
    trials, others = stage.sized(_TRIALS, 2), 0
    for trial in range(trials):
        others += _search(stage.copy(url), never, Random(f"{seed}:{trial}"), result)
    result.check(others > 0, "the search awards nobody")
    told = ", ".join(f"{count} {name}" for name, count in sorted(rehearsed.classes.items()))
    searched = f"{trials} searches over figures award {others} others, and none of these"
    return Outcome.of(rounds, result, f"{len(rehearsed.outcomes)} due: {told}; {searched}")


def _check_condition(url: str, rehearsed: Rehearsal, facts: str, panel: str, result: Audit) -> None:
    """Make a condition true, and compare what the night brings with what was foretold for it."""
    said = {"facts": facts, "panel": panel}
    name = ", ".join(f"{key}={value}" for key, value in said.items() if value != "as-recorded")
    clock = VirtualClock(noon(_LAST_DAY))
    with Programme.open(url, clock=clock) as programme:
        sweep_until(programme, clock, clock.now())
        seen = _look(programme)
        if facts == "held":
            latest = [_known(each) for each in seen]
            record_figures(programme, [replace(known, as_of=_LAST_DAY) for known in latest])
        if panel in _SCORES:
            _score(programme, seen, _SCORES[panel])
        became = _go_through(programme, clock)
    for each in rehearsed.outcomes:
        foretold = each.instead.get(name, each.outcome)
        came = became.get(each.path)
        result.check(
            came == foretold,
            f"{each.path} ({each.class_}) with {name or 'nothing'}: {foretold}, became {came}",
        )


def _check_best(url: str, rehearsed: Rehearsal, day: date, result: Audit) -> None:
    """Record the best that can still be; who cannot be awarded is not, whom facts decide is."""
    clock = VirtualClock(noon(day))
    with Programme.open(url, clock=clock) as programme:
        sweep_until(programme, clock, clock.now())
        seen = _look(programme)
        record_figures(programme, [best_facts(_known(each), day) for each in seen])
        _score(programme, seen, 5)
        _close_cases(programme, seen)
        became = _go_through(programme, clock)
    for outcome in rehearsed.outcomes:
        reached = became.get(outcome.path) in _GOALS
        never = outcome.class_ == _NEVER
        result.check(not (never and reached), f"{outcome.path} is awarded, figures of {day}")
        if day == _LAST_DAY and outcome.class_.startswith("depends"):
            result.check(reached, f"{outcome.path} is not awarded with the best figures")


def _search(url: str, never: Collection[str], chance: Random, result: Audit) -> int:
    """Record figures and cards by chance, on days by chance; return how many others are awarded.

    Args:
        url: A copy of the database, to be changed.
        never: The paths that cannot be awarded, by their references.
        chance: Draws.
        result: Takes those of them that are awarded all the same.
    """
    first, last = _DAYS
    days = sorted(chance.sample(range(first.day, last.day + 1), 3))
    clock = VirtualClock(noon(first))
    with Programme.open(url, clock=clock) as programme:
        for day in (first.replace(day=number) for number in days):
            sweep_until(programme, clock, noon(day))
            seen = _look(programme)
            drawn = [each for each in seen if chance.random() < _DRAWN]
            record_figures(programme, [draw_facts(_known(each), day, chance) for each in drawn])
        for score in (5, chance.randint(0, 5)):
            _score(programme, [each for each in seen if chance.random() < _DRAWN], score)
            seen = _look(programme)
        _score(programme, seen, 5)
        _close_cases(programme, seen)
        became = _go_through(programme, clock)
    awarded = {path for path, came in became.items() if came in _GOALS}
    for path in awarded.intersection(never):
        result.check(False, f"{path} is awarded, after a search over figures")
    return len(awarded.difference(never))


def _close_cases(programme: Programme, seen: list[Snapshot]) -> None:
    for each in seen:
        if any(record.kind == "case" for record in each.records):
            compliance = Actor("compliance", "c-1")
            programme.close_case(each.path.subject, "case-1", actor=compliance)


def _look(programme: Programme) -> list[Snapshot]:
    """Return the evidence about every path that is due."""
    with programme._runtime.store.listing() as listing:
        return list(listing.evidence([path.id for path in open_paths(programme)], on=ON))


def _known(seen: Snapshot) -> Facts:
    known: Facts | None = seen[FACTS]
    assert known is not None
    return known


def _score(programme: Programme, seen: list[Snapshot], score: int) -> None:
    """Let all who sit on the panel and have not scored yet score each round without a quorum."""
    cards: dict[str, tuple[list[str], int]] = {}
    for each in seen:
        tally = each[PANEL]
        if not tally.has_quorum(3, 3):
            cards[each.path.subject] = ([r for r in REVIEWERS if r not in tally.panel], score)
    score_paths(programme, cards)


def _go_through(programme: Programme, clock: VirtualClock) -> dict[str, str]:
    """Go through the night; return what became of each path by its reference."""
    sweep_until(programme, clock, max(midnight(ON, code) for code in ("SG", "ID")))
    return {
        f"{each.lifecycle}-{each.path_id}": each.trigger or each.status
        for each in programme._runtime.store.timer_outcomes(ON)
    }


FAULTS: Final = (
    Fault(
        "rehearsal-classes",
        classify,
        rounds=10_000,
        dose=24,
        unit="random candidates; each condition of a rehearsal is made true in a night",
        holds="each path comes to what was foretold; no figure awards who cannot be awarded",
    ),
)
