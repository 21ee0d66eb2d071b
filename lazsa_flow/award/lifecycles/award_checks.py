"""Checks of the award's guards: what each reads, and what it finds.

Source:
    programme.md, "The lifecycles", "The panel", "Tenure, renewal, retirement" and "Reconnect".
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.evidence import FACTS, NOMINATIONS, PANEL
from lazsa_flow.award.rules.criteria import CRITERIA, judge_criterion, judge_trainer
from lazsa_flow.lifecycle.dates import add_months
from lazsa_flow.lifecycle.ids import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.lifecycle.guards import Found
    from lazsa_flow.lifecycle.model import GuardContext, Path, Period, Statement

CONDUCT: Final = ("good_standing", "conduct")
"""The kinds of records that tell of an end for code of conduct; the second leaves the standing."""

TRAINER_ACTIVITIES: Final = next(each for each in CRITERIA if each.name == "trainer_activities")


def award_policy(context: GuardContext) -> AwardPolicy:
    """Return the context's policy as the award's."""
    policy: AwardPolicy = context.policy  # type: ignore[assignment]
    return policy


def _award_paths(context: GuardContext) -> Iterator[Path]:
    """Yield the subject's award paths, this one included."""
    return chain((context.path,), (p for p in context.snapshot.others if p.lifecycle == "award"))


def _latest_statement(context: GuardContext, kind: str, name: str) -> Statement | None:
    """Return the latest statement of a kind and name that is dated on or before today."""
    found = None
    for record in context.snapshot.records:
        if record.kind == kind and record.name == name and record.as_of <= context.on:
            found = record
    return found


def nomination_complete(context: GuardContext) -> Found:
    """Count the nominations that stand, and those of them that are complete."""
    standing = [n for n in context.snapshot[NOMINATIONS] if not n.withdrawn]
    complete = sum(n.complete for n in standing)
    return complete > 0, f"{complete} of {len(standing)} complete", None


def nominators_left(context: GuardContext) -> Found:
    """Count the nominators who have not withdrawn."""
    left = sum(not n.withdrawn for n in context.snapshot[NOMINATIONS])
    return left == 0, left, None


def trainer_activities(context: GuardContext) -> Found:
    """Find the activities of a trainer; the trainer path decides who is one, if there is a path."""
    facts, bars = context.snapshot[FACTS], award_policy(context).criteria
    if trainer_path_says(context):
        return judge_trainer(facts, context.judged_on, bars)
    return judge_criterion(TRAINER_ACTIVITIES, facts, context.judged_on, bars)


def trainer_path_says(context: GuardContext) -> bool | None:
    """Return whether the trainer path makes the seller a trainer; ``None`` if it does not say."""
    record = _latest_statement(context, "lazstar", "")
    return None if record is None else record.value == "began"


def count_quorum(context: GuardContext) -> Found:
    """Count reviewers and teams."""
    tally, bars = context.snapshot[PANEL], award_policy(context).panel
    held = tally.has_quorum(bars.reviewers, bars.teams)
    return held, f"{tally.cards} reviewers from {tally.teams} teams", None


def panel_approval(context: GuardContext) -> Found:
    """Find the panel's overall mean, and the lowest item's."""
    tally, bars = context.snapshot[PANEL], award_policy(context).panel
    if not tally.cards:
        return False, "no scorecard", None
    figures = _mean_text(tally.total, tally.scores, tally.least, tally.cards)
    return tally.approves(bars.mean, bars.floor), figures, None


@lru_cache(maxsize=65536)
def _mean_text(total: int, scores: int, lowest: int, cards: int) -> str:
    return f"mean {total / scores:.4f}, lowest item {lowest / cards:.4f}"


def not_carried_over(context: GuardContext) -> Found:
    """Count how often the candidacy was put off."""
    times = len(context.path.periods.get("postponement", ()))
    return times == 0, times, None


def no_sitting_award(context: GuardContext) -> Found:
    """Find another path whose award is sitting, and when it falls due."""
    for path in context.snapshot.others:
        if path.lifecycle == "award" and path.period("award", context.at):
            return False, f"{path.ref} due {path.cycle_on}", path.cycle_on
    return True, "none", None


def _open_cases(context: GuardContext) -> list[str]:
    latest = {r.name: r.value for r in context.snapshot.records if r.kind == "case"}
    return [name for name, value in latest.items() if value == "open"]


def no_open_case(context: GuardContext) -> Found:
    """Count the compliance cases that are open."""
    cases = _open_cases(context)
    return not cases, len(cases), None


