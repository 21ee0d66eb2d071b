"""Who may do what: the permits of the lifecycles' tables, and those of the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docs.pages.lifecycles import TABLES
from docs.pages.markdown import HEADER, table
from lazsa_flow.award.permissions import COMMANDS
from lazsa_flow.award.roles import ROLES
from lazsa_flow.lifecycle.model import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit

ORDER: Final = (
    "seller",
    "employee",
    "ambassador",
    "reviewer",
    "team",
    "compliance",
    "onboarding",
    "manager",
    "operator",
    "host",
    "system",
)
"""The roles as columns: whose affair it is first, the clock last."""

DENIED: Final = "·"
_RELATIONS: Final = {
    "any": "yes",
    "self": "self",
    "country": "own country",
}

_AUTHORISATION: Final = f"""\
{HEADER}

# Who may do what

Denied by default: what no cell allows is refused with `NotAllowedError`, and nothing is written.
In every cell:

- `yes`: anyone who has the role;
- `self`: only the seller (or applicant) whose path or affair it is;
- `nominator`: only who nominated on this path, whether or not the nomination still stands;
- `own country`: only who has the role in the path's country, not in another and not in all;
- `clock`: the system alone, by a timer or as a part of another move; nobody can ask for it from
  outside, not even as the role `system`;
- `{DENIED}`: nobody of this role.

A trigger that *asks* cannot be undone: the command line shows what it would do and asks first, or
needs `--yes`; the library does not ask.

Two things hold besides. A role that is held in one country is good in no other, and for no command
that concerns all countries. And a right is not yet a move: the guards must hold too.
"""

_COMMANDS: Final = """\
## Administrative commands

What is no trigger. The commands of `lazsa_flow.award.permissions.COMMANDS`.

Some ask for more than the role, and refuse with the same error: an ambassador nominates only while
sitting; a nomination is completed or withdrawn only by its maker, in the role it was made in; a
reviewer must be assigned to the panel of the country and cycle, gives their team, and scores
neither themselves nor a seller they have nominated in any round; who scored or recused takes no
part in the appeal.
"""


def authorisation() -> str:
    """Render the matrix of every lifecycle, and that of the commands."""
    parts = [_AUTHORISATION]
    for lifecycle in TABLES:
        rows = [_edge_row(lifecycle, *each) for each in _edges(lifecycle)]
        head = ("from", "trigger", "reason", *_role_columns(lifecycle))
        parts.append(f"## {lifecycle.title}: `{lifecycle.name}`\n\n{table(head, rows)}")
    rows = [
        (f"`{name}`", *_cells(permits, None, ORDER)) for name, permits in sorted(COMMANDS.items())
    ]
    parts.append(f"{_COMMANDS}\n{table(('command', *ORDER), rows)}")
    return "\n".join(parts)


def _edges(lifecycle: Lifecycle) -> Iterator[tuple[Edge, str | None]]:
    for edge in (lifecycle.opening, *lifecycle.edges):
        for reason in sorted(edge.reasons, key=str):
            yield edge, reason


def _role_columns(lifecycle: Lifecycle) -> list[str]:
    """Return the roles of a lifecycle, in the order of the pages."""
    return sorted(lifecycle.all_roles, key=ORDER.index)


def _edge_row(lifecycle: Lifecycle, edge: Edge, reason: str | None) -> tuple[str, ...]:
    sources = ", ".join(edge.sources) or "(opens the path)"
    shown = f"`{reason}`" if reason else ""
    trigger = f"`{edge.trigger}`{' (asks)' if edge.confirm else ''}"
    return (sources, trigger, shown, *_cells(edge.permits, reason, _role_columns(lifecycle)))


def _cells(permits: Iterable[Permit], reason: str | None, roles: Sequence[str]) -> list[str]:
    found: dict[str, list[str]] = {role: [] for role in roles}
    for permit in permits:
        if permit.admits(permit.role, reason):
            relation = (
                "clock"
                if permit.role == SYSTEM
                else _RELATIONS.get(permit.relation, permit.relation)
            )
            found[permit.role].append(relation)
    return [" or ".join(found[role]) or DENIED for role in roles]


assert set(ORDER) == {*ROLES, SYSTEM}, "a role without a column"
