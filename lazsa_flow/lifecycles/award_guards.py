"""What must hold before an award path moves?

The guards of the award lifecycle besides its criteria, and the criteria as guards.

Source:
    programme.md, "The lifecycles", "The panel", "Tenure, renewal, retirement" and "Reconnect".
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final

from lazsa_flow.domain.criteria import CRITERIA, Criterion, judge
from lazsa_flow.domain.cycles import add_months
from lazsa_flow.domain.guards import (
    NOMINATIONS,
    PANEL,
    Guard,
    all_of,
    any_of,
    none_of,
    records,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from lazsa_flow.domain.guards import Found
    from lazsa_flow.domain.model import Path, Record, Situation, Span
    from lazsa_flow.domain.policy import AwardPolicy


_ITSELF: Final[frozenset[str]] = frozenset()
"""What a guard reads that looks at nothing but the path."""


def rules(situation: Situation) -> AwardPolicy:
    """Return the situation's policy as the award's."""
    policy: AwardPolicy = situation.policy  # type: ignore[assignment]
    return policy


def _paths(situation: Situation) -> Iterator[Path]:
    """Yield the subject's award paths, this one included."""
    return chain((situation.path,), (p for p in situation.seen.others if p.lifecycle == "award"))


def _latest(situation: Situation, kind: str, name: str) -> Record | None:
    """Return the last word recorded under a kind and name, dated on or before today."""
    found = None
    for record in situation.seen.records:
        if record.kind == kind and record.name == name and record.as_of <= situation.on:
            found = record
    return found


def _criterion(criterion: Criterion) -> Guard:
    def check(situation: Situation) -> Found:
        seen, bars = situation.seen, rules(situation).criteria
        return judge(criterion, seen.facts, seen.path.cycle_on or situation.on, bars)

    return Guard(
        criterion.name,
        check,
        lambda policy: criterion.required(policy.criteria),
        "the seller, by the next facts",
        criterion.source,
        criterion.wording,
        criterion.figures,
    )


def _nomination_complete(situation: Situation) -> Found:
    standing = [n for n in situation.seen.nominations if not n.withdrawn]
    complete = sum(n.complete for n in standing)
    return complete > 0, f"{complete} of {len(standing)} complete", None


def _nominators_left(situation: Situation) -> Found:
    left = sum(not n.withdrawn for n in situation.seen.nominations)
    return left == 0, left, None


def _quorum(situation: Situation) -> Found:
    tally, bars = situation.seen.tally, rules(situation).panel
    held = tally.has_quorum(bars.reviewers, bars.teams)
    return held, f"{tally.cards} reviewers from {tally.teams} teams", None


def _panel_approval(situation: Situation) -> Found:
    tally, bars = situation.seen.tally, rules(situation).panel
    if not tally.cards:
        return False, "no scorecard", None
    figures = _means(tally.total, tally.scores, min(tally.sums), tally.cards)
    return tally.approves(bars.mean, bars.floor), figures, None


@lru_cache(maxsize=65536)
def _means(total: int, scores: int, lowest: int, cards: int) -> str:
    return f"mean {total / scores:.4f}, lowest item {lowest / cards:.4f}"


def _not_carried_over(situation: Situation) -> Found:
    times = len(situation.path.spans.get("postponement", ()))
    return times == 0, times, None


def _no_sitting_award(situation: Situation) -> Found:
    for path in situation.seen.others:
        if path.lifecycle == "award" and path.span("award", situation.at):
            return False, f"{path.ref} due {path.cycle_on}", path.cycle_on
    return True, "none", None


def _open_cases(situation: Situation) -> list[str]:
    latest = {r.name: r.value for r in situation.seen.records if r.kind == "case"}
    return [name for name, value in latest.items() if value == "open"]


def _no_open_case(situation: Situation) -> Found:
    cases = _open_cases(situation)
    return not cases, len(cases), None


def _good_standing(situation: Situation) -> Found:
    record = _latest(situation, "good_standing", "")
    if record is None or record.value == "began":
        return True, "good", None
    return False, f"lost on {record.as_of}: {record.reason}", None


def _held_a_year(situation: Situation) -> Found:
    months = rules(situation).reconnect.held_months
    tenures = [
        (add_months(span.began_on, months), span.ended_on or situation.on, span.ended_on is None)
        for path in _paths(situation)
        for span in path.spans.get("award", ())
    ]
    if not tenures:
        return False, "never awarded", None
    held = any(full <= until for full, until, _ in tenures)
    running = [full for full, _, open_ in tenures if open_]
    longest = max(until - full for full, until, _ in tenures)
    measured = "a full tenure" if held else f"{-longest.days} days short"
    return held, measured, None if held or not running else min(running)


