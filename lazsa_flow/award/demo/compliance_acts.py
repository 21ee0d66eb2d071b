"""The demo's compliance: cases, disqualifications and ends for code of conduct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.model import Actor

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.award.demo.stage import Outcome, Stage
    from lazsa_flow.lifecycle.model import Path

_COMPLIANCE: Final = Actor("compliance", "compliance-1")


def open_cases(stage: Stage, cycle: date) -> Outcome:
    """Open a compliance case on a few candidates and ambassadors."""

    def open_case(path: Path, key: str) -> None:
        case = f"case-{cycle}-{path.id}"
        stage.programme.open_case(path.subject, case, actor=_COMPLIANCE, key=key)

    return stage.act_on_each("open_cases", cycle, ("under_review", "awarded"), 0.02, open_case)


def close_cases(stage: Stage, cycle: date) -> Outcome:
    """Close the cases that were opened before the cycle date."""

    def close_case(path: Path, key: str) -> None:
        case = f"case-{cycle}-{path.id}"
        stage.programme.close_case(path.subject, case, actor=_COMPLIANCE, key=key)

    states = ("under_review", "awarded", "renewal_due", "retired")
    return stage.act_on_each("open_cases", cycle, states, 0.02, close_case)


def disqualify_candidates(stage: Stage, cycle: date) -> Outcome:
    """Disqualify a few candidates for a false statement."""

    def disqualify_one(path: Path, key: str) -> None:
        stage.programme.fire(
            path.ref,
            "disqualify",
            actor=_COMPLIANCE,
            reason="false_statement",
            key=key,
        )

    return stage.act_on_each("disqualify", cycle, ("under_review",), 0.01, disqualify_one)


def end_for_conduct(stage: Stage, cycle: date) -> Outcome:
    """End a few awards and memberships, or the standing of who has retired, for conduct."""

    def end_one(path: Path, key: str) -> None:
        triggers = {"retired": "revoke_standing", "reconnect": "remove"}
        stage.programme.fire(
            path.ref,
            triggers.get(path.state, "retire"),
            actor=_COMPLIANCE,
            reason="code_of_conduct",
            key=key,
        )

    states = ("awarded", "renewed", "retired", "reconnect")
    return stage.act_on_each("conduct", cycle, states, 0.012, end_one)
