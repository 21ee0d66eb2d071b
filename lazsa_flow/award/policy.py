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
        reminder_days: How many days before the close the nominators of incomplete nominations are
            reminded.
    """

    model_config = STRICT
    closes_days: Annotated[int, Field(ge=1, le=150)]
    reminder_days: ReminderDays = (7, 1)


class PanelPolicy(BaseModel):
    """Quorum, bars of approval, when a renewal's round opens, and when reviewers are reminded.

    Attributes:
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
    """The bars of the criteria; ``retention_rate`` sets one only where it is given."""

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
    """Who may join the alumni, by which steps, in which app."""

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
    """For how long an end for code of conduct bars a nomination."""

    model_config = STRICT
    bar_months: Months


class AppealPolicy(BaseModel):
    """How long, and by how many persons outside the panel, a decision may be reversed."""

    model_config = STRICT
    days: Days
    persons: People


class RetentionPolicy(BaseModel):
    """How long free text is kept after its round."""

    model_config = STRICT
    free_text_months: Months


class AwardPolicy(Policy):
    """The policy of the award lifecycle."""

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
