"""Options of the commands that start processes: workers, ticker, relay and viewer."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Logs(StrEnum):
    """How events are written."""

    console = "console"
    json = "json"


class Level(StrEnum):
    """The least level of the events that are written."""

    debug = "debug"
    info = "info"
    warning = "warning"


Redis = Annotated[
    str | None,
    typer.Option("--redis", envvar="LAZSA_REDIS_URL", metavar="URL", help="Redis broker URL."),
]
Processes = Annotated[int, typer.Option(min=1, max=64, help="Number of worker processes.")]
Threads = Annotated[int, typer.Option(min=1, max=64, help="Threads of each worker process.")]
LogFormat = Annotated[
    Logs, typer.Option("--logs", envvar="LAZSA_LOGS", help="Format of log events on stderr.")
]
LogLevel = Annotated[
    Level, typer.Option("--log-level", envvar="LAZSA_LOG_LEVEL", help="Minimum log level.")
]
MetricsPort = Annotated[
    int | None,
    typer.Option(
        "--metrics-port",
        envvar="LAZSA_METRICS_PORT",
        min=0,
        max=65535,
        help="Serve /metrics, /healthz and /readyz on this port.",
    ),
]
MetricsHost = Annotated[
    str,
    typer.Option(
        "--metrics-host",
        envvar="LAZSA_METRICS_HOST",
        metavar="ADDRESS",
        help="Address to serve metrics on; 0.0.0.0 is every address of this machine.",
    ),
]
Once = Annotated[bool, typer.Option("--once", help="Send what is due now, and exit.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Port (0 picks a free one).")]
RehearsedTimers = Annotated[
    int,
    typer.Option(
        "--rehearse-at-most",
        min=0,
        metavar="N",
        help="Until how many due timers a page rehearses a coming date.",
    ),
]
RefreshInterval = Annotated[
    float, typer.Option("--every", min=0.25, metavar="SECONDS", help="Refresh interval.")
]
