"""Reminders when they are sent: what they say, and whether they still apply.

A reminder is decided at its instant and sent later: after quiet hours, or by a relay that was down.
What has changed since is read when it is sent.

Source:
    programme.md, "The year between".
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from lazsa_flow.award.evidence import FACTS, NOMINATIONS, PANEL
from lazsa_flow.award.rules.bar_figures import bar_figures
from lazsa_flow.lifecycle.ids import is_among, same_person

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.award.store.transaction import AwardTransaction
    from lazsa_flow.engine.outbox_values import Claimed
    from lazsa_flow.lifecycle.model import Snapshot
    from lazsa_flow.service.context import Context

INCOMPLETE: Final = "nomination_incomplete"
FIGURES_TOLD: Final = ("half_way", "renewal_round_opened")
_REVIEWED: Final = ("under_review", "awarded", "renewed")
"""The states in which a card for the path's round is still asked for."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """The subject of a reminder: its path's evidence, as recorded when the reminder was made."""

    seen: Snapshot
    on: date


def look_up_reminded(
    context: Context, transaction: AwardTransaction, notices: Collection[Claimed]
) -> dict[str, Reminded]:
    """Read the subjects of reminders, by notice key."""
    found = {}
    for notice in notices:
        if notice.kind in (INCOMPLETE, *FIGURES_TOLD):
            on = context.rulebook.calendar(notice.path.country).local_date(notice.created_at)
            # an incomplete nomination may have been completed since, figures are those of then
            before = None if notice.kind == INCOMPLETE else notice.created_at
            for seen in transaction.load_chunk([notice.path.id], before=before, on=on):
                found[notice.key] = Reminded(seen, on)
    return found


def reminder_applies(notice: Claimed, reminded: Reminded | None) -> bool:
    """Return whether a reminder still applies; any other notice does."""
    path = notice.path
    if notice.kind in FIGURES_TOLD:
        return path.state in ("awarded", "renewed") and path.cycle_on == notice.cycle_on
    if notice.kind != INCOMPLETE or reminded is None:
        return True
    standing = [each for each in reminded.seen[NOMINATIONS] if not each.withdrawn]
    person = notice.to.partition(":")[2]
    return (
        path.state == "nominated"
        and not any(each.complete for each in standing)
        and any(same_person(each.nominator, person) for each in standing)
    )


def reminder_fields(context: Context, notice: Claimed, reminded: Reminded | None) -> dict[str, Any]:
    """Return the fields that only a reminder has."""
    if reminded is None or notice.cycle_on is None:
        return {}
    rules = cast("AwardPolicy", context.rulebook.policy_of(reminded.seen.path))
    if notice.kind == INCOMPLETE:
        closes_on = notice.cycle_on - timedelta(days=rules.nomination.closes_days)
        return {"closes_on": closes_on}
    facts = reminded.seen[FACTS]
    current = facts is not None and facts.as_of <= reminded.on
    return {
        "figures": bar_figures(facts, reminded.on, rules.criteria),
        "facts_as_of": facts.as_of if facts is not None and current else None,
        "round_opens_on": notice.cycle_on - timedelta(days=rules.panel.renewal_opens_days),
    }


def reviewers_missing(
    context: Context, transaction: AwardTransaction, notices: Sequence[Claimed]
) -> dict[str, list[str]]:
    """Return, by the key of each notice, the seated reviewers whose card is missing now.

    Left out are those who may not score the path: its nominators, and the seller.
    """
    found: dict[str, list[str]] = {}
    seats: dict[tuple[str, date], list[str]] = {}
    now = context.clock.now()
    for notice in notices:
        path, cycle_on = notice.path, notice.path.cycle_on
        if path.state not in _REVIEWED or cycle_on is None or cycle_on != notice.cycle_on:
            continue
        on = context.rulebook.calendar(path.country).local_date(now)
        if on >= cycle_on:
            continue
        panel = (path.country, cycle_on)
        if panel not in seats:
            seats[panel] = sorted(transaction.seats_of(*panel))
        for seen in transaction.load_chunk([path.id], before=None, on=on):
            nominators = transaction.nominators_of(path.subject)
            done = {*seen[PANEL].panel, path.subject, *nominators}
            found[notice.key] = [each for each in seats[panel] if not is_among(each, done)]
    return found
