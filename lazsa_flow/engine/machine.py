"""The state machine: ``transitions`` decides whether a trigger fires, and where it leads.

Each lifecycle's table is built into one shared Machine. No path is ever added to it as a model:
a :class:`Trial` of three slots stands in for one path during one decision, and is thrown away. The
conditions look up findings that were made before; no callback has a side effect, so an exception
leaves nothing half-changed.

A single fire pulls the Machine's trigger. A sweep decides thousands: it reads out of the Machine
which guards decide (:meth:`TableMachine.guards`), and checks one path of every group against it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from transitions import EventData, Machine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from transitions import Transition

    from lazsa_flow.lifecycle.guards import Found
    from lazsa_flow.lifecycle.table import Lifecycle


class Trial:
    """One path during one decision.

    Attributes:
        state: Its state; the machine sets the destination if the edge fires.
        reason: The reason given.
        findings: What each guard found, by name.
    """

    __slots__ = ("findings", "reason", "state")

    def __init__(self, state: str, reason: str | None, findings: Mapping[str, Found]) -> None:
        self.state: str = state
        self.reason: str | None = reason
        self.findings: Mapping[str, Found] = findings


class GivesReason:
    """The condition that the reason given is one of the edge's."""

    def __init__(self, reasons: frozenset[str | None]) -> None:
        self.reasons = reasons

    def __call__(self, event: EventData) -> bool:
        """Return whether it is."""
        return cast("Trial", event.model).reason in self.reasons


class Holds:
    """The condition that a guard holds."""

    def __init__(self, guard: str) -> None:
        self.guard = guard

    def __call__(self, event: EventData) -> bool:
        """Return whether it does."""
        return cast("Trial", event.model).findings[self.guard][0]


class TableMachine:
    """A lifecycle's table as one shared Machine."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        transitions: list[dict[str, Any]] = [
            {
                "trigger": edge.trigger,
                "source": list(edge.sources),
                "dest": edge.dest,
                "conditions": [GivesReason(edge.reasons), *map(Holds, edge.guards)],
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
        event = self._machine.events.get(trigger)
        if event is None or trial.state not in event.transitions:
            return False
        return bool(event.trigger(trial))

    def find_destination(
        self, state: str, trigger: str, reason: str | None, findings: Mapping[str, Found]
    ) -> str | None:
        """Pull a trigger from a state; return where it leads, or ``None`` where nothing fires."""
        trial = Trial(state, reason, findings)
        return trial.state if self.fires(trial, trigger) else None

    def guards(self, state: str, trigger: str, reason: str | None) -> tuple[str, ...] | None:
        """Return the guards all of which must hold for a trigger to fire, where that is all.

        Returns:
            Their names; ``None`` where there is no such transition, a callback would run, or a
            condition is none of the table's.
        """
        found: tuple[str, ...] | None = None
        event = self._machine.events.get(trigger)
        for transition in event.transitions.get(state, ()) if event else ():
            functions = [condition.func for condition in transition.conditions]
            named = tuple(each.guard for each in functions if isinstance(each, Holds))
            reasons = [each.reasons for each in functions if isinstance(each, GivesReason)]
            if len(named) + len(reasons) < len(functions) or self._calls_back(transition):
                return None
            if all(reason in each for each in reasons):
                if found is not None:
                    return None  # one of two would fire
                found = named
        return found

    def _calls_back(self, transition: Transition) -> bool:
        """Return whether anything runs besides the conditions, or one of them is turned round."""
        machine = self._machine
        source, dest = machine.states[transition.source], machine.states[str(transition.dest)]
        return bool(
            any(not condition.target for condition in transition.conditions)
            or (transition.prepare or transition.before or transition.after)
            or (source.on_exit or dest.on_enter)
            or (machine.prepare_event or machine.before_state_change or machine.after_state_change)
            or (machine.finalize_event or machine.on_final)
        )
