"""Single fires: a trigger on one path, timers of it that are overdue having fired first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lazsa_flow.engine.fire import fire
from lazsa_flow.errors import HostCodeError
from lazsa_flow.lifecycle.path_ref import parse_ref
from lazsa_flow.service.move_json import move_to_json
from lazsa_flow.service.requests import actor_fields

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from lazsa_flow.lifecycle.model import Actor, Snapshot
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.transaction import SqlTransaction


@dataclass(frozen=True, slots=True)
class Trigger:
    """A request to fire a trigger; see :meth:`lazsa_flow.service.moves.Moves.fire`."""

    name: str
    actor: Actor
    reason: str | None
    version: int | None
    data: Mapping[str, object] | None

    @property
    def request(self) -> dict[str, Any]:
        """What distinguishes it from another request, as JSON values."""
        return {
            "command": "fire",
            "trigger": self.name,
            "reason": self.reason,
            "version": self.version,
            **({} if self.data is None else {"data": dict(self.data)}),
            **actor_fields(self.actor),
        }


def fire_trigger(context: Context, path: str, asked: Trigger, key: str | None) -> dict[str, Any]:
    """Fire a trigger on a path.

    Returns:
        The move, as JSON values.
    """

    def run(transaction: SqlTransaction, seen: Snapshot, now: datetime) -> dict[str, Any]:
        move = fire(
            transaction,
            context.rulebook,
            seen,
            asked.name,
            actor=asked.actor,
            now=now,
            reason=asked.reason,
            version=asked.version,
            data=context.given_data(asked.data),
        )
        return move_to_json(move)

    def run_reading(sources: frozenset[str] | None) -> dict[str, Any]:
        found: dict[str, Any] = context.run_on_path(
            path,
            run,
            request=asked.request,
            key=key,
            fire_overdue=fire_overdue,
            sources=sources,
        )
        return found

    context.path_id(path)  # raises where it is no reference of a known lifecycle's path
    lifecycle = context.rulebook.lifecycle(parse_ref(path).lifecycle)
    fire_overdue = asked.actor.role not in lifecycle.preempts_timers
    sources = context.rulebook.sources_read(lifecycle.name, asked.name, asked.reason)
    try:
        return run_reading(sources)
    except HostCodeError:
        if len(sources) == len(lifecycle.evidence):
            raise
        return run_reading(None)  # it may have looked for what it does not say that it reads