def _latest_path(situation: Situation) -> Found:
    newer = [
        path.ref
        for path in _paths(situation)
        if path.id > situation.path.id and "award" in path.spans
    ]
    return not newer, newer[0] if newer else "the latest award", None


def _no_newer_path(situation: Situation) -> Found:
    newer = [path.ref for path in _paths(situation) if path.id > situation.path.id]
    return not newer, newer[0] if newer else "none", None


def _no_membership(situation: Situation) -> Found:
    for path in _paths(situation):
        if path.span("membership", situation.at):
            return False, path.ref, None
    return True, "none", None


def _reconnect_steps(situation: Situation) -> Found:
    wanted = rules(situation).reconnect.steps
    missing = [
        step
        for step in wanted
        if (record := _latest(situation, "step", step)) is None or record.value != "done"
    ]
    return not missing, f"missing: {', '.join(missing) or 'none'}", None


def _left_by_choice(situation: Situation) -> Found:
    spans = situation.path.spans.get("membership", ())
    reason = spans[-1].reason if spans else None
    return reason == "left", reason, None


def _open_appeal(situation: Situation) -> Span | None:
    spans = situation.path.spans.get("appeal", ())
    return spans[-1] if spans and spans[-1].ended_at is None else None


def _within_appeal(situation: Situation) -> Found:
    appeal = _open_appeal(situation)
    if appeal is None:
        return False, "no decision to appeal", None
    told_on = situation.calendar.local_date(appeal.told_at)
    until = told_on + timedelta(days=rules(situation).appeal.days)
    return situation.calendar.local_date(situation.recorded_at) <= until, str(until), None


def _appeal_granted(situation: Situation) -> Found:
    appeal = _open_appeal(situation)
    # voices on an earlier decision of this path say nothing about the latest
    voices = {
        record.actor: record.value
        for record in situation.seen.records
        if record.kind == "appeal"
        and record.name == situation.path.ref
        and appeal is not None
        and record.recorded_at >= appeal.told_at
    }
    granting = {voice.partition(":")[2] for voice, value in voices.items() if value == "grant"}
    outside = granting - situation.seen.tally.panel
    wanted = rules(situation).appeal.persons
    return len(outside) >= wanted, f"{len(outside)} of {wanted} persons", None


def _conduct_bar(situation: Situation) -> Found:
    barred: date | None = None
    for record in situation.seen.records:
        if record.kind == "good_standing" and record.reason == "code_of_conduct":
            ended = record.value == "ended"
            months = rules(situation).conduct.bar_months
            barred = add_months(record.as_of, months) if ended else None
    if barred is None or barred <= situation.on:
        return True, "none", None
    return False, f"until {barred}", barred


def _grace_over(situation: Situation) -> Found:
    policy = rules(situation).renewal
    end = situation.judged_on + timedelta(days=policy.grace_days)
    over = situation.at >= situation.calendar.start(end).at
    return over, str(situation.on), None if over else end


CRITERIA_GUARDS: Final = tuple(_criterion(criterion) for criterion in CRITERIA)

