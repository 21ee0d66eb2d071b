"""Situation builder: what a move changes in a situation, read off the effects of its table.

It follows :class:`~lazsa_flow.engine.change_builder.ChangeBuilder`, without days: an effect is
applied where its guard holds on the path as the effects before have left it, a path that comes into
another state or round loses the timers that do not live there, and one that opens takes its
subject's place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from lazsa_flow.foresight.proof.choices import CannotHappenError, GuardSight
from lazsa_flow.foresight.proof.world import ENDED, RUNNING, LinkedMove, PathFacts, World
from lazsa_flow.lifecycle.effects import (
    Begin,
    End,
    FireOther,
    Notify,
    Reopen,
    Reserve,
    Schedule,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazsa_flow.foresight.proof.choices import Choices, GuardRules
    from lazsa_flow.lifecycle.effects import Effect
    from lazsa_flow.lifecycle.table import Edge, Lifecycle

_NO_REASON: Final = ENDED


class SituationBuilder:
    """A move in the making.

    Args:
        lifecycle: The table.
        rules: What its guards mean, and which periods count.
        world: The situation before.
        number: Whose path moves.
        choices: What guards answer.
        timer: The timer that leads to the move, if one does; it is no longer pending.
        reason: The reason that is given.
        checks_place: Whether a path may only take a place that no other path holds.
    """

    def __init__(
        self,
        lifecycle: Lifecycle,
        rules: GuardRules,
        world: World,
        number: int,
        choices: Choices,
        timer: str | None,
        reason: str | None,
        *,
        checks_place: bool = True,
    ) -> None:
        self._lifecycle, self._rules, self._choices = lifecycle, rules, choices
        self._world, self._number = world, number
        self._timer, self._reason = timer, reason
        self._new_round = False
        self._checks_place = checks_place
        self.notices: list[Notify] = []
        self.scheduled: list[str] = []
        self.stated: list[tuple[str, str]] = []
        self.claims: list[str] = []
        self.linked: list[LinkedMove] = []
        if timer is not None:
            self._set(self.path._replace(timers=self.path.timers - {timer}))

    @property
    def path(self) -> PathFacts:
        """The path as the effects so far have left it."""
        return self._world.paths[self._number - 1]

    def ask(self, guard: str) -> bool:
        """Return whether a guard holds on the path as it now is."""
        return self._choices.ask(self._lifecycle.guards[guard], self._sight())

    def require(self, guards: Iterable[str]) -> None:
        """Make sure that guards hold on the path as it now is.

        Raises:
            CannotHappenError: One does not.
        """
        for guard in guards:
            self._choices.require(self._lifecycle.guards[guard], self._sight())

    def take(self, edge: Edge) -> World:
        """Take an edge; return the situation after it.

        Raises:
            CannotHappenError: Another path holds the place that this one would take.
        """
        before = self.path.timers
        self._set(self.path._replace(state=edge.dest))
        self.run(edge.effects)
        living = frozenset() if self._new_round else self._lifecycle.living(edge.dest)
        kept = (before & living) | frozenset(self.scheduled)
        self._set(self.path._replace(timers=kept, periods=self._counted()))
        self._check_place()
        return self._world

    def stay(self, effects: Iterable[Effect], *, writes_row: bool) -> World:
        """Apply the effects of a timer that is refused or reminds; return the situation after."""
        self.run(effects)
        kept = self.path.timers
        if writes_row:
            kept &= frozenset() if self._new_round else self._lifecycle.living(self.path.state)
        self._set(self.path._replace(timers=kept | frozenset(self.scheduled)))
        return self._world

    def run(self, effects: Iterable[Effect]) -> None:
        """Apply effects in their order."""
        for effect in effects:
            if effect.when is None or self.ask(effect.when):
                self._apply(effect)

    def _apply(self, effect: Effect) -> None:
        match effect:
            case Notify():
                self.notices.append(effect)
            case Schedule():
                self._new_round = self._new_round or effect.round is not None
                self.scheduled.append(effect.timer)
            case FireOther():
                self._fire_other(effect)
            case Reserve():
                self.claims.append(effect.scope)
            case Begin() | End() if effect.of == "subject":
                self._state(effect.what, "began" if isinstance(effect, Begin) else "ended")
            case Begin() | Reopen():
                self._set_period(effect.what, RUNNING)
            case End():
                if self.path.runs(effect.what):
                    self._set_period(effect.what, self._end_of(effect.what))
            case _:
                assert_never(effect)

    def _end_of(self, period: str) -> str:
        kept = period in self._rules.reasons_read and self._reason is not None
        return str(self._reason) if kept else _NO_REASON

    def _fire_other(self, effect: FireOther) -> None:
        """Fire an edge on the subject's other paths that are in a state, if its guards hold."""
        for other in self._world.others(self._number):
            edge = self._lifecycle.edge(other.state, effect.trigger, effect.reason)
            if other.state != effect.state or edge is None:
                continue
            builder = SituationBuilder(
                self._lifecycle,
                self._rules,
                self._world,
                other.number,
                self._choices,
                None,
                effect.reason,
            )
            if all(builder.ask(guard) for guard in edge.guards):
                self._world = builder.take(edge)
                source, dest = other.state, edge.dest
                link = LinkedMove(other.number, effect.trigger, effect.reason, source, dest)
                self.linked += (link, *builder.linked)
                self.notices += builder.notices
                self.stated += builder.stated

    def _state(self, kind: str, value: str) -> None:
        others = {each for each in self._world.statements if each[0] != kind}
        self._world = self._world._replace(statements=frozenset({*others, (kind, value)}))
        self.stated.append((kind, value))

    def _set_period(self, name: str, how: str) -> None:
        others = {each for each in self.path.periods if each[0] != name}
        self._set(self.path._replace(periods=frozenset({*others, (name, how)})))

    def _counted(self) -> frozenset[tuple[str, str]]:
        """Return the periods of the path that something reads in its state."""
        counted, path = self._rules.counted_in, self.path
        if not counted:
            return path.periods
        return frozenset(
            each
            for each in path.periods
            if each[0] not in counted or path.state in counted[each[0]]
        )

    def _check_place(self) -> None:
        taking = [path for path in self._world.paths if self._lifecycle.state(path.state).open]
        several = self._lifecycle.several_open or not self._checks_place
        if len(taking) > 1 and not several:
            raise CannotHappenError

    def _set(self, path: PathFacts) -> None:
        paths = list(self._world.paths)
        paths[path.number - 1] = path
        self._world = self._world._replace(paths=tuple(paths))

    def _sight(self) -> GuardSight:
        return GuardSight(self.path, self._world, self._timer)
