"""Secrets of channels: read from the environment, by the names that the settings give."""

from __future__ import annotations

import os
import re
from typing import Final

from lazsa_flow.errors import ConfigError, Problem

_VARIABLE: Final = re.compile(r"[A-Z_][A-Z0-9_]*", re.ASCII)


def read_secret(name: str) -> str:
    """Return a secret of the environment.

    Raises:
        ConfigError: The variable is not set.
    """
    found = os.environ.get(name) if "\0" not in name else None
    if not found:
        shown = name if _VARIABLE.fullmatch(name) else "(not shown)"  # perhaps the secret itself
        raise ConfigError([Problem("environment", shown, "nothing", "a secret in this variable")])
    return found
