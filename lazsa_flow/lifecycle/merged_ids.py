"""Merged ids: which ids are one subject's, as merges have joined them.

A subject whose id changes has two names from then on. The last one of a chain of merges is the
subject's id; the ones before it are aliases, which stay valid names.

Source:
    programme.md, "Who and where".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.values import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class MergedActor(Actor):
    """An actor whose id was merged: ``id`` is the one that holds.

    Attributes:
        asked_as: The id under which they asked.
        all_names: Every id of theirs.
    """

    asked_as: str = ""
    all_names: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.role}:{self.asked_as}"

    @property
    def given_id(self) -> str:
        """The id under which they asked."""
        return self.asked_as

    @property
    def names(self) -> frozenset[str]:
        """Every id of this person."""
        return self.all_names


class MergedIds:
    """Every alias with the id of its holder.

    Args:
        holders: The id that holds, by alias; no such id is an alias itself.
    """

    __slots__ = ("_aliases", "_holders")

    def __init__(self, holders: Mapping[str, str]) -> None:
        self._holders: Mapping[str, str] = FrozenDict(holders)
        aliases: dict[str, set[str]] = {}
        for alias, holder in holders.items():
            aliases.setdefault(holder, {holder}).add(alias)
        self._aliases = {holder: frozenset(names) for holder, names in aliases.items()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MergedIds) and self._holders == other._holders

    def __hash__(self) -> int:
        return hash(self._holders)

    def holder_of(self, name: str) -> str:
        """Return the id that holds for a name; the name itself unless it is an alias."""
        return self._holders.get(name, name)

    def names_of(self, name: str) -> frozenset[str]:
        """Return every name of the person that a name refers to."""
        holder = self.holder_of(name)
        return self._aliases.get(holder) or frozenset({holder})

    def resolve(self, actor: Actor) -> Actor:
        """Return an actor under the id that holds, who keeps the name that was given."""
        names = self.names_of(actor.id)
        if len(names) == 1:
            return actor
        holder, asked_as = self.holder_of(actor.id), actor.given_id
        return MergedActor(actor.role, holder, actor.country, actor.team, asked_as, names)


NO_MERGES: Final = MergedIds({})
"""Where no two ids were joined."""
