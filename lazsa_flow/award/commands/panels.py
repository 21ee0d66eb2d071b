"""Panels: the candidates of a country and cycle, and what is missing for each.

The local team sees which cards are missing, who may not score, and what counts against a candidate.

Source:
    programme.md, "The panel".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lazsa_flow.award.commands.scoring import missing_for_quorum
from lazsa_flow.award.commands.seats import JUDGED_STATES, fold_names
from lazsa_flow.award.evidence import PANEL
from lazsa_flow.award.lifecycles.award_checks import CONDUCT
from lazsa_flow.award.titles import title_of
from lazsa_flow.engine.explain import evaluate_guards
from lazsa_flow.engine.rulebook import clock_actor
from lazsa_flow.lifecycle.ids import fold
from lazsa_flow.lifecycle.values import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.award.rules.panel import RecordedCard
    from lazsa_flow.lifecycle.model import Snapshot
    from lazsa_flow.service.context import Context


@dataclass(frozen=True, slots=True)
class Candidate:
    """One seller that the panel has to judge in a cycle.

    Attributes:
        path: The path's reference.
        seller: The seller's id.
        state: The path's state.
        cards: How many reviewers' cards count so far.
        teams: From how many teams.
        missing: What the quorum lacks, in words; empty where it is complete.
        waiting: Assigned reviewers who have neither scored nor recused, and may score.
        flags: What the panel should know beforehand: bars unmet as of today, a conduct bar that
            has ended.
        conflicts: Assigned reviewers who may not score: the seller, and anyone who nominated them.
        recused: Reviewers who recused themselves, each with the reason code.
        set_aside: Reviewers whose card was set aside, each with the reason code.
        member: Whether the nominee is a member of Reconnect.
        title: The title of a sitting ambassador.
        class_: How sure the outcome on the cycle date is as of now, where that was asked for.
    """

    path: str
    seller: str
    state: str
    cards: int
    teams: int
    missing: str
    waiting: tuple[str, ...]
    flags: tuple[str, ...]
    conflicts: tuple[str, ...] = ()
    recused: Mapping[str, str] = FrozenDict()
    set_aside: Mapping[str, str] = FrozenDict()
    member: bool = False
    title: str | None = None
    class_: str | None = None


def list_candidates(
    context: Context,
    country: str,
    cycle_on: date,
    *,
    after: str | None = None,
    limit: int | None = None,
) -> list[Candidate]:
    """List the candidates of a country's panel in a cycle, and what is missing for each.

    Args:
        context: By whose rules.
        country: Of which country.
        cycle_on: In which cycle.
        after: Only those after this path.
        limit: At most so many.
    """
    now = context.clock.now()
    today = context.rulebook.calendar(country).local_date(now)
    start = 0 if after is None else context.path_id(after)
    with context.store.begin(write=False) as transaction:
        candidates = transaction.candidates_of(
            country, cycle_on, JUDGED_STATES, after=start, limit=limit
        )
        seats = transaction.seats_of(country, cycle_on)
        evidence = transaction.load_chunk(list(candidates), before=None, on=today)
        nominators = transaction.nominators_of_all(set(candidates.values()))
        stood_back = transaction.stood_back(list(candidates), cycle_on)
        held = transaction.current_ids_of({name for each in seats for name in (each, fold(each))})
    names = {each: fold_names(each, held) for each in seats}
    return [
        _describe_candidate(
            context,
            seen,
            names,
            nominators.get(seen.path.subject, ()),
            stood_back.get(seen.path.id, ()),
        )
        for seen in evidence
    ]


@dataclass(frozen=True, slots=True)
class PanelGap:
    """How far a country's panel is from the quorums that it needs by the cycle date.

    Attributes:
        country: The country's code.
        cycle_on: The cycle date, local to the country.
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
    """Return how far each country's panel is with the next cycle."""
    now, found = context.clock.now(), []
    for code in sorted(context.rulebook.countries):
        calendar = context.rulebook.calendar(code)
        today = calendar.local_date(now)
        cycle_on = calendar.held_from(today)
        with context.store.read_statistics("award") as statistics:
            ids = statistics.numbers_in_round(code, cycle_on, JUDGED_STATES)
            evidence = statistics.evidence(ids, on=today) if ids else []
        short = [seen for seen in evidence if not _has_quorum(context, seen)]
        days = (cycle_on - today).days
        found.append(PanelGap(code, cycle_on, days, len(evidence), len(short)))
    return found


def _has_quorum(context: Context, seen: Snapshot) -> bool:
    rules = cast("AwardPolicy", context.rulebook.policy_of(seen.path)).panel
    return seen[PANEL].has_quorum(rules.reviewers, rules.teams)


def _describe_candidate(
    context: Context,
    seen: Snapshot,
    seats: Mapping[str, set[str]],
    nominators: Iterable[str],
    stood_back: Collection[RecordedCard],
) -> Candidate:
    path, tally = seen.path, seen[PANEL]
    barred = set(map(fold, {path.subject, *nominators}))
    may_not = {each for each, names in seats.items() if not names.isdisjoint(barred)}
    done = set(map(fold, tally.panel))
    return Candidate(
        path=path.ref,
        seller=path.subject,
        title=title_of(context, path, context.clock.now()),
        state=path.state,
        cards=tally.cards,
        teams=tally.teams,
        missing=missing_for_quorum(context, seen, tally),
        waiting=tuple(
            sorted(each for each in seats if fold(each) not in done and each not in may_not)
        ),
        flags=tuple(_find_flags(context, seen)),
        conflicts=tuple(sorted(may_not)),
        recused=_reason_codes(each for each in stood_back if each.set_aside_by is None),
        set_aside=_reason_codes(each for each in stood_back if each.set_aside_by is not None),
        member=any(
            (other.lifecycle, other.state) == (path.lifecycle, "reconnect") for other in seen.others
        ),
    )


def _reason_codes(cards: Iterable[RecordedCard]) -> Mapping[str, str]:
    """Return the reason code of each reviewer's card."""
    return FrozenDict({card.reviewer: card.reason or "" for card in cards})


def _find_flags(context: Context, seen: Snapshot) -> list[str]:
    """Return what counts against an award or renewal, apart from the panel's own cards."""
    path, now = seen.path, context.clock.now()
    lifecycle = context.rulebook.lifecycle(path.lifecycle)
    renewing = path.state not in ("nominated", "under_review")
    edge = (
        lifecycle.edge("renewal_due", "renew", None)
        if renewing
        else lifecycle.edge("under_review", "award", None)
    )
    assert edge is not None
    guard_context = context.rulebook.guard_context(
        seen, at=now, recorded_at=now, actor=clock_actor("panel")
    )
    others = [name for name in edge.guards if name not in ("quorum", "panel_approval")]
    verdicts = evaluate_guards(lifecycle, guard_context, others)
    flags = [str(verdict) for verdict in verdicts if not verdict.held]
    flags += [each.reading.note for each in verdicts if each.reading and each.reading.note]
    if any(r.kind in CONDUCT and r.reason == "code_of_conduct" for r in seen.records):
        flags.append("an earlier award or candidacy ended for code of conduct")
    if _is_member(seen):
        flags.append("a member of Reconnect")
    return flags


def _is_member(seen: Snapshot) -> bool:
    return any(other.state == "reconnect" for other in seen.others)
