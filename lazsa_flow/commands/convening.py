"""Who sits on the panel of a country and cycle, and what does it still have to do?

The local team convenes reviewers, employees of any team, and sees who is missing. Seats are dated
records of the panel.

Source:
    programme.md, "The panel".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from lazsa_flow.commands.context import Context, request_fields
from lazsa_flow.commands.rights import check_command
from lazsa_flow.domain.ids import same_person
from lazsa_flow.engine.explain import judge
from lazsa_flow.engine.rules import system
from lazsa_flow.errors import ConflictError, InputError, shown
from lazsa_flow.lifecycles.award_checks import CONDUCT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from lazsa_flow.domain.model import Actor, Evidence
    from lazsa_flow.domain.policy import AwardPolicy
    from lazsa_flow.store.transaction import SqlTransaction


JUDGED_STATES: Final = ("nominated", "under_review", "awarded", "renewed", "renewal_due")
"""The states from which the next decision asks the panel."""


def assign(
    context: Context,
    country: str,
    cycle_on: date,
    reviewers: Mapping[str, str],
    *,
    actor: Actor,
    key: str | None,
) -> None:
    """Assign reviewers to the panel of a country and cycle.

    Args:
        context: Where and by whose rules.
        country: Of which country.
        cycle_on: Of which cycle date.
        reviewers: Each reviewer's id with their team.
        actor: The local team, or a manager.
        key: The idempotency key.

    Raises:
        InputError: The date is no cycle date, or a team is empty.
        NotAllowedError: The actor may not.
    """
    check_command("assign_reviewer", actor, country=country)
    if not context.rulebook.calendar(country).is_cycle(cycle_on):
        raise InputError.of("panel", "cycle_on", str(cycle_on), "a cycle date of the country")
    for reviewer, team in reviewers.items():
        if not team or not reviewer:
            raise InputError.of("panel", "team", team, "a team for each reviewer")
    now = context.clock.now()
    today = context.rulebook.calendar(country).local_date(now)

    def run(transaction: SqlTransaction) -> bool:
        seated = transaction.seats_of(country, cycle_on)
        for reviewer, team in reviewers.items():
            for other in {*seated, *reviewers} - {reviewer}:
                if same_person(reviewer, other):
                    raise ConflictError(reviewer, f"sits on this panel as {shown(other)}")
            if seated.get(reviewer) != team:
                transaction.add_seat(
                    country,
                    cycle_on,
                    reviewer,
                    team,
                    actor=str(actor),
                    as_of=today,
                    recorded_at=now,
                )
        return True

    given = {"country": country, "cycle_on": str(cycle_on), "reviewers": dict(reviewers)}
    context.once(key, request_fields("assign_reviewer", actor, **given), now, run)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One seller whom the panel has to judge in a cycle.

    Attributes:
        cards: How many reviewers' cards count so far.
        teams: From how many teams.
        missing: What the quorum lacks, in words; empty where it is complete.
        waiting: Assigned reviewers who have neither scored nor recused.
        flags: What the panel should know beforehand: bars unmet as of today, a conduct bar that
            has ended.
    """

    path: str
    seller: str
    state: str
    cards: int
    teams: int
    missing: str
    waiting: tuple[str, ...]
    flags: tuple[str, ...]


def overview(context: Context, country: str, cycle_on: date) -> list[Candidate]:
    """List whom the panel of a country has to judge in a cycle, and what is missing for each."""
    now = context.clock.now()
    with context.store.begin(write=False) as transaction:
        paths = [
            path
            for path in transaction.paths_in(JUDGED_STATES)
            if path.country == country and path.cycle_on == cycle_on and path.lifecycle == "award"
        ]
        seats = transaction.seats_of(country, cycle_on)
        today = context.rulebook.calendar(country).local_date(now)
        evidence = transaction.load_chunk([path.id for path in paths], before=None, on=today)
    return [_candidate(context, seen, seats) for seen in evidence]


@dataclass(frozen=True, slots=True)
class PanelGap:
    """How far a country's panel is from the cycle date that it judges for.

    Attributes:
        days_left: Until the cycle date, by the country's calendar.
        candidates: How many sellers it has to judge.
        without_quorum: How many of them too few reviewers, or teams, have scored.
    """

    country: str
    cycle_on: date
    days_left: int
    candidates: int
    without_quorum: int


def panel_gaps(context: Context) -> list[PanelGap]:
    """Return how far each country's panel is with the cycle that comes next."""
    now, found = context.clock.now(), []
    for code in sorted(context.rulebook.countries):
        calendar = context.rulebook.calendar(code)
        today = calendar.local_date(now)
        cycle_on = calendar.held_from(today)
        with context.store.census("award") as asked:
            ids = asked.of_round(code, cycle_on, JUDGED_STATES)
            evidence = asked.evidence(ids, on=today) if ids else []
        short = [seen for seen in evidence if not _has_quorum(context, seen)]
        days = (cycle_on - today).days
        found.append(PanelGap(code, cycle_on, days, len(evidence), len(short)))
    return found


def _has_quorum(context: Context, seen: Evidence) -> bool:
    rules = cast("AwardPolicy", context.rulebook.policy_of(seen.path)).panel
    return seen.tally.has_quorum(rules.reviewers, rules.teams)


def _candidate(context: Context, seen: Evidence, seats: Mapping[str, str]) -> Candidate:
    rules = cast("AwardPolicy", context.rulebook.policy_of(seen.path)).panel
    tally = seen.tally
    lacks = [
        f"{count} {what}"
        for count, what in (
            (max(0, rules.reviewers - tally.cards), "reviewers"),
            (max(0, rules.teams - tally.teams), "teams"),
        )
        if count
    ]
    return Candidate(
        path=seen.path.ref,
        seller=seen.path.subject,
        state=seen.path.state,
        cards=tally.cards,
        teams=tally.teams,
        missing=", ".join(lacks),
        waiting=tuple(sorted(set(seats) - tally.panel)),
        flags=tuple(_flags(context, seen)),
    )


def _flags(context: Context, seen: Evidence) -> list[str]:
    """Say what stands against an award or renewal besides the panel's own work."""
    path, now = seen.path, context.clock.now()
    lifecycle = context.rulebook.lifecycle(path.lifecycle)
    renewing = path.state not in ("nominated", "under_review")
    edge = (
        lifecycle.edge("renewal_due", "renew", None)
        if renewing
        else lifecycle.edge("under_review", "award", None)
    )
    assert edge is not None
    situation = context.rulebook.situation(seen, at=now, recorded_at=now, actor=system("panel"))
    others = [name for name in edge.guards if name not in ("quorum", "panel_approval")]
    verdicts = judge(lifecycle, situation, others)
    flags = [str(verdict) for verdict in verdicts if not verdict.held]
    if any(r.kind in CONDUCT and r.reason == "code_of_conduct" for r in seen.records):
        flags.append("an earlier award or candidacy ended for code of conduct")
    return flags
