"""The trainer lifecycle: how a seller becomes a LazStar trainer, and stops being one.

Handpicked and invited by an employee who has seen them teach and speak. A prospect need not be an
ambassador, and being a trainer does not end the award.

Source:
    programme.md, "The lifecycles", Trainer; FAQ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from pydantic import field_validator

from lazsa_flow.award.evidence import EVIDENCE
from lazsa_flow.award.lifecycles.indonesian import TRAINER_IN_INDONESIAN
from lazsa_flow.award.roles import SELLER, TEAM
from lazsa_flow.lifecycle.effects import Begin, End, Notify
from lazsa_flow.lifecycle.guards import Finding, Guard
from lazsa_flow.lifecycle.policy import Code, Policy
from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit, State

if TYPE_CHECKING:
    from typing import Any

    from lazsa_flow.lifecycle.model import GuardContext


class TrainerPolicy(Policy):
    """What must have been shown before an invitation.

    Attributes:
        shown: What an employee must have seen, by code.
    """

    shown: tuple[Code, ...]

    @field_validator("shown", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


def _check_shown(context: GuardContext) -> Finding:
    wanted = cast("TrainerPolicy", context.policy).shown
    seen = {record.name for record in context.snapshot.records if record.kind == "shown"}
    missing = [each for each in wanted if each not in seen]
    return Finding(not missing, f"missing: {', '.join(missing) or 'none'}")


SHOWN: Final = Guard(
    "teaching_and_speaking",
    _check_shown,
    lambda policy: f"shown: {', '.join(policy.shown)}",
    "an employee who has seen it",
    "FAQ, LazStar",
    "An invitation follows what you have shown; {measured}.",
    title="Teaching and speaking shown",
)

_IS_TRAINER: Final = Begin("lazstar", of="subject")
_IS_NO_TRAINER: Final = End("lazstar", of="subject")
"""Dated statements about the seller, which the award's guard ``trainer_activities`` reads."""
_RELEASING: Final = (
    Permit("seller", ("own_wish",), relation="self"),
    Permit("employee", ("inactive", "code_of_conduct", "programme_ended")),
)

TRAINER: Final = Lifecycle(
    name="trainer",
    title="LazStar trainer",
    translations={"id": TRAINER_IN_INDONESIAN},
    rereads_rows=False,
    policy=TrainerPolicy,
    evidence=EVIDENCE,
    guards={SHOWN.name: SHOWN},
    instants={},
    rounds={},
    roles=("seller", "employee"),
    recipients=(SELLER, TEAM),
    timers=(),
    happy_path=("prospect", "invited", "lazstar"),
    states=(
        State("prospect", "waiting", open=True),
        State("invited", "waiting", open=True),
        State("lazstar", "active", open=True, title="LazStar trainer"),
        State("released", "success", final=True),
    ),
    opening=Edge("propose", sources=(), dest="prospect", permits=(Permit("employee"),)),
    edges=(
        Edge(
            "invite",
            sources=("prospect",),
            dest="invited",
            permits=(Permit("employee"),),
            guards=(SHOWN.name,),
            effects=(Notify("trainer_invited", to="seller"),),
        ),
        Edge(
            "accept",
            sources=("invited",),
            dest="lazstar",
            permits=(Permit("seller", relation="self"),),
            effects=(Begin("lazstar"), _IS_TRAINER, Notify("trainer_accepted", to="team")),
        ),
        Edge(
            "release",
            sources=("invited",),
            dest="released",
            permits=_RELEASING,
            effects=(Notify("trainer_released", to="seller"),),
        ),
        Edge(
            "release",
            sources=("lazstar",),
            dest="released",
            permits=_RELEASING,
            effects=(End("lazstar"), _IS_NO_TRAINER, Notify("trainer_released", to="seller")),
        ),
    ),
)
