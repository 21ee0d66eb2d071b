"""Guards of the award: what must hold before a path moves.

Each guard has a check from :mod:`.award_checks`, and words for what it requires and found.

Source:
    programme.md, "The lifecycles", "The panel", "Tenure, renewal, retirement" and "Reconnect".
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.evidence import FACTS, NOMINATIONS, PANEL
from lazsa_flow.award.lifecycles import award_checks as checks
from lazsa_flow.award.lifecycles import award_needs as needs
from lazsa_flow.award.rules.criteria import (
    CRITERIA,
    Criterion,
    facts_needed,
    judge_criterion,
    read_criterion,
)
from lazsa_flow.lifecycle.guards import (
    Guard,
    all_of,
    any_of,
    none_of,
    paths,
    records,
)

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.lifecycle.guards import Found
    from lazsa_flow.lifecycle.model import GuardContext
    from lazsa_flow.verdicts import Need, Reading

_ITSELF: Final[frozenset[str]] = frozenset()
"""What a guard reads that looks at nothing but the path."""
_AWARDS: Final = frozenset({paths("award")})
"""What a guard reads that looks at the seller's other award paths as well."""


def _criterion_guard(criterion: Criterion) -> Guard:
    def check_bar(context: GuardContext) -> Found:
        seen, bars = context.snapshot, checks.award_policy(context).criteria
        return judge_criterion(criterion, seen[FACTS], seen.path.cycle_on or context.on, bars)

    def read_bar(context: GuardContext) -> Reading | None:
        facts, bars = context.snapshot[FACTS], checks.award_policy(context).criteria
        return read_criterion(criterion, facts, context.judged_on, bars)

    def find_need(context: GuardContext, on: date) -> Need:
        return facts_needed(
            criterion, context.snapshot[FACTS], on, checks.award_policy(context).criteria
        )

    return Guard(
        criterion.name,
        check_bar,
        lambda policy: criterion.required(policy.criteria),
        "the seller, by the next facts",
        criterion.source,
        criterion.wording,
        criterion.figures,
        by_clock=criterion.by_clock,
        reading=read_bar,
        need=find_need,
        title=criterion.title,
    )


def _guard_of(criterion: Criterion) -> Guard:
    guard = _criterion_guard(criterion)
    if criterion is not checks.TRAINER_ACTIVITIES:
        return guard
    return replace(
        guard,
        check=checks.trainer_activities,
        reads=criterion.figures | {records("lazstar")},
        reading=needs.read_activities,
    )


CRITERIA_GUARDS: Final = tuple(_guard_of(criterion) for criterion in CRITERIA)