NOMINATION_COMPLETE: Final = Guard(
    "nomination_complete",
    _nomination_complete,
    lambda _: "a nomination with its statement",
    "the nominator",
    "programme.md, nomination",
    "A complete nomination is needed; so far {measured}.",
    frozenset({NOMINATIONS}),
)
NOMINATORS_GONE: Final = Guard(
    "no_nomination_left",
    _nominators_left,
    lambda _: "every nomination withdrawn",
    "the nominators",
    "programme.md, nomination",
    "A path ends when its last nomination is withdrawn; {measured} left.",
    frozenset({NOMINATIONS}),
)
QUORUM: Final = Guard(
    "quorum",
    _quorum,
    lambda p: f"{p.panel.reviewers} reviewers from {p.panel.teams} teams",
    "the panel",
    "programme.md, the panel (ours)",
    "The panel could not complete its review in time.",
    frozenset({PANEL}),
)
PANEL_APPROVAL: Final = Guard(
    "panel_approval",
    _panel_approval,
    lambda p: f"mean at least {p.panel.mean}, no item below {p.panel.floor}",
    "the panel",
    "programme.md, the panel (ours)",
    "The panel's overall judgement must reach the bar.",
    frozenset({PANEL}),
)
NOT_CARRIED_OVER: Final = Guard(
    "not_carried_over",
    _not_carried_over,
    lambda _: "not carried over before",
    "nobody",
    "programme.md, award path",
    "A candidacy is postponed once at most.",
    _ITSELF,
)
NO_SITTING_AWARD: Final = Guard(
    "no_sitting_award",
    _no_sitting_award,
    lambda _: "no award that is sitting",
    "the clock",
    "programme.md, nomination",
    "You hold the award already: {measured}.",
    _ITSELF,
)
NO_OPEN_CASE: Final = Guard(
    "no_open_case",
    _no_open_case,
    lambda _: "no compliance case open",
    "compliance",
    "programme.md, tenure (ours)",
    "A compliance case must be closed first.",
    frozenset({records("case")}),
)
OPEN_CASE: Final = none_of("open_case", NO_OPEN_CASE, wording="A compliance case is open.")
GOOD_STANDING: Final = Guard(
    "good_standing",
    _good_standing,
    lambda _: "the seller in good standing",
    "compliance",
    "FAQ, Reconnect",
    "Your standing with the programme: {measured}.",
    frozenset({records("good_standing")}),
)
HELD_A_YEAR: Final = Guard(
    "held_a_year",
    _held_a_year,
    lambda p: f"an award held for {p.reconnect.held_months} months",
    "the clock",
    "FAQ, Reconnect",
    "Reconnect is for those who held the award for a year: {measured}.",
    _ITSELF,
)
LATEST_PATH: Final = Guard(
    "latest_path",
    _latest_path,
    lambda _: "the seller's latest award",
    "nobody",
    "FAQ, Reconnect",
    "A later award of yours decides: {measured}.",
)
NO_NEWER_PATH: Final = Guard(
    "no_newer_path",
    _no_newer_path,
    lambda _: "no newer candidacy",
    "the seller",
    "programme.md, award path",
    "A newer candidacy of yours decides: {measured}.",
)
NO_MEMBERSHIP: Final = Guard(
    "no_membership",
    _no_membership,
    lambda _: "no membership yet",
    "the seller",
    "programme.md, the lifecycles",
    "You are a member already: {measured}.",
)
RECONNECT_STEPS: Final = Guard(
    "reconnect_steps",
    _reconnect_steps,
    lambda p: f"done: {', '.join(p.reconnect.steps)}",
    "the seller",
    "FAQ, Reconnect",
    "Before the team can add you: {measured}.",
)
LEFT_BY_CHOICE: Final = Guard(
    "left_by_choice",
    _left_by_choice,
    lambda _: "removed because they left",
    "nobody",
    "FAQ, Reconnect",
    "Whoever left may join again; you were removed for: {measured}.",
)
WITHIN_APPEAL: Final = Guard(
    "within_appeal",
    _within_appeal,
    lambda p: f"within {p.appeal.days} days of the notice",
    "nobody",
    "programme.md, tenure (ours)",
    "An appeal can be granted until {measured}.",
)
APPEAL_GRANTED: Final = Guard(
    "appeal_granted",
    _appeal_granted,
    lambda p: f"{p.appeal.persons} persons outside the panel",
    "managers outside the panel",
    "programme.md, tenure (ours)",
    "An appeal needs {required}; so far {measured}.",
)
CONDUCT_BAR: Final = Guard(
    "no_conduct_bar",
    _conduct_bar,
    lambda p: f"{p.conduct.bar_months} months since an end for code of conduct",
    "the clock",
    "programme.md, tenure (ours)",
    "A nomination is barred {measured}.",
)
GRACE_OVER: Final = Guard(
    "grace_over",
    _grace_over,
    lambda p: f"{p.renewal.grace_days} days since the due date",
    "the clock",
    "programme.md, tenure (ours)",
    "The time to decide has passed.",
    _ITSELF,
)

NO_QUORUM: Final = none_of("no_quorum", QUORUM, wording="The panel has not completed its review.")
NOT_APPROVED: Final = none_of("not_approved", PANEL_APPROVAL, wording="The panel did not approve.")
PANEL_REFUSAL: Final = all_of(
    "panel_refusal", QUORUM, NOT_APPROVED, wording="The panel decided against it."
)
POSTPONABLE: Final = any_of(
    "postponable",
    NO_QUORUM,
    OPEN_CASE,
    wording="The decision is put off to the next cycle.",
)
NOT_RENEWABLE: Final = any_of(
    "not_renewable",
    PANEL_REFUSAL,
    all_of("grace_over_decided", GRACE_OVER, QUORUM, wording="Grace is over."),
    wording="The renewal was not granted.",
)
ALUMNI_DOOR: Final = all_of(
    "alumni_door", GOOD_STANDING, HELD_A_YEAR, wording="Reconnect is open to you."
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
    )
}
