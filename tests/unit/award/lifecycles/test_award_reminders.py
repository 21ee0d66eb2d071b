"""When ambassadors, nominators and reviewers are reminded (programme.md, "The year between")."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lazsa_flow.award.lifecycles.award_reminders import REMINDER_INSTANTS
from lazsa_flow.award.policy import AwardPolicy
from lazsa_flow.errors import ConfigError
from lazsa_flow.lifecycle.policy import read_toml
from tests.factories import context, midnight, path, policy_text

APRIL, OCTOBER, NEXT = date(2026, 4, 1), date(2026, 10, 1), date(2027, 4, 1)


def test_half_way_is_six_months_after_the_term_began() -> None:
    """A renewal that was decided in grace began on the cycle date before it."""
    for entered in (midnight(APRIL), midnight(APRIL + timedelta(days=20))):
        sitting = path("awarded", cycle_on=NEXT, entered_at=entered)
        asked = replace(context(path=sitting), at=entered, recorded_at=entered)
        moment = REMINDER_INSTANTS["half_way"](asked)
        assert moment is not None
        assert (moment.on, moment.at) == (OCTOBER, midnight(OCTOBER))
        late = replace(asked, recorded_at=midnight(OCTOBER))
        assert REMINDER_INSTANTS["half_way"](late) is None


@pytest.mark.parametrize(
    ("section", "line", "taken"),
    [
        ("renewal", "half_way_months = 3", True),
        ("renewal", "half_way_months = 12", False),
        ("panel", "reminder_days = [9, 3]", True),
        ("panel", "reminder_days = [2, 7]", False),
        ("panel", 'reminder_days = ["7"]', False),
        ("nomination", "reminder_days = 7", False),
    ],
)
def test_a_policy_may_name_other_days(section: str, line: str, taken: bool) -> None:
    """Days fall, and half of a term is less than the term."""
    text = policy_text().replace(f"[{section}]\n", f"[{section}]\n{line}\n")
    if taken:
        assert read_toml(AwardPolicy, text, where="test")
    else:
        with pytest.raises(ConfigError):
            read_toml(AwardPolicy, text, where="test")
