"""Are the classes of a rehearsal right? Each condition is made true, and the night is gone through.

*Held* facts are imported again on the last day on which they can be; the panel's members score the
cards. What then becomes of each path must be what was foretold for that condition. For those who
cannot be awarded, and for those whose outcome depends on facts, the best figures that can still be
recorded are, on the first day and on the last, with every case closed and every card the best.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.evidence import FACTS, PANEL
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.rules.facts import ACTIVITIES
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
from tests.chaos.season import sweep_until
from tests.factories import midnight, noon

if TYPE_CHECKING:
    from lazsa_flow.award.rules.facts import Facts
    from lazsa_flow.foresight.rehearsal import Rehearsal
    from lazsa_flow.lifecycle.model import Snapshot
    from tests.chaos.stage import Stage

_GOALS: Final = frozenset({"award", "renew"})
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
    told = ", ".join(f"{count} {name}" for name, count in sorted(rehearsed.classes.items()))
    return Outcome.of(rounds, result, f"{len(rehearsed.outcomes)} due: {told}")


def _check_condition(url: str, rehearsed: Rehearsal, facts: str, panel: str, result: Audit) -> None:
    """Make a condition true, and compare what the night brings with what was foretold for it."""
    said = {"facts": facts, "panel": panel}
    name = ", ".join(f"{key}={value}" for key, value in said.items() if value != "as-recorded")
    clock = VirtualClock(noon(_LAST_DAY))
    with Programme.open(url, clock=clock) as programme:
        sweep_until(programme, clock, clock.now())
        seen = _look(programme)
        if facts == "held":
            latest = [known for each in seen if (known := _facts_of(each)) is not None]
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
        record_figures(programme, [_best(each, day) for each in seen])
        _score(programme, seen, 5)
        for each in seen:
            if any(record.kind == "case" for record in each.records):
                compliance = Actor("compliance", "c-1")
                programme.close_case(each.path.subject, "case-1", actor=compliance)
        became = _go_through(programme, clock)
    for outcome in rehearsed.outcomes:
        reached = became.get(outcome.path) in _GOALS
        never = outcome.class_ == "cannot be awarded"
        result.check(not (never and reached), f"{outcome.path} is awarded, figures of {day}")
        if day == _LAST_DAY and outcome.class_.startswith("depends"):
            result.check(reached, f"{outcome.path} is not awarded with the best figures")


def _look(programme: Programme) -> list[Snapshot]:
    """Return the evidence about every path that is due."""
    with programme._runtime.store.listing() as listing:
        return list(listing.evidence([path.id for path in open_paths(programme)], on=ON))


def _facts_of(seen: Snapshot) -> Facts | None:
    return seen[FACTS]


def _score(programme: Programme, seen: list[Snapshot], score: int) -> None:
    """Let all who sit on the panel and have not scored yet score each round without a quorum."""
    cards: dict[str, tuple[list[str], int]] = {}
    for each in seen:
        tally = each[PANEL]
        if not tally.has_quorum(3, 3):
            cards[each.path.subject] = ([r for r in REVIEWERS if r not in tally.panel], score)
    score_paths(programme, cards)


def _best(seen: Snapshot, day: date) -> Facts:
    """Return the best facts that can be of a day: what is past stays, all else meets every bar."""
    known = _facts_of(seen)
    assert known is not None
    closed = known.monthly_cancellation_rates or ()
    later = (day.year - known.as_of.year) * 12 + day.month - known.as_of.month
    months = (*closed, *[None] * later)[-9:] if closed else (None,) * 9
    return replace(
        known,
        as_of=day,
        joined_on=known.joined_on or date(2020, 1, 1),
        ncp_points=0,
        policy_compliant=True,
        gmv_rate=Decimal(9),
        chat_response_rate=Decimal(1),
        monthly_cancellation_rates=months,
        retention_rate=Decimal(1),
        is_lazstar=False,
        activities=frozenset(ACTIVITIES),
    )


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
        dose=40,
        unit="random candidates; each condition of a rehearsal is made true in a night",
        holds="each path comes to what was foretold; no figure awards who cannot be awarded",
    ),
)
