"""The demo's sellers and their teams: resignations, Reconnect and appeals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.lifecycle.model import Actor

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.award.demo.stage import Outcome, Stage
    from lazsa_flow.lifecycle.model import Path


def resign_awards(stage: Stage, cycle: date) -> Outcome:
    """Let a few ambassadors resign."""

    def resign_one(path: Path, key: str) -> None:
        stage.programme.fire(
            path.ref,
            "retire",
            actor=Actor("seller", path.subject),
            reason="resigned",
            key=key,
        )

    return stage.act_on_each("resign", cycle, ("awarded", "renewed"), 0.04, resign_one)


def take_first_steps(stage: Stage, cycle: date) -> Outcome:
    """Let most of those who retired take the seller's steps towards Reconnect."""

    def take_steps(path: Path, key: str) -> None:
        actor = Actor("seller", path.subject)
        for step in ("get_app", "register"):
            stage.programme.reconnect_step(path.subject, step, actor=actor, key=f"{key}/{step}")

    return stage.act_on_each("steps", cycle, ("retired",), 0.7, take_steps)


def join_reconnect(stage: Stage, cycle: date) -> Outcome:
    """Let the teams add most of those who retired to the group."""

    def join_group(path: Path, key: str) -> None:
        team = Actor("team", f"team-{path.country}", path.country)
        stage.programme.reconnect_step(path.subject, "join_group", actor=team, key=key)

    return stage.act_on_each("join", cycle, ("retired",), 0.9, join_group)


def leave_reconnect(stage: Stage, cycle: date) -> Outcome:
    """Let some members leave."""

    def leave_group(path: Path, key: str) -> None:
        stage.programme.fire(
            path.ref,
            "remove",
            actor=Actor("seller", path.subject),
            reason="left",
            key=key,
        )

    return stage.act_on_each("leave", cycle, ("reconnect",), 0.12, leave_group)


def rejoin_reconnect(stage: Stage, cycle: date) -> Outcome:
    """Let the teams add some of those who left again."""

    def rejoin_group(path: Path, key: str) -> None:
        team = Actor("team", f"team-{path.country}", path.country)
        stage.programme.fire(path.ref, "rejoin", actor=team, key=key)

    return stage.act_on_each("rejoin", cycle, ("removed",), 0.2, rejoin_group)


def appeal_decisions(stage: Stage, cycle: date) -> Outcome:
    """Let two managers grant an appeal of a few who were declined or retired."""

    def grant_appeal(path: Path, key: str) -> None:
        for number in (1, 2):
            manager = Actor("manager", f"manager-{number}")
            stage.programme.appeal(path.ref, actor=manager, key=f"{key}/{number}")

    return stage.act_on_each("appeal", cycle, ("declined", "retired"), 0.01, grant_appeal)
