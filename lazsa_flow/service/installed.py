"""The installed service: what workers, doctor and the general commands open.

A package names its class by an entry point of the group ``lazsa_flow.services``. One that is
installed next to lazsa_flow goes before the one that ships with it; without any, it is
:class:`lazsa_flow.service.service.FlowService` itself.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import ConfigError, Problem, shown
from lazsa_flow.service.service import FlowService

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from lazsa_flow.service.context import Application

GROUP: Final = "lazsa_flow.services"
_OWN: Final = "lazsa-flow"


def load_service() -> type[FlowService]:
    """Import and return the class of the installed service.

    Raises:
        ConfigError: Two packages bring one, or it cannot be imported or is no FlowService.
    """
    points = list(entry_points(group=GROUP))
    points = [each for each in points if _package_name(each) != _OWN] or points
    if not points:
        return FlowService
    if len(points) > 1:
        got = ", ".join(sorted(f"{_package_name(each)}: {each.value}" for each in points))
        raise ConfigError([Problem(f"[{GROUP}]", "", got, "one service")])
    try:
        found = points[0].load()
    except Exception as error:  # a plug-in may raise anything while it is imported
        got = shown(f"{type(error).__name__}: {error}", 200)
        problem = Problem(_name(points[0]), "", got, "a class that can be imported")
        raise ConfigError([problem]) from error
    if not (isinstance(found, type) and issubclass(found, FlowService)):
        raise ConfigError([Problem(_name(points[0]), "", shown(found, 200), "a FlowService")])
    return found


def load_application() -> Application:
    """Return what the installed service's application adds to the library."""
    return load_service()._application  # noqa: SLF001 - the class's own, for those below it


def _package_name(point: EntryPoint) -> str:
    return point.dist.name if point.dist else ""


def _name(point: EntryPoint) -> str:
    return f"{_package_name(point)} [{GROUP}] {point.name} = {point.value}"