def good_standing(context: GuardContext) -> Found:
    """Find the latest statement on the standing."""
    record = _latest_statement(context, "good_standing", "")
    if record is None or record.value == "began":
        return True, "good", None
    return False, f"lost on {record.as_of}: {record.reason}", None


def held_a_year(context: GuardContext) -> Found:
    """Find a full tenure on any path, or how much is missing."""
    months = award_policy(context).reconnect.held_months
    tenures = [
        (add_months(span.began_on, months), span.ended_on or context.on, span.ended_on is None)
        for path in _award_paths(context)
        for span in path.periods.get("award", ())
    ]
    if not tenures:
        return False, "never awarded", None
    held = any(full <= until for full, until, _ in tenures)
    running = [full for full, _, open_ in tenures if open_]
    longest = max(until - full for full, until, _ in tenures)
    measured = "a full tenure" if held else f"{-longest.days} days short"
    return held, measured, None if held or not running else min(running)


def latest_path(context: GuardContext) -> Found:
    """Find a later path that was awarded."""
    newer = [
        path.ref
        for path in _award_paths(context)
        if path.id > context.path.id and "award" in path.periods
    ]
    return not newer, newer[0] if newer else "the latest award", None


def no_newer_path(context: GuardContext) -> Found:
    """Find a newer path, awarded or not."""
    newer = [path.ref for path in _award_paths(context) if path.id > context.path.id]
    return not newer, newer[0] if newer else "none", None


def no_membership(context: GuardContext) -> Found:
    """Find the path whose membership is running."""
    for path in _award_paths(context):
        if path.period("membership", context.at):
            return False, path.ref, None
    return True, "none", None


def reconnect_steps(context: GuardContext) -> Found:
    """Find the steps that are missing."""
    wanted = award_policy(context).reconnect.steps
    missing = [
        step
        for step in wanted
        if (record := _latest_statement(context, "step", step)) is None or record.value != "done"
    ]
    return not missing, f"missing: {', '.join(missing) or 'none'}", None


def left_by_choice(context: GuardContext) -> Found:
    """Find why the membership ended."""
    periods = context.path.periods.get("membership", ())
    reason = periods[-1].reason if periods else None
    return reason == "left", reason, None


def _open_appeal(context: GuardContext) -> Period | None:
    periods = context.path.periods.get("appeal", ())
    return periods[-1] if periods and periods[-1].ended_at is None else None


def within_appeal(context: GuardContext) -> Found:
    """Find the last day of an appeal."""
    appeal = _open_appeal(context)
    if appeal is None:
        return False, "no decision to appeal", None
    told_on = context.calendar.local_date(appeal.recorded_at)
    until = told_on + timedelta(days=award_policy(context).appeal.days)
    return context.calendar.local_date(context.recorded_at) <= until, str(until), None


def voices_of(path: Path, records: Iterable[Statement]) -> dict[str, Statement]:
    """Return each person's last voice on the latest appeal of a path, by their folded id.

    Voices on an earlier decision of the path do not count.
    """
    appeals = path.periods.get("appeal", ())
    return {
        fold(record.actor.partition(":")[2]): record
        for record in records
        if record.kind == "appeal"
        and record.name == path.ref
        and appeals
        and record.recorded_at >= appeals[-1].recorded_at
    }


def appeal_granted(context: GuardContext) -> Found:
    """Count the persons outside the panel who grant the appeal."""
    seen = context.snapshot
    inside = {context.path.subject, *seen[PANEL].panel, *(n.nominator for n in seen[NOMINATIONS])}
    voices = voices_of(context.path, seen.records) if _open_appeal(context) else {}
    granting = {person for person, record in voices.items() if record.value == "grant"}
    outside = granting - set(map(fold, inside))
    wanted = award_policy(context).appeal.persons
    return len(outside) >= wanted, f"{len(outside)} of {wanted} persons", None


def conduct_bar(context: GuardContext) -> Found:
    """Find until when a breach of conduct bars a nomination."""
    barred: date | None = None
    for record in context.snapshot.records:
        if record.kind in CONDUCT and record.reason == "code_of_conduct":
            ended = record.value == "ended"
            months = award_policy(context).conduct.bar_months
            barred = add_months(record.as_of, months) if ended else None
    if barred is None or barred <= context.on:
        return True, "none", None
    return False, f"until {barred}", barred


def grace_over(context: GuardContext) -> Found:
    """Find whether grace is over."""
    policy = award_policy(context).renewal
    end = context.judged_on + timedelta(days=policy.grace_days)
    over = context.at >= context.calendar.start(end).at
    return over, str(context.on), None if over else end
