"""Timers of the award path: decisions on a cycle date, and reminders in between.

Source:
    programme.md, "The lifecycles".
"""

from __future__ import annotations

from typing import Final

from lazsa_flow.award.lifecycles.award_reminders import (
    CARD_REMINDER,
    HALF_WAY,
    NOMINATION_REMINDER,
    RENEWAL_OPENS,
)
from lazsa_flow.lifecycle.effects import Notify, Schedule
from lazsa_flow.lifecycle.table import Step, Timer

_PUT_OFF: Final = (
    Schedule("renewal_decision", round="next_cycle", when="open_case"),
    Notify("renewal_rescheduled", to="seller", when="open_case"),
)
TIMERS: Final = (
    Timer("review_opens", ("nominated",), "review_opens", steps=(Step("open_review"),)),
    Timer(
        "cycle_date",
        ("nominated", "under_review"),
        "cycle",
        steps=(
            Step("award"),
            Step("carry_over"),
            Step("decline", "incomplete"),
            Step("decline", "not_reviewed"),
            Step("decline", "case_open"),
            Step("decline", "not_selected"),
        ),
    ),
    NOMINATION_REMINDER,
    CARD_REMINDER,
    HALF_WAY,
    RENEWAL_OPENS,
    Timer("due_date", ("awarded", "renewed"), "cycle", steps=(Step("fall_due"),)),
    Timer(
        "renewal_decision",
        ("renewal_due",),
        "cycle",
        steps=(Step("renew"), Step("retire", "not_renewed")),
        on_refused=(
            *_PUT_OFF,
            Notify("renewal_due", to="seller", when="no_open_case"),
            Schedule("grace_reminder", when="no_open_case"),
            Schedule("grace_end", when="no_open_case"),
        ),
    ),
    Timer(
        "grace_reminder",
        ("renewal_due",),
        "next_reminder",
        title="Remind in grace",
        effects=(
            Notify("grace_reminder", to="panel"),
            Notify("grace_reminder", to="country_lead"),
            Schedule("grace_reminder"),
        ),
    ),
    Timer(
        "grace_end",
        ("renewal_due",),
        "grace_end",
        steps=(Step("renew"), Step("retire", "not_renewed"), Step("retire", "lapsed")),
        on_refused=_PUT_OFF,
        title="End of grace",
    ),
)
