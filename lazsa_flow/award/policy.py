"""The award's policy: its bars, windows and days.

The lifecycle names :class:`AwardPolicy` as the model of its policy files.

Source:
    programme.md, where *(ours)* marks a policy value with its default.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, field_validator, model_validator

from lazsa_flow.lifecycle.policy import Policy
from lazsa_flow.lifecycle.policy_fields import (
    Code,
    Count,
    Days,
    Line,
    Months,
    People,
    Rate,
    ReminderDays,
    Score,
    Share,
)
from lazsa_flow.lifecycle.toml_text import STRICT


class NominationPolicy(BaseModel):
    """When a nomination window closes before its cycle date, and on which days before that.

    Attributes:
        closes_days: How many days before its cycle date a nomination window closes.
        reminder_days: How many days before the close the nominators of incomplete nominations are
            reminded.
    """

    model_config = STRICT
    closes_days: Annotated[int, Field(ge=1, le=150)]
    reminder_days: ReminderDays = (7, 1)


class PanelPolicy(BaseModel):
    """Quorum, bars of approval, when a renewal's round opens, and when reviewers are reminded.

    Attributes:
        reviewers: How many reviewers must have scored a candidate; that is the quorum.
        teams: From how many different teams the quorum must come.
        mean: The least overall mean of all scores, compared unrounded.
        floor: The least mean that each single item must have.
        renewal_opens_days: How many days before the due date the round of a renewal opens.
        reminder_days: How many days before the cycle date reviewers with missing cards are
            reminded.
    """

    model_config = STRICT
    reviewers: People
    teams: People
    mean: Score
    floor: Score
    renewal_opens_days: Days
    reminder_days: ReminderDays = (14, 7, 2)


class CriteriaPolicy(BaseModel):
    """The bars of the criteria; ``retention_rate`` sets one only where it is given.

    Attributes:
        tenure_months: For how long a seller must have been in the marketplace.
        ncp_points: The most non-compliance points in the last 12 months.
        gmv_measure: Which column of the facts is compared with ``gmv_rate``.
        gmv_rate: The least share of sales, as the host computes it; ``"0.20"`` is 20 %.
        chat_response_rate: The least share of chats that were answered, over nine months.
        cancellation_rate: The largest share of cancelled orders, in each of nine months.
        trainer_activities: The least number of kinds of trainer activity, of six.
        retention_rate: The least retention rate of buyers; no bar where it is left out.
        facts_stale_days: From what age on facts are reported as stale.
    """

    model_config = STRICT
    tenure_months: Months
    ncp_points: Count
    gmv_measure: Literal["gmv_rate"]
    gmv_rate: Share
    chat_response_rate: Rate
    cancellation_rate: Rate
    trainer_activities: Annotated[int, Field(ge=0, le=6)]
    retention_rate: Rate | None = None
    facts_stale_days: Days


class RenewalPolicy(BaseModel):
    """The term of an award, the grace after it, and the days before its end to remind on.

    Attributes:
        term_months: How long an award lasts, from its cycle date.
        grace_days: For how long after the due date an award without a decision stays.
        reminder_days: How many days before the end of the grace the ambassador is reminded.
        half_way_months: How long after the start of the term the ambassador gets a progress notice.
    """

    model_config = STRICT
    term_months: Months
    grace_days: Annotated[int, Field(ge=1, le=150)]
    reminder_days: ReminderDays
    half_way_months: Months = 6

    @model_validator(mode="after")
    def _within_the_term(self) -> RenewalPolicy:
        if self.half_way_months >= self.term_months and "half_way_months" in self.model_fields_set:
            msg = "half_way_months that are fewer than term_months"
            raise ValueError(msg)
        return self


class ReconnectPolicy(BaseModel):
    """Who may join the alumni, by which steps, in which app.

    Attributes:
        held_months: For how long the award must have been held.
        app: The app of the alumni's group, as notices name it.
        steps: What a former ambassador does, by code, in this order.
        join_step: The last step, which the local team records.
    """

    model_config = STRICT
    held_months: Months
    app: Line
    steps: tuple[Code, ...]
    join_step: Code

    @field_validator("steps", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


class ConductPolicy(BaseModel):
    """For how long an end for code of conduct bars a nomination.

    Attributes:
        bar_months: For so long after the end.
    """

    model_config = STRICT
    bar_months: Months


class AppealPolicy(BaseModel):
    """How long, and by how many persons outside the panel, a decision may be reversed.

    Attributes:
        days: For how long after the notice of the decision.
        persons: How many persons outside the panel must agree.
    """

    model_config = STRICT
    days: Days
    persons: People


class RetentionPolicy(BaseModel):
    """How long free text is kept after its round.

    Attributes:
        free_text_months: For so long statements and comments are kept; ``purge`` deletes them.
    """

    model_config = STRICT
    free_text_months: Months


class AwardPolicy(Policy):
    """The policy of the award lifecycle.

    Attributes:
        nomination: The nomination window.
        panel: The panel and its bars.
        criteria: The bars of the criteria.
        renewal: Term, grace and reminders.
        reconnect: Joining the alumni.
        conduct: The bar after an end for code of conduct.
        appeal: Appeals.
        retention: How long free text is kept.
    """

    nomination: NominationPolicy
    panel: PanelPolicy
    criteria: CriteriaPolicy
    renewal: RenewalPolicy
    reconnect: ReconnectPolicy
    conduct: ConductPolicy
    appeal: AppealPolicy
    retention: RetentionPolicy

    @field_validator("lifecycle")
    @classmethod
    def _own(cls, value: str) -> str:
        if value != "award":
            msg = '"award"'
            raise ValueError(msg)
        return value
