"""Lifecycles of a deployment: those that are handed in, or installed as plug-ins."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import ConfigError, Problem, shown
from lazsa_flow.lifecycle.model import SYSTEM
from lazsa_flow.lifecycle.roles import SERVICE_ROLES
from lazsa_flow.lifecycle.table import Lifecycle

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

GROUP: Final = "lazsa_flow.lifecycles"
_LONGEST: Final = 200


def installed_lifecycles() -> tuple[Lifecycle, ...]:
    """Load the lifecycles that are installed, by the names of their entry points.

    Raises:
        ConfigError: A plug-in cannot be imported or is no lifecycle, or two have one name; every
            one of them is named.
    """
    problems: list[Problem] = []
    found: list[tuple[str, Lifecycle]] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        where = _name_of(point)
        try:
            table = point.load()
        except Exception as error:  # a plug-in may raise anything while it is imported
            got = shown(f"{type(error).__name__}: {error}", _LONGEST)
            problems.append(Problem(where, "", got, "a plug-in that can be imported"))
            continue
        if isinstance(table, Lifecycle):
            found.append((where, table))
        else:
            problems.append(Problem(where, "", type(table).__name__, "Lifecycle"))
    problems += _find_doubled_names(found)
    if problems:
        raise ConfigError(problems)
    return tuple({id(table): table for _, table in found}.values())


def installed_roles() -> frozenset[str]:
    """Return the roles of every lifecycle that is installed, and those of the service.

    Raises as :func:`installed_lifecycles`.
    """
    tables = installed_lifecycles()
    return frozenset({*SERVICE_ROLES, SYSTEM}.union(*(table.all_roles for table in tables)))


def check_names(tables: Iterable[Lifecycle]) -> None:
    """Let tables pass that have names of their own.

    Raises:
        ConfigError: Two have one name.
    """
    if problems := _find_doubled_names([("lifecycles", table) for table in tables]):
        raise ConfigError(problems)


def _find_doubled_names(found: Iterable[tuple[str, Lifecycle]]) -> list[Problem]:
    """Name the tables that have the name of another one."""
    first: dict[str, tuple[str, Lifecycle]] = {}
    problems = []
    for where, table in found:
        other, known = first.setdefault(table.name, (where, table))
        if known is not table:
            expected = f"a name of its own: {other} has a lifecycle of this name"
            problems.append(Problem(where, "name", shown(table.name), expected))
    return problems


def _name_of(point: EntryPoint) -> str:
    """Name a plug-in: its distribution, where that is known, and its entry point."""
    owner = f"{point.dist.name} " if point.dist else ""
    return f"{owner}[{GROUP}] {point.name} = {point.value}"
