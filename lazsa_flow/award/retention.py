"""Retention: until when free text is kept.

Source:
    programme.md, "Versions and data".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lazsa_flow.lifecycle.dates import add_months

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.award.policy import AwardPolicy
    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.service.context import Context


def keep_text_until(context: Context, path: Path) -> date | None:
    """Return until when free text of a path's round is kept; ``None`` where it is in no round."""
    if path.cycle_on is None:
        return None
    policy = cast("AwardPolicy", context.rulebook.policy_of(path))
    return add_months(path.cycle_on, policy.retention.free_text_months)
