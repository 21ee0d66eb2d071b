"""Nomination windows: which cycle a nomination belongs to, and until when it is taken.

Source:
    programme.md, "Nomination and the award cycle".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lazsa_flow.award.rules.perks import LIFECYCLE
from lazsa_flow.errors import ConflictError

if TYPE_CHECKING:
    from datetime import date, datetime

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.service.context import Context


def open_cycle(context: Context, country: str, now: datetime) -> date:
    """Return the cycle whose nomination window is open, by each cycle's own policy."""
    calendar = context.rulebook.calendar(country)
    return calendar.first_open_cycle(now, lambda cycle_on: closes_days(context, country, cycle_on))


def closes_days(context: Context, country: str, cycle_on: date) -> int:
    """Return how many days before a cycle date its nomination window closes."""
    policy = context.rulebook.policy_of_cycle(LIFECYCLE, country, cycle_on)
    return cast("AwardPolicy", policy).nomination.closes_days


def check_window(context: Context, path: Path, now: datetime) -> None:
    """Check that the nomination window of the path's cycle is still open.

    Raises:
        ConflictError: It has; the next cycle's window is named.
    """
    assert path.cycle_on is not None
    calendar = context.rulebook.calendar(path.country)
    closes = calendar.closes(path.cycle_on, closes_days(context, path.country, path.cycle_on))
    if now < closes.at:
        return
    following = calendar.next_held(path.cycle_on)
    until = calendar.closes(following, closes_days(context, path.country, following)).on
    what = (
        f"{path.ref} is {path.state.replace('_', ' ')} for {path.cycle_on}, whose nomination "
        f"window closed on {closes.on}; the window of the next cycle, {following}, is open from "
        f"{closes.on} and closes on {until}: nominate once {path.ref} is decided"
    )
    raise ConflictError(path.subject, what, calendar.start(path.cycle_on).at)
