"""The demo's panels: who is assigned, who scores, and who recuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award.commands import scorecard_imports
from lazsa_flow.award.demo.drift import seeded_random
from lazsa_flow.award.imports.scorecards import ScorecardRow
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.service.part import runtime_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from lazsa_flow.award.demo.stage import Outcome, Stage
    from lazsa_flow.lifecycle.model import Path

_REVIEWERS: Final = tuple(
    (f"reviewer-{team}-{number}", team)
    for team in ("marketing", "logistics", "categories", "service", "academy")
    for number in (1, 2)
)


def assign_panels(stage: Stage, cycle: date) -> Outcome:
    """Let each country's team assign the reviewers of a cycle."""
    reviewers = {**dict(_REVIEWERS), "reviewer-late": "events"}
    countries = sorted({facts.country for facts in stage.sellers})
    for country in countries:
        team = Actor("team", f"team-{country}", country)
        key = stage.key_of("convene", cycle, country)
        stage.programme.assign_reviewers(country, cycle, reviewers, actor=team, key=key)
    return len(countries), 0


def score_candidates(stage: Stage, cycle: date) -> Outcome:
    """Let the panels score; a share of the candidates gets too few cards for a quorum."""
    in_review = [path for path in stage.paths_in("under_review") if path.cycle_on == cycle]
    renewing = [path for path in stage.paths_in("awarded", "renewed") if path.cycle_on == cycle]
    rows = [row for path in in_review for row in _draw_cards(stage, path, cycle, short=0.08)]
    rows += [row for path in renewing for row in _draw_cards(stage, path, cycle, short=0.25)]
    key, where = stage.key_of("score", cycle), f"score {cycle}"
    context = runtime_of(stage.programme).context
    return scorecard_imports.add_scorecards(context, rows, where=where, key=key), 0


def _draw_cards(stage: Stage, path: Path, cycle: date, *, short: float) -> Iterator[ScorecardRow]:
    random = seeded_random(stage.seed, "score", cycle, path.subject)
    wanted = 2 if random.random() < short else random.choice((3, 3, 4))
    quality = random.gauss(3.9, 0.5)
    start = random.randrange(len(_REVIEWERS))
    for number in range(wanted):
        reviewer, team = _REVIEWERS[(start + 2 * number) % len(_REVIEWERS)]
        scores = tuple(min(5, max(0, round(random.gauss(quality, 0.6)))) for _ in ITEMS)
        yield ScorecardRow(number + 1, path.subject, reviewer, team, scores, "As discussed.")


def score_in_grace(stage: Stage, cycle: date) -> Outcome:
    """Let late reviewers complete some of the panels that were short on the due date."""

    def score_late(path: Path, key: str) -> None:
        scores = {item: seeded_random(stage.seed, key, item).choice((3, 4, 4, 5)) for item in ITEMS}
        stage.programme.score(
            path.ref,
            actor=Actor("reviewer", "reviewer-late", path.country, "events"),
            scores=scores,
            comment="Sorry for the delay.",
            key=key,
        )

    return stage.act_on_each("score_in_grace", cycle, ("renewal_due",), 0.6, score_late)


def recuse_reviewers(stage: Stage, cycle: date) -> Outcome:
    """Let the first reviewer of a few candidates recuse."""

    def recuse_first(path: Path, key: str) -> None:
        with runtime_of(stage.programme).store.begin(write=False) as transaction:
            cards = transaction.rounds_of(path.id).get(cycle, [])
        if cards:
            card = cards[0]
            stage.programme.recuse(
                path.ref,
                actor=Actor("reviewer", card.reviewer, path.country, card.team),
                reason="works_with_the_seller",
                key=key,
            )

    states = ("under_review", "awarded", "renewed")
    return stage.act_on_each("recuse", cycle, states, 0.03, recuse_first)
