"""Channels: which there are, and what opens them.

Kinds are found by entry point, ours as well as a host's; each checks the settings of its own.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final, cast

from lazsa_flow.errors import ConfigError, LazsaError, Problem, shown
from lazsa_flow.lifecycle.toml_text import read

if TYPE_CHECKING:
    from lazsa_flow.notices.ports import Channel, ChannelKind, Resolver
    from lazsa_flow.notices.settings import ChannelSettings, Deployment

CHANNELS: Final = "lazsa_flow.channels"
RESOLVERS: Final = "lazsa_flow.resolvers"


def open_channels(deployment: Deployment) -> dict[str, Channel]:
    """Open every channel of a deployment; none connects before its first notice.

    Raises:
        ConfigError: A kind is not installed, a setting is wrong, or a secret is missing; every
            fault of every channel is named.
    """
    opened: dict[str, Channel] = {}
    problems: list[Problem] = []
    for name, settings in deployment.channels.items():
        try:
            opened[name] = open_channel(name, settings)
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return opened


def find_resolver(deployment: Deployment) -> Resolver | None:
    """Return the resolver that a deployment names, if it names one.

    Raises:
        ConfigError: It is not installed.
    """
    name = deployment.notices.resolver
    if name is None:
        return None
    return cast("Resolver", _load_entry_point(RESOLVERS, name, "lazsa.toml [notices]", "resolver"))


def open_channel(name: str, settings: ChannelSettings) -> Channel:
    """Open one channel; see :func:`open_channels`."""
    where = f"lazsa.toml [channels.{name}]"
    kind: ChannelKind = _load_entry_point(CHANNELS, settings.kind, where, "kind")
    return kind(read(kind.Settings, settings.own, where=where))


def asks_for_contacts(deployment: Deployment) -> bool:
    """Return whether one of the channels needs a person's contact."""
    for name, settings in deployment.channels.items():
        try:
            channel = open_channel(name, settings)
        except LazsaError:
            continue  # named as such
        channel.close()
        if channel.needs_contact:
            return True
    return False


def _load_entry_point(group: str, name: str, where: str, field: str) -> Any:
    points = {point.name: point for point in entry_points(group=group)}
    if name not in points:
        expected = f"one of {', '.join(sorted(points)) or 'none that are installed'}"
        raise ConfigError([Problem(where, field, shown(name), expected)])
    try:
        return points[name].load()
    except ImportError as error:
        missing = f"{name}, which cannot be loaded ({shown(error.name or str(error))})"
        expected = "what it needs: pip install 'lazsa-flow[notices]'"
        raise ConfigError([Problem(where, field, missing, expected)]) from None
