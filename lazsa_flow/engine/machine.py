"""Does an edge fire? ``transitions`` decides.

Each lifecycle's table is built into one shared Machine. No seller is ever added to it as a model:
a :class:`Trial` of five slots stands in for one path during one decision, and is thrown away. The
conditions look up findings that were made before; no callback has a side effect, so an exception
leaves nothing half-changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from transitions import EventData, Machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.domain.guards import Finding
    from lazsa_flow.domain.lifecycle import Edge, Lifecycle


class Trial:
    """One path during one decision.

    Attributes:
        state: Its state; the machine sets the destination if the edge fires.
        reason: The reason given.
        findings: What each guard found, by name.
    """

    __slots__ = ("findings", "reason", "state")

    def __init__(self, state: str, reason: str | None, findings: dict[str, Finding]) -> None:
        self.state = state
        self.reason = reason
        self.findings = findings


def _gives_reason(edge: Edge) -> Callable[[EventData], bool]:
    reasons = edge.reasons

    def condition(event: EventData) -> bool:
        return cast("Trial", event.model).reason in reasons

    return condition


def _holds(guard: str) -> Callable[[EventData], bool]:
    def condition(event: EventData) -> bool:
        return cast("Trial", event.model).findings[guard].held

    return condition


class TableMachine:
    """A lifecycle's table as one shared Machine."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        transitions: list[dict[str, Any]] = [
            {
                "trigger": edge.trigger,
                "source": list(edge.sources),
                "dest": edge.dest,
                "conditions": [_gives_reason(edge), *map(_holds, edge.guards)],
            }
            for edge in lifecycle.edges
        ]
        self._machine = Machine(
            model=None,
            states=[state.name for state in lifecycle.states],
            transitions=transitions,
            initial=lifecycle.initial,
            auto_transitions=False,
            queued=False,
            send_event=True,
        )

    def fires(self, trial: Trial, trigger: str) -> bool:
        """Pull a trigger on a trial; its state is the destination if an edge fired."""
        return bool(self._machine.events[trigger].trigger(trial))
