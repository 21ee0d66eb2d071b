"""The table of a lifecycle.

A lifecycle is a table: states, edges, guards, timers and effects as data. The engine runs it, the
graphs draw it, the documents print it; all of them work from the table alone.

Theory of operation:
    An :class:`Edge` leads from its sources to one destination on a trigger. Its :class:`Permit`
    rows say who may fire the trigger, and with which reason; the clock is the role ``system``.
    Within one state, an edge is named by its trigger and reason: two edges of one trigger never
    share a reason, so "retire, not_renewed" means one edge.

    A :class:`Timer` is set by a ``Schedule`` effect and lives as long as its path is in one of
    the timer's states. When it falls due its steps, each a trigger with its reason, are tried in
    order; the first whose guards hold fires. If none holds, the timer is refused, the verdicts are
    journaled, and the ``on_refused`` effects are applied. A timer without steps is a reminder.

    The table is validated when it is created (see :mod:`.validation`), so a contradictory one never
    runs; the error names every problem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lazsa_flow.errors import LifecycleError
from lazsa_flow.lifecycle.host_code import call_host, plain_date, plain_moment, ref_of
from lazsa_flow.lifecycle.model import SYSTEM
from lazsa_flow.lifecycle.parts import Edge as Edge  # noqa: TC001 - authors find it here
from lazsa_flow.lifecycle.parts import Meaning as Meaning
from lazsa_flow.lifecycle.parts import Permit as Permit
from lazsa_flow.lifecycle.parts import State as State  # noqa: TC001 - authors find it here
from lazsa_flow.lifecycle.parts import Step as Step
from lazsa_flow.lifecycle.parts import Timer as Timer  # noqa: TC001 - authors find it here
from lazsa_flow.lifecycle.roles import SERVICE_ROLES, SUBJECT, Recipient, Relation
from lazsa_flow.lifecycle.titles import ENGLISH, Titles, collect_titles
from lazsa_flow.lifecycle.validation import find_problems
from lazsa_flow.lifecycle.values import EMPTY, FrozenDict

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.lifecycle.calendar import Moment
    from lazsa_flow.lifecycle.effects import Notify
    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.model import GuardContext
    from lazsa_flow.lifecycle.policy import Policy

Instant = Callable[["GuardContext"], "Moment | None"]
Round = Callable[["GuardContext"], "date"]


@dataclass(frozen=True)
class Lifecycle:
    """A table that checks itself when it is made.

    Attributes:
        name: Its name, which stands in references, commands and files.
        title: What people call it.
        opening: The edge that opens a path; it has no source.
        states: Its states.
        edges: Its guarded transitions, without the one that opens a path.
        timers: Its timers.
        guards: Every guard that an edge or an effect names.
        instants: What timers and effective instants are computed by, by name.
        rounds: What ``Schedule(round=…)`` names: the path's next cycle date.
        policy: The shape of its policy files.
        evidence: What its guards can read besides path and records. The journal names the date of
            the first source that holds from a date.
        migrations: Where the migrations are that make its own evidence tables, as
            ``package:folder``.
        preempts_timers: Roles whose commands take precedence over a due timer.
        promised: The timers whose dates were announced, each with the notice that announces
            another date, where a change of the rules moves it.
        happy_path: The states of the way that every path hopes to go, in order; graphs draw it
            heavy.
        default_policies: Policy texts, as TOML, of a lifecycle that brings its own.
        roles: The roles that its permits may name, besides ``system`` and those of
            :data:`~lazsa_flow.lifecycle.roles.SERVICE_ROLES`.
        relations: The relations that its permits may ask for, besides the built-in ones.
        recipients: Whom its notices may be for, besides the path's subject.
        messages: Where the package of the lifecycle has the templates of its notices, as
            ``package:folder``.
        several_open: Whether a subject may have several open paths at once, for example invoices.
        rereads_rows: Whether each journal row is parsed and hashed again from its own text before
            it is written. The tables that ship leave it out, since their guards are tested here.
        translations: By locale, how its titles read there, each by its title in English, and the
            words of its reasons and roles; see :mod:`lazsa_flow.lifecycle.titles`.

    Raises:
        LifecycleError: The table contradicts itself.
    """

    name: str
    title: str
    opening: Edge
    states: tuple[State, ...]
    edges: tuple[Edge, ...]
    timers: tuple[Timer, ...]
    guards: Mapping[str, Guard]
    instants: Mapping[str, Instant]
    rounds: Mapping[str, Round]
    policy: type[Policy]
    evidence: tuple[Source, ...] = ()
    migrations: str | None = None
    preempts_timers: frozenset[str] = frozenset()
    promised: Mapping[str, Notify] = EMPTY
    happy_path: tuple[str, ...] = ()
    default_policies: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    messages: str | None = None
    several_open: bool = False
    rereads_rows: bool = True
    translations: Mapping[str, Mapping[str, str]] = EMPTY
    _state: dict[str, State] = field(init=False, repr=False, compare=False)
    _timer: dict[str, Timer] = field(init=False, repr=False, compare=False)
    _exits: dict[str, tuple[Edge, ...]] = field(init=False, repr=False, compare=False)
    _lives: dict[str, frozenset[str]] = field(init=False, repr=False, compare=False)
    _relation: dict[str, Relation] = field(init=False, repr=False, compare=False)
    _recipient: dict[str, Recipient] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        problems = list(find_problems(self))
        if problems:
            raise LifecycleError(self.name, problems)
        names = [state.name for state in self.states]
        index: dict[str, Any] = {
            "guards": self.guards,
            "promised": self.promised,
            "instants": self.instants,
            "rounds": self.rounds,
            "translations": {
                locale: FrozenDict(titles) for locale, titles in self.translations.items()
            },
            "_state": {state.name: state for state in self.states},
            "_timer": {timer.name: timer for timer in self.timers},
            "_relation": {each.name: each for each in self.relations},
            "_recipient": {each.name: each for each in (Recipient(SUBJECT), *self.recipients)},
            "_exits": {
                name: tuple(edge for edge in self.edges if name in edge.sources) for name in names
            },
            "_lives": {
                name: frozenset(timer.name for timer in self.timers if name in timer.states)
                for name in names
            },
        }
        for attribute, value in index.items():
            object.__setattr__(self, attribute, FrozenDict(value))

    def __repr__(self) -> str:
        """Write it in one line: its name, and how large it is."""
        states, edges = f"{len(self.states)} states", f"{len(self.edges) + 1} edges"
        return (
            f"<Lifecycle {self.name}: {states}, {edges}, {len(self.timers)} timers, "
            f"{len(self.guards)} guards>"
        )

    @property
    def initial(self) -> str:
        """The state that a path opens in."""
        return self.opening.dest

    @property
    def dated_source(self) -> str | None:
        """The name of the source whose date the journal names, where one holds from a date."""
        return next((each.name for each in self.evidence if each.rows.latest), None)

    @property
    def open_states(self) -> tuple[str, ...]:
        """The names of the open states."""
        return tuple(state.name for state in self.states if state.open)

    @property
    def triggers(self) -> frozenset[str]:
        """The triggers of all its edges."""
        return frozenset(edge.trigger for edge in (self.opening, *self.edges))

    def titles(self, locale: str = ENGLISH) -> Titles:
        """Return what people read instead of its names.

        Args:
            locale: As ``id`` or ``zh-Hans``; what it lacks is taken from its language, then from
                English.
        """
        return collect_titles(self, locale)

    def state(self, name: str) -> State:
        """Return a state by name.

        Args:
            name: The state's name.

        Raises:
            KeyError: The table has no such state.
        """
        return self._state[name]

    def timer(self, name: str) -> Timer:
        """Return a timer by name.

        Args:
            name: The timer's name.

        Raises:
            KeyError: The table has no such timer.
        """
        return self._timer[name]

    def relation(self, name: str) -> Relation:
        """Return a relation that it declares by name.

        Args:
            name: The relation's name.

        Raises:
            KeyError: The table declares no such relation.
        """
        return self._relation[name]

    def declares_relation(self, name: str) -> bool:
        """Return whether a relation is one that it declares, and not a built-in one.

        Args:
            name: The relation's name.
        """
        return name in self._relation

    def recipient(self, name: str) -> Recipient:
        """Return a recipient by name.

        Args:
            name: The recipient's name.

        Raises:
            KeyError: The table declares no such recipient.
        """
        return self._recipient[name]

    @property
    def all_recipients(self) -> tuple[Recipient, ...]:
        """Everybody that its notices may be for."""
        return tuple(self._recipient.values())

    @property
    def all_roles(self) -> frozenset[str]:
        """Every role that its permits may name."""
        return frozenset({*self.roles, *SERVICE_ROLES, SYSTEM})

    def instant(self, name: str, context: GuardContext) -> Moment | None:
        """Compute one of its instants.

        Args:
            name: The name of the instant.
            context: The path, its calendar and its policy.

        Returns:
            The instant; ``None`` where there is none.

        Raises:
            HostCodeError: The table's function raised, or returned no moment.
        """
        part, ref = f"instant {name}", ref_of(context)
        return plain_moment(call_host(part, self.instants[name], context, path=ref), part, ref)

    def round(self, name: str, context: GuardContext) -> date:
        """Compute one of its rounds: the path's next cycle date.

        Args:
            name: The name of the round.
            context: The path, its calendar and its policy.

        Returns:
            The cycle date.

        Raises:
            HostCodeError: The table's function raised, or returned no date.
        """
        part, ref = f"round {name}", ref_of(context)
        return plain_date(call_host(part, self.rounds[name], context, path=ref), part, ref)

    def exits(self, state: str) -> tuple[Edge, ...]:
        """Return the edges that lead from a state, in the table's order.

        Args:
            state: A state's name.
        """
        return self._exits[state]

    def edge(self, state: str, trigger: str, reason: str | None) -> Edge | None:
        """Return the one edge of this name that leads from a state, if there are both.

        Args:
            state: A state's name.
            trigger: The trigger's name.
            reason: The reason code, if it takes one.
        """
        for edge in self._exits.get(state, ()):
            if edge.trigger == trigger and reason in edge.reasons:
                return edge
        return None

    def confirms(self, trigger: str, reason: str | None) -> bool:
        """Return whether a trigger with this reason needs a person's confirmation.

        Args:
            trigger: The trigger's name.
            reason: The reason code, if it takes one.
        """
        return any(
            edge.confirm and edge.trigger == trigger and reason in edge.reasons
            for edge in self.edges
        )

    def living(self, state: str) -> frozenset[str]:
        """Return the names of the timers that live in a state.

        Args:
            state: A state's name.
        """
        return self._lives[state]


def table_migrations(lifecycles: Iterable[Lifecycle]) -> dict[str, str]:
    """Return where the migrations of each lifecycle's own tables are, by the lifecycle's name."""
    return {each.name: each.migrations for each in lifecycles if each.migrations}
