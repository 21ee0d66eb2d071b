"""Settings of the runner's processes, read from the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lazsa_flow.database_urls import split_urls, strip_name
from lazsa_flow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

DATABASE = "LAZSA_DATABASE_URL"
REDIS = "LAZSA_REDIS_URL"
CONFIG = "LAZSA_CONFIG"
LOGS = "LAZSA_LOGS"
LEVEL = "LAZSA_LOG_LEVEL"
METRICS = "LAZSA_METRICS_PORT"
METRICS_HOST = "LAZSA_METRICS_HOST"
LOOPBACK = "127.0.0.1"


class Address(NamedTuple):
    """Where a server listens; port 0 is any that is free."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Where state and broker are, and how the processes speak.

    Attributes:
        config: The deployment's own directory, if it has one.
        json_logs: Whether events are written as JSON.
        level: From which level on they are written.
        metrics_port: Where metrics and health are served; ``None``: nowhere.
        metrics_host: On which address of this machine.
    """

    database: str
    redis: str
    config: Path | None = None
    json_logs: bool = False
    level: str = "info"
    metrics_port: int | None = None
    metrics_host: str = LOOPBACK

    @property
    def address(self) -> Address | None:
        """Where metrics and health are served, if they are."""
        return None if self.metrics_port is None else Address(self.metrics_host, self.metrics_port)

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings from an environment.

        Raises:
            InputError: A variable is missing or not what it should be.
        """

        def needed(name: str) -> str:
            value = environment.get(name)
            if not value:
                raise InputError.of("environment", name, "nothing", "a URL")
            return value

        port = environment.get(METRICS) or None
        if port is not None and not (port.isascii() and port.isdigit() and int(port) < 65536):
            raise InputError.of("environment", METRICS, port, "a port from 0 to 65535")
        config = environment.get(CONFIG)
        return cls(
            database=_read_one_database(needed(DATABASE)),
            redis=needed(REDIS),
            config=Path(config) if config else None,
            json_logs=environment.get(LOGS) == "json",
            level=environment.get(LEVEL) or "info",
            metrics_port=None if port is None else int(port),
            metrics_host=environment.get(METRICS_HOST) or LOOPBACK,
        )

    def environment(self) -> dict[str, str]:
        """Return the environment variables that give another process the same settings."""
        return {
            DATABASE: self.database,
            REDIS: self.redis,
            CONFIG: str(self.config or ""),
            LOGS: "json" if self.json_logs else "console",
            LEVEL: self.level,
            METRICS: "" if self.metrics_port is None else str(self.metrics_port),
            METRICS_HOST: self.metrics_host,
        }


def _read_one_database(text: str) -> str:
    """Return the one URL that a variable names, without a name before it.

    Raises:
        InputError: It names several.
    """
    if len(split_urls(text)) > 1:
        raise InputError.of(
            "environment", DATABASE, "several", "one URL: a process serves one database"
        )
    return strip_name(text)
