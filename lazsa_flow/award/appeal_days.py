"""The days of an appeal: until when the latest decision on a path can be appealed.

Source:
    programme.md, "Tenure, renewal, retirement".
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from lazsa_flow.award.rules.perks import LIFECYCLE

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.service.context import Context


def appeal_until(context: Context, path: Path) -> date | None:
    """Return the last day on which the latest decision on a path can be appealed, if it can."""
    appeal = path.periods.get("appeal", ())
    if path.lifecycle != LIFECYCLE or not appeal or appeal[-1].ended_at is not None:
        return None
    return last_day_of_appeal(context, path)


def last_day_of_appeal(context: Context, path: Path) -> date:
    """Return the last day on which the latest appeal of a path can be granted."""
    days = cast("AwardPolicy", context.rulebook.policy_of(path)).appeal.days
    told_on = context.rulebook.calendar(path.country).local_date(
        path.periods["appeal"][-1].recorded_at
    )
    return told_on + timedelta(days=days)
