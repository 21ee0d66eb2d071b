"""Lifecycles of a deployment: those that are handed in, or installed as plug-ins."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.errors import ConfigError, Problem, shown
from lazsa_flow.lifecycle.evidence import find_shared_names
from lazsa_flow.lifecycle.model import SYSTEM
from lazsa_flow.lifecycle.policy import PolicyText, read_policy
from lazsa_flow.lifecycle.roles import SERVICE_ROLES
from lazsa_flow.lifecycle.table import Lifecycle
from lazsa_flow.logs import log

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from importlib.metadata import EntryPoint

GROUP: Final = "lazsa_flow.lifecycles"
_LONGEST: Final = 200


class Installed(NamedTuple):
    """The lifecycles that are installed as plug-ins.

    Attributes:
        tables: Those that can be used, by the names of their entry points.
        left_out: Why each of the others cannot, by distribution and entry point.
    """

    tables: tuple[Lifecycle, ...]
    left_out: tuple[Problem, ...]


def installed_lifecycles() -> Installed:
    """Load the lifecycles that are installed; one that cannot be used leaves the others working.

    Left out are plug-ins that cannot be imported, are no lifecycle or bring a policy that is
    wrong, all of those that have one name, and all of those whose evidence sources share a name.
    """
    problems: list[Problem] = []
    found: list[tuple[str, Lifecycle]] = []
    for where, point in _find_points(entry_points, _path_stamp()):
        try:
            table = point.load()
        except Exception as error:  # a plug-in may raise anything while it is imported
            got = shown(f"{type(error).__name__}: {error}", _LONGEST)
            problems.append(Problem(where, "", got, "a plug-in that can be imported"))
            continue
        if not isinstance(table, Lifecycle):
            problems.append(Problem(where, "", type(table).__name__, "Lifecycle"))
        elif faults := _policy_faults(where, table):
            problems += faults
        else:
            found.append((where, table))
    doubled = _find_doubled_names(found)
    names = {problem.value for problem in doubled}
    named = {
        f"{where}: lifecycle {table.name}": table
        for where, table in found
        if shown(table.name) not in names
    }
    shared = list(find_shared_names((owner, table.evidence) for owner, table in named.items()))
    sharing = {problem.where for problem in shared}
    tables = {id(table): table for owner, table in named.items() if owner not in sharing}
    left_out = (*problems, *doubled, *shared)
    for problem in left_out:
        log.error("lifecycle.unusable", plugin=problem.where, problem=str(problem))
    return Installed(tuple(tables.values()), left_out)


def _path_stamp() -> tuple[tuple[str, int], ...]:
    """Return the folders that packages are installed in, each with when it last changed."""
    stamp = []
    for folder in sys.path:
        try:
            changed = os.stat(folder or ".").st_mtime_ns  # noqa: PTH116 - asked at every opening
        except OSError:
            changed = 0
        stamp.append((folder, changed))
    return tuple(stamp)


@lru_cache(maxsize=4)
def _find_points(
    find: Callable[..., Iterable[EntryPoint]], _stamp: tuple[tuple[str, int], ...]
) -> tuple[tuple[str, EntryPoint], ...]:
    """Return the entry points of lifecycles, by name, each with what it is called in errors.

    To read what every installed distribution brings takes as long as the rest of opening, and
    changes only where something is installed or removed.

    Args:
        find: Finds entry points by their group.
        _stamp: The folders that it looks into, as they are now.
    """
    points = sorted(find(group=GROUP), key=lambda point: point.name)
    return tuple((_name_of(point), point) for point in points)


def installed_roles() -> frozenset[str]:
    """Return the roles of every lifecycle that is installed, and those of the service."""
    tables = installed_lifecycles().tables
    return frozenset({*SERVICE_ROLES, SYSTEM}.union(*(table.all_roles for table in tables)))


def default_policy(table: Lifecycle, text: str) -> PolicyText:
    """Check a policy text that a table brings itself.

    Raises:
        ConfigError: It does not have the shape of the table's policies.
    """
    where = f"{table.name}.default_policies"
    policy = read_policy(table.policy, text, where)
    if policy.lifecycle != table.name:
        problem = Problem(where, "lifecycle", shown(policy.lifecycle), shown(table.name))
        raise ConfigError([problem])
    return PolicyText(table.name, policy.version, text)


def _policy_faults(where: str, table: Lifecycle) -> list[Problem]:
    """Name what is wrong with the policies that a plug-in brings."""
    problems: list[Problem] = []
    for text in table.default_policies:
        try:
            default_policy(table, text)
        except ConfigError as error:
            problems += [replace(each, where=f"{where}: {each.where}") for each in error.problems]
    return problems


def check_names(tables: Sequence[Lifecycle]) -> None:
    """Let tables pass that have names of their own, and whose evidence sources have.

    Raises:
        ConfigError: Two have one name, or different evidence sources of one name.
    """
    problems = _find_doubled_names([("lifecycles", table) for table in tables])
    problems += find_shared_names((f"lifecycle {each.name}", each.evidence) for each in tables)
    if problems:
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
