"""Parts of a lifecycle's table: states, permits, edges, steps and timers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

from lazsa_flow.lifecycle.model import SYSTEM
from lazsa_flow.lifecycle.roles import ANY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pydantic import BaseModel

    from lazsa_flow.lifecycle.effects import Effect, Notify
    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.roles import Recipient, Relation

Meaning = Literal["waiting", "active", "success", "failure"]


@dataclass(frozen=True, slots=True)
class State:
    """A state.

    Attributes:
        name: Its name, as it is stored.
        meaning: What it is to its subject; graphs colour by it.
        open: A path in it holds its subject's one place in this lifecycle, where the lifecycle
            allows no several open paths.
        final: Nothing need lead out of it.
        title: What people read, in English; by default made of the name. See
            :mod:`lazsa_flow.lifecycle.titles`.
    """

    name: str
    meaning: Meaning
    open: bool = False
    final: bool = False
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Permit:
    """Who may pull a trigger, and with which reasons; what no permit names is denied.

    Attributes:
        role: The role.
        reasons: Reason codes, one of which must be given; empty means no reason is taken.
        relation: ``any``; ``self``: the path's subject; ``country``: the role is held in the path's
            country; or a relation that the lifecycle declares.
    """

    role: str
    reasons: tuple[str, ...] = ()
    relation: str = ANY

    def admits(self, role: str, reason: str | None) -> bool:
        """Return whether it covers a role that gives a reason.

        Args:
            role: The role.
            reason: The reason code, if it takes one.
        """
        return self.role == role and (reason in self.reasons if self.reasons else reason is None)


@dataclass(frozen=True, slots=True)
class Edge:
    """A guarded transition.

    Attributes:
        trigger: The trigger's name.
        sources: The states it leads from; none for the edge that opens a path.
        dest: The state it leads to.
        permits: Who may pull it.
        guards: Names of guards, all of which must hold.
        effects: What it brings about, in order.
        effective: The name of an instant that it takes effect from, where that is not the instant
            of the command or of the timer.
        confirm: Whether the command line asks before a person fires it, for it cannot be undone.
            Nothing else depends on it.
        data: The pydantic model of the data that its trigger takes; see
            :mod:`lazsa_flow.lifecycle.path_data`. ``None``: it takes none.
        title: What people read instead of the trigger, in English, given with one of its edges; by
            default made of the trigger.
    """

    trigger: str
    sources: tuple[str, ...]
    dest: str
    permits: tuple[Permit, ...]
    guards: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()
    effective: str | None = None
    confirm: bool = False
    data: type[BaseModel] | None = None
    title: str | None = None

    @property
    def reasons(self) -> frozenset[str | None]:
        """Every reason that one of its permits takes."""
        return frozenset(
            reason for permit in self.permits for reason in (permit.reasons or (None,))
        )

    @property
    def timed(self) -> bool:
        """Whether the clock may pull its trigger."""
        return any(permit.role == SYSTEM for permit in self.permits)

    @property
    def only_timed(self) -> bool:
        """Whether nobody but the clock may pull its trigger."""
        return all(permit.role == SYSTEM for permit in self.permits)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a timer tries: a trigger, and the reason it gives.

    Attributes:
        trigger: The trigger that is tried.
        reason: The reason that it is tried with.
    """

    trigger: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Timer:
    """A decision or a reminder that falls due.

    Attributes:
        name: Its name, as it is stored.
        states: Where it lives; a path that leaves them all cancels it.
        at: The name of the instant it falls due at.
        steps: What it tries, in order; none for a reminder.
        effects: What a reminder brings about.
        on_refused: The effects that are applied when it is refused.
        restarts: Of a reminder: the states in which it is set again, though it may be over, when
            the round of its path is put off to a later date.
        only_latest: Of a reminder that sets itself again: whether its notices are left out where
            its next date has passed as well, as after an outage, so that only the latest is sent.
        title: What people read, in English; by default made of the name.
    """

    name: str
    states: tuple[str, ...]
    at: str
    steps: tuple[Step, ...] = ()
    effects: tuple[Effect, ...] = ()
    on_refused: tuple[Effect, ...] = ()
    restarts: tuple[str, ...] = ()
    only_latest: bool = False
    title: str | None = None


class TableParts(Protocol):
    """What the validation reads of a lifecycle's table."""

    @property
    def title(self) -> str: ...  # noqa: D102 - as of the lifecycle
    @property
    def translations(self) -> Mapping[str, Mapping[str, str]]: ...  # noqa: D102
    @property
    def opening(self) -> Edge: ...  # noqa: D102
    @property
    def states(self) -> Sequence[State]: ...  # noqa: D102
    @property
    def edges(self) -> Sequence[Edge]: ...  # noqa: D102
    @property
    def timers(self) -> Sequence[Timer]: ...  # noqa: D102
    @property
    def guards(self) -> Mapping[str, Guard]: ...  # noqa: D102
    @property
    def instants(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def rounds(self) -> Mapping[str, Any]: ...  # noqa: D102
    @property
    def evidence(self) -> Sequence[Source]: ...  # noqa: D102
    @property
    def promised(self) -> Mapping[str, Notify]: ...  # noqa: D102
    @property
    def happy_path(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def preempts_timers(self) -> frozenset[str]: ...  # noqa: D102
    @property
    def roles(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def all_roles(self) -> frozenset[str]: ...  # noqa: D102
    @property
    def relations(self) -> Sequence[Relation]: ...  # noqa: D102
    @property
    def recipients(self) -> Sequence[Recipient]: ...  # noqa: D102
