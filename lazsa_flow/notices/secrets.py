"""Where do a channel's secrets come from? The environment, by the names that the settings give."""

from __future__ import annotations

import os

from lazsa_flow.errors import ConfigError, Problem


def secret(name: str) -> str:
    """Return a secret of the environment.

    Raises:
        ConfigError: The variable is not set.
    """
    found = os.environ.get(name)
    if not found:
        raise ConfigError([Problem("environment", name, "nothing", "a secret in this variable")])
    return found
