"""Roles, relations and recipients: who acts on the paths of a lifecycle, and who is notified.

A lifecycle declares its own. Always there are the role ``system`` (the clock), the roles of those
who operate the service, the relations ``any``, ``self`` and ``country``, and the recipient
``subject``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import HostCodeError, type_name
from lazsa_flow.lifecycle.host_code import call_host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lazsa_flow.lifecycle.model import Actor, Snapshot

SERVICE_ROLES: Final = frozenset({"operator", "manager", "host"})
"""The roles that operate the service, independent of its lifecycles."""

ANY: Final = "any"
SELF: Final = "self"
COUNTRY: Final = "country"
BUILT_IN_RELATIONS: Final = frozenset({ANY, SELF, COUNTRY})
"""The relations of every lifecycle: none asked for, the path's subject, a role held in the path's
country."""

SUBJECT: Final = "subject"
"""The recipient of every lifecycle: the path's subject."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation between an actor and a path that permits can require.

    Attributes:
        name: What permits name it by.
        holds: The actor and the path's evidence in, whether the relation holds out; pure.
        reads: What it reads besides the path, as for
            :class:`~lazsa_flow.lifecycle.guards.Guard`; ``None``: anything.
    """

    name: str
    holds: Callable[[Actor, Snapshot], bool]
    reads: frozenset[str] | None = None

    def decide(self, actor: Actor, seen: Snapshot) -> bool:
        """Return whether an actor has this relation to a path.

        Raises:
            HostCodeError: The function raised, or returned no bool.
        """
        part, ref = f"relation {self.name}", seen.path.ref if seen.path.id else None
        held = call_host(part, self.holds, actor, seen, path=ref)
        if held is True or held is False:
            return held
        what = f"returned {type_name(held)}, expected True or False"
        raise HostCodeError(part, what, path=ref)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a notice can be for.

    Attributes:
        name: What effects name it by, and routes in ``lazsa.toml``.
        each: The path's evidence in, the persons as ``role:id`` out: each gets a notice of their
            own. ``None``: one notice, for the recipient as a whole.
        reads: What ``each`` reads besides the path, as for
            :class:`~lazsa_flow.lifecycle.guards.Guard`; ``None``: anything.
    """

    name: str
    each: Callable[[Snapshot], Iterable[str]] | None = None
    reads: frozenset[str] | None = None

    def persons(self, seen: Snapshot) -> tuple[str, ...]:
        """Return those who each get a notice, in their order, each once.

        Raises:
            HostCodeError: The function raised, or returned anything but texts as ``role:id``.
        """
        if self.each is None:
            return (self.name,)
        part, ref, each = f"recipient {self.name}", seen.path.ref, self.each
        found = call_host(part, lambda: tuple(each(seen)), path=ref)
        for person in found:
            if type(person) is not str or not _is_person(person):
                what = f"returned {type_name(person)}, expected text as role:id"
                raise HostCodeError(part, what, path=ref)
        return tuple(dict.fromkeys(found))


def _is_person(text: str) -> bool:
    role, _, id_ = text.partition(":")
    return bool(role and id_) and text.isprintable()