NOMINATION_COMPLETE: Final = Guard(
    "nomination_complete",
    checks.nomination_complete,
    lambda _: "a nomination with its statement",
    "the nominator",
    "programme.md, nomination",
    "A complete nomination is needed; so far {measured}.",
    NOMINATIONS.readable,
    need=needs.need_statement,
)
NOMINATORS_GONE: Final = Guard(
    "no_nomination_left",
    checks.nominators_left,
    lambda _: "every nomination withdrawn",
    "the nominators",
    "programme.md, nomination",
    "A path ends when its last nomination is withdrawn; {measured} left.",
    NOMINATIONS.readable,
)
QUORUM: Final = Guard(
    "quorum",
    checks.count_quorum,
    lambda p: f"{p.panel.reviewers} reviewers from {p.panel.teams} teams",
    "the panel",
    "programme.md, the panel (ours)",
    "The panel could not complete its review in time.",
    PANEL.readable,
    reading=needs.read_quorum,
    need=needs.need_scorecards,
    title="Panel quorum",
)
PANEL_APPROVAL: Final = Guard(
    "panel_approval",
    checks.panel_approval,
    lambda p: f"mean at least {p.panel.mean}, no item below {p.panel.floor}",
    "the panel",
    "programme.md, the panel (ours)",
    "The panel's overall judgement must reach the bar.",
    PANEL.readable,
    reading=needs.read_approval,
    need=needs.need_approval,
)
NOT_CARRIED_OVER: Final = Guard(
    "not_carried_over",
    checks.not_carried_over,
    lambda _: "not carried over before",
    "nobody",
    "programme.md, award path",
    "A candidacy is postponed once at most.",
    _ITSELF,
    title="Not put off before",
)
NO_SITTING_AWARD: Final = Guard(
    "no_sitting_award",
    checks.no_sitting_award,
    lambda _: "no award that is sitting",
    "the end of the other award",
    "programme.md, nomination",
    "You hold the award already: {measured}.",
    _AWARDS,
    by_clock=False,
    need=needs.need_end_of_other_award,
    title="No award held now",
)
NO_OPEN_CASE: Final = Guard(
    "no_open_case",
    checks.no_open_case,
    lambda _: "no compliance case open",
    "compliance",
    "programme.md, tenure (ours)",
    "A compliance case must be closed first.",
    frozenset({records("case")}),
    need=needs.need_closed_case,
)
OPEN_CASE: Final = none_of("open_case", NO_OPEN_CASE, wording="A compliance case is open.")
GOOD_STANDING: Final = Guard(
    "good_standing",
    checks.good_standing,
    lambda _: "the seller in good standing",
    "compliance",
    "FAQ, Reconnect",
    "Your standing with the programme: {measured}.",
    frozenset({records("good_standing")}),
)
HELD_A_YEAR: Final = Guard(
    "held_a_year",
    checks.held_a_year,
    lambda p: f"an award held for {p.reconnect.held_months} months",
    "the clock",
    "FAQ, Reconnect",
    "Reconnect is for those who held the award for a year: {measured}.",
    _AWARDS,
    title="Award held for a year",
)
LATEST_PATH: Final = Guard(
    "latest_path",
    checks.latest_path,
    lambda _: "the seller's latest award",
    "nobody",
    "FAQ, Reconnect",
    "A later award of yours decides: {measured}.",
    title="The latest award decides",
)
NO_NEWER_PATH: Final = Guard(
    "no_newer_path",
    checks.no_newer_path,
    lambda _: "no newer candidacy",
    "the seller",
    "programme.md, award path",
    "A newer candidacy of yours decides: {measured}.",
    title="No newer candidacy",
)
NO_MEMBERSHIP: Final = Guard(
    "no_membership",
    checks.no_membership,
    lambda _: "no membership yet",
    "the seller",
    "programme.md, the lifecycles",
    "You are a member already: {measured}.",
    title="Not a member yet",
)
RECONNECT_STEPS: Final = Guard(
    "reconnect_steps",
    checks.reconnect_steps,
    lambda p: f"done: {', '.join(p.reconnect.steps)}",
    "the seller",
    "FAQ, Reconnect",
    "Before the team can add you: {measured}.",
    reads=frozenset({records("step")}),
    need=needs.need_steps,
    title="Steps to Reconnect done",
)
LEFT_BY_CHOICE: Final = Guard(
    "left_by_choice",
    checks.left_by_choice,
    lambda _: "removed because they left",
    "nobody",
    "FAQ, Reconnect",
    "Those who left by choice may join again; you were removed for: {measured}.",
)
WITHIN_APPEAL: Final = Guard(
    "within_appeal",
    checks.within_appeal,
    lambda p: f"within {p.appeal.days} days of the notice",
    "nobody",
    "programme.md, tenure (ours)",
    "An appeal can be granted until {measured}.",
    title="Within the time to appeal",
)
APPEAL_GRANTED: Final = Guard(
    "appeal_granted",
    checks.appeal_granted,
    lambda p: f"{p.appeal.persons} persons outside the panel",
    "managers outside the panel",
    "programme.md, tenure (ours)",
    "An appeal needs {required}; so far {measured}.",
    need=needs.need_appeal_voices,
)
CONDUCT_BAR: Final = Guard(
    "no_conduct_bar",
    checks.conduct_bar,
    lambda p: f"{p.conduct.bar_months} months since an end for code of conduct",
    "the clock",
    "programme.md, tenure (ours)",
    "A nomination is barred {measured}.",
    frozenset({records("good_standing"), records("conduct")}),
    title="No bar for conduct",
)
GRACE_OVER: Final = Guard(
    "grace_over",
    checks.grace_over,
    lambda p: f"{p.renewal.grace_days} days since the due date",
    "the clock",
    "programme.md, tenure (ours)",
    "The time to decide has passed.",
    _ITSELF,
    title="Grace is over",
)

NO_QUORUM: Final = none_of(
    "no_quorum", QUORUM, wording="The panel has not completed its review.", title="No panel quorum"
)
NOT_APPROVED: Final = none_of(
    "not_approved", PANEL_APPROVAL, wording="The panel did not approve.", title="No panel approval"
)
PANEL_REFUSAL: Final = all_of(
    "panel_refusal",
    QUORUM,
    NOT_APPROVED,
    wording="The panel decided against it.",
    title="Panel's refusal",
)
POSTPONABLE: Final = any_of(
    "postponable",
    NO_QUORUM,
    OPEN_CASE,
    wording="The decision is put off to the next cycle.",
    title="Decision can be put off",
)
NOT_RENEWABLE: Final = any_of(
    "not_renewable",
    PANEL_REFUSAL,
    all_of("grace_over_decided", GRACE_OVER, QUORUM, wording="Grace is over."),
    wording="The renewal was not granted.",
    title="Renewal not granted",
)
NOMINATION_INCOMPLETE: Final = none_of(
    "nomination_incomplete", NOMINATION_COMPLETE, wording="No nomination is complete yet."
)
RECONNECT_READY: Final = all_of(
    "reconnect_ready",
    GOOD_STANDING,
    HELD_A_YEAR,
    RECONNECT_STEPS,
    wording="The team can add you to the group.",
    title="Ready for Reconnect",
)
ALUMNI_DOOR: Final = all_of(
    "alumni_door",
    GOOD_STANDING,
    HELD_A_YEAR,
    wording="Reconnect is open to you.",
    title="Open to Reconnect",
)

GUARDS: Final = {
    guard.name: guard
    for guard in (
        *CRITERIA_GUARDS,
        NOMINATION_COMPLETE,
        NOMINATORS_GONE,
        QUORUM,
        NO_QUORUM,
        PANEL_APPROVAL,
        NOT_RENEWABLE,
        POSTPONABLE,
        NOT_CARRIED_OVER,
        NO_SITTING_AWARD,
        NO_OPEN_CASE,
        OPEN_CASE,
        GOOD_STANDING,
        HELD_A_YEAR,
        LATEST_PATH,
        NO_NEWER_PATH,
        NO_MEMBERSHIP,
        RECONNECT_STEPS,
        LEFT_BY_CHOICE,
        WITHIN_APPEAL,
        APPEAL_GRANTED,
        CONDUCT_BAR,
        GRACE_OVER,
        ALUMNI_DOOR,
        NOMINATION_INCOMPLETE,
        RECONNECT_READY,
    )
}
