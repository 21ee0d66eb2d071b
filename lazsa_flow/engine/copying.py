"""A copy of a situation, down to its path, whose fields a draft may set."""

from __future__ import annotations

from lazsa_flow.domain.model import Evidence, Path, Situation


def copy_situation(situation: Situation) -> Situation:
    """Copy a situation down to its path; far faster than ``copy`` or ``replace``."""
    seen, path = situation.seen, situation.seen.path
    own = Path(
        path.id,
        path.lifecycle,
        path.subject,
        path.country,
        path.state,
        path.seq,
        path.head,
        path.cycle_on,
        path.opened_at,
        path.entered_at,
        path.parked,
        path.spans,
        path.data,
        path.recorded_at,
    )
    evidence = Evidence(
        own,
        seen.facts,
        seen.tally,
        seen.nominations,
        seen.records,
        seen.others,
        seen.timers,
        seen.taken,
    )
    return Situation(
        evidence,
        situation.at,
        situation.on,
        situation.recorded_at,
        situation.policy,
        situation.calendar,
        situation.actor,
        situation.reason,
    )
