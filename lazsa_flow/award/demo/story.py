"""The demo's story: what the people of the programme do, and when.

Acts at fixed distances from each cycle date: facts come in, sellers are nominated, reviewers score
or recuse, compliance opens cases, members join and leave. See :mod:`.stage` for how they are drawn.
Acts in bulk are one transaction with an idempotency key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.commands import imports
from lazsa_flow.award.demo import compliance_acts, nomination_acts, panel_acts, seller_acts
from lazsa_flow.award.demo.drift import drift_facts
from lazsa_flow.award.demo.stage import Stage
from lazsa_flow.service.part import runtime_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazsa_flow.award.demo.stage import Outcome
    from lazsa_flow.award.programme import Programme
    from lazsa_flow.award.rules.facts import Facts

_SCRIPT: Final[tuple[tuple[int, str, Callable[[Stage, date], Outcome]], ...]] = (
    (-31, "convene", panel_acts.assign_panels),
    (-31, "nominate", nomination_acts.nominate_sellers),
    (-29, "nominate_late", nomination_acts.nominate_late),
    (-28, "withdraw", nomination_acts.withdraw_nominations),
    (-26, "complete", nomination_acts.complete_nominations),
    (-18, "score", panel_acts.score_candidates),
    (-15, "recuse", panel_acts.recuse_reviewers),
    (-12, "open_cases", compliance_acts.open_cases),
    (-9, "disqualify", compliance_acts.disqualify_candidates),
    (8, "steps", seller_acts.take_first_steps),
    (9, "score_in_grace", panel_acts.score_in_grace),
    (11, "join", seller_acts.join_reconnect),
    (14, "appeal", seller_acts.appeal_decisions),
    (20, "close_cases", compliance_acts.close_cases),
    (40, "leave", seller_acts.leave_reconnect),
    (47, "conduct", compliance_acts.end_for_conduct),
    (54, "resign", seller_acts.resign_awards),
    (61, "rejoin", seller_acts.rejoin_reconnect),
)
"""Every act of a cycle: days from the cycle date, name, and what is done."""
_DRIFT_DAYS: Final = 33
"""So many days before each later cycle date the sellers' facts have changed."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that people do at one instant.

    Attributes:
        name: Unique in the story; part of its idempotency keys.
        at: When.
        run: Does it, and returns how many commands were taken and how many refused.
    """

    name: str
    at: datetime
    run: Callable[[], Outcome]


class Story:
    """The acts of all cycles.

    Args:
        programme: On a virtual clock.
        sellers: Their first facts.
        seed: Seed of everything that is drawn.
        start: The first instant.
        cycles: The cycle dates, in order.
    """

    def __init__(
        self,
        programme: Programme,
        sellers: list[Facts],
        *,
        seed: int,
        start: datetime,
        cycles: list[date],
    ) -> None:
        first = sorted(sellers, key=lambda facts: facts.seller)
        self._stage = Stage(programme, first, seed, cycles)
        # at noon the day of the facts has begun in every country
        noon = datetime.combine(max(facts.as_of for facts in sellers), time(12), UTC)
        self._start = max(start, noon)

    def acts(self) -> list[Act]:
        """Return every act, by its instant."""
        acts = [Act("facts", self._start, partial(_import_first, self._stage))]
        for number, cycle in enumerate(self._stage.cycles):
            acts += self._cycle_acts(number, cycle)
        return sorted(acts, key=lambda act: act.at)

    def _cycle_acts(self, number: int, cycle: date) -> Iterator[Act]:
        script = _SCRIPT
        if number:
            script = ((-_DRIFT_DAYS, "drift", partial(_import_drifted, number=number)), *script)
        for days, name, run in script:
            at = datetime.combine(cycle + timedelta(days=days), time(12), UTC)
            yield Act(f"{name}/{cycle}", max(at, self._start), partial(run, self._stage, cycle))


def _import_first(stage: Stage) -> Outcome:
    """Import the sellers' first facts."""
    key = stage.key_of("facts")
    return imports.add_facts(
        runtime_of(stage.programme).context, stage.sellers, where="demo", key=key
    ), 0


def _import_drifted(stage: Stage, cycle: date, *, number: int) -> Outcome:
    """Import the facts as they have changed up to a later cycle."""
    facts = stage.sellers
    for earlier in stage.cycles[1 : number + 1]:
        as_of = earlier - timedelta(days=_DRIFT_DAYS)
        facts = [drift_facts(each, as_of, stage.seed) for each in facts]
    key, where = stage.key_of("drift", cycle), f"drift {cycle}"
    return imports.add_facts(runtime_of(stage.programme).context, facts, where=where, key=key), 0
