"""Expectations of a proof: properties that are common, written as data.

Each function returns a property that a host would otherwise write as a function of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from lazsa_flow.foresight.proof.properties import Gap, Property, Taken

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from lazsa_flow.foresight.proof.properties import PathSituation, Space
    from lazsa_flow.foresight.proof.world import PossibleMove

_Value = TypeVar("_Value")


class Request(NamedTuple):
    """What somebody may always ask for in some states.

    Attributes:
        states: Where.
        role: Who.
        trigger: What.
        reason: With which reason.
    """

    states: tuple[str, ...]
    role: str
    trigger: str
    reason: str | None = None


class Deed(NamedTuple):
    """Moves by their trigger, and their reason where that matters.

    Attributes:
        trigger: The trigger; ``None`` for a timer that is refused or reminds.
        reason: The reason; by default any.
        source: The state before; by default any.
        timer: The timer that leads to it; by default any, or none.
    """

    trigger: str | None
    reason: str | None = None
    source: str | None = None
    timer: str | None = None

    def fits(self, move: PossibleMove) -> bool:
        """Return whether a move is one of these.

        Args:
            move: The move.
        """
        return (
            move.trigger == self.trigger
            and self.reason in (None, move.reason)
            and self.source in (None, move.source)
            and self.timer in (None, move.timer)
        )


def _by_trigger(
    given: Mapping[Deed, Iterable[_Value]],
) -> dict[str | None, list[tuple[Deed, tuple[_Value, ...]]]]:
    """Return what is said of deeds, by their trigger."""
    found: dict[str | None, list[tuple[Deed, tuple[_Value, ...]]]] = {}
    for deed, values in given.items():
        found.setdefault(deed.trigger, []).append((deed, tuple(values)))
    return found


def period_runs_in(period: str, states: Collection[str], says: str) -> Property:
    """Return the property that a period runs in these states and in no other."""

    def holds(seen: PathSituation) -> bool:
        return seen.path.runs(period) == (seen.path.state in states)

    return Property(f"{period}_runs_while_it_should", says, in_situation=holds)


def waits_for(name: str, says: str, timers: Mapping[str, Iterable[Collection[str]]]) -> Property:
    """Return the property that in each of these states one timer of each group is pending."""

    def holds(seen: PathSituation) -> bool:
        groups = timers.get(seen.path.state, ())
        return all(seen.path.timers & frozenset(group) for group in groups)

    return Property(name, says, in_situation=holds)


def people_may(name: str, says: str, requests: Iterable[Request]) -> Property:
    """Return the property that people may always ask for these moves."""
    listed = tuple(requests)

    def holds(seen: PathSituation) -> bool:
        return all(
            seen.asked_by(each.role, each.trigger, each.reason) is not None
            for each in listed
            if seen.path.state in each.states
        )

    return Property(name, says, in_situation=holds)


def needs_guards(name: str, says: str, needed: Mapping[Deed, Iterable[str]]) -> Property:
    """Return the property that these moves happen only where all these guards hold."""
    listed = _by_trigger(needed)

    def holds(_: PathSituation, move: PossibleMove) -> bool:
        return all(
            move.proves(guard)
            for deed, guards in listed.get(move.trigger, ())
            if deed.fits(move)
            for guard in guards
        )

    return Property(name, says, on_move=holds)


def sends_notices(
    name: str, says: str, notices: Mapping[Deed, Iterable[tuple[str, str]]]
) -> Property:
    """Return the property that these moves send these notices, each of a kind to a recipient."""
    listed = _by_trigger(notices)

    def holds(_: PathSituation, move: PossibleMove) -> bool:
        return all(
            move.sends(kind, to)
            for deed, kinds in listed.get(move.trigger, ())
            if deed.fits(move)
            for kind, to in kinds
        )

    return Property(name, says, on_move=holds)


def leads_to(name: str, says: str, dests: Mapping[Deed, str]) -> Property:
    """Return the property that each of these moves leads to a state, and no other is entered."""
    listed = _by_trigger({deed: (dest,) for deed, dest in dests.items()})

    def holds(_: PathSituation, move: PossibleMove) -> bool:
        return move.edge is None or any(
            deed.fits(move) and move.dest in dest for deed, dest in listed.get(move.trigger, ())
        )

    return Property(name, says, on_move=holds)


def can_happen(name: str, says: str, expected: Iterable[Taken]) -> Property:
    """Return the property that each of these kinds of moves can happen."""
    listed = tuple(expected)

    def find(space: Space) -> Iterator[Gap]:
        for each in listed:
            if each not in space.taken:
                reason = f" ({each.reason})" if each.reason else ""
                by = f" by timer {each.by}" if each.by else ""
                source = each.source or ""
                yield Gap(
                    f"{each.trigger}{reason}{by} never happens from {source or 'the start'}",
                    space.entered.get(source),
                )

    return Property(name, says, on_space=find)


def has_flags(
    name: str,
    says: str,
    *,
    open_states: Collection[str],
    final_states: Collection[str],
    confirmed: Collection[Deed],
    several_open: bool = False,
    only_latest: Collection[str] = (),
) -> Property:
    """Return the property that states hold their subject's place, end, and ask as they should.

    Args:
        name: The property's name.
        says: What must hold, in a sentence.
        open_states: The states in which a path holds its subject's place.
        final_states: The states out of which nothing need lead.
        confirmed: What a person is asked to confirm.
        several_open: Whether a subject may have several open paths.
        only_latest: The reminders of which only the latest is sent.
    """
    only = set(only_latest)

    def holds(seen: PathSituation) -> bool:
        if not seen.path.state:
            return True
        state = seen.lifecycle.state(seen.path.state)
        return (
            seen.lifecycle.several_open == several_open
            and {each.name for each in seen.lifecycle.timers if each.only_latest} == only
            and state.open == (state.name in open_states)
            and state.final == (state.name in final_states)
            and all(
                move.edge is None
                or not move.roles
                or move.edge.confirm == any(deed.fits(move) for deed in confirmed)
                for move in seen.moves
            )
        )

    return Property(name, says, in_situation=holds)
