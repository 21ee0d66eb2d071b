"""``lazsa-flow run``, ``worker``, ``ticker`` and ``doctor``: what keeps going, and how it fares."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lazsa_flow.cli import common
from lazsa_flow.cli.common import (
    DEFAULT_DATABASE,
    ConfigDir,
    Database,
    Json,
    console,
    open_programme,
    print_json,
)

if TYPE_CHECKING:
    from lazsa_flow.runner.settings import Settings


class Logs(StrEnum):
    """How events are written."""

    console = "console"
    json = "json"


class Level(StrEnum):
    """From which level on events are written."""

    debug = "debug"
    info = "info"
    warning = "warning"


Redis = Annotated[
    str | None,
    typer.Option(
        "--redis", envvar="LAZSA_REDIS_URL", metavar="URL", help="The broker between processes."
    ),
]
Processes = Annotated[int, typer.Option(min=1, max=64, help="How many worker processes.")]
Threads = Annotated[int, typer.Option(min=1, max=64, help="How many threads in each of them.")]
LogsOption = Annotated[
    Logs, typer.Option(envvar="LAZSA_LOGS", help="How events are written to stderr.")
]
LevelOption = Annotated[
    Level,
    typer.Option("--log-level", envvar="LAZSA_LOG_LEVEL", help="From which level on."),
]
Metrics = Annotated[
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
        help="Address to serve them on; 0.0.0.0 is every one of this machine.",
    ),
]
LOOPBACK = "127.0.0.1"


def run(
    database: Database = DEFAULT_DATABASE,
    redis: Redis = None,
    processes: Processes = 1,
    threads: Threads = 1,
    config: ConfigDir = None,
    logs: LogsOption = Logs.console,
    level: LevelOption = Level.info,
    metrics_port: Metrics = None,
    metrics_host: MetricsHost = LOOPBACK,
) -> None:
    """Keep ticker and workers going on the real clock until SIGTERM.

    Without a broker all of it runs in this process; with one, in processes of a group.

    Example: lazsa-flow run --database sqlite:///lazsa.db
    """
    if redis is not None:
        from lazsa_flow.runner.supervisor import serve as serve_group

        settings = _settings(database, redis, config, logs, level, metrics_port, metrics_host)
        raise typer.Exit(serve_group(settings, processes=processes, threads=threads))
    from lazsa_flow.errors import InputError
    from lazsa_flow.logs import to_stderr
    from lazsa_flow.runner.in_process import serve
    from lazsa_flow.runner.settings import Address

    for name, value, default in (
        ("--processes", processes, 1),
        ("--threads", threads, 1),
    ):
        if value != default:
            raise InputError.of("run", name, value, "a broker, by --redis, that joins processes")
    to_stderr(json=logs is Logs.json, level=level)
    address = None if metrics_port is None else Address(metrics_host, metrics_port)
    with open_programme(database, config) as programme:
        serve(programme, address=address)


def worker(
    database: Database = DEFAULT_DATABASE,
    redis: Redis = None,
    processes: Processes = 2,
    threads: Threads = 1,
    config: ConfigDir = None,
    logs: LogsOption = Logs.console,
    level: LevelOption = Level.info,
    metrics_port: Metrics = None,
    metrics_host: MetricsHost = LOOPBACK,
) -> None:
    """Keep worker processes going until SIGTERM; a ticker, or several, rings for them.

    Example: lazsa-flow worker --redis redis://127.0.0.1:6379/0 --processes 4
    """
    from lazsa_flow.runner.worker import serve

    settings = _settings(database, redis, config, logs, level, metrics_port, metrics_host)
    raise typer.Exit(serve(settings, processes=processes, threads=threads))


def ticker(
    database: Database = DEFAULT_DATABASE,
    redis: Redis = None,
    config: ConfigDir = None,
    logs: LogsOption = Logs.console,
    level: LevelOption = Level.info,
    metrics_port: Metrics = None,
    metrics_host: MetricsHost = LOOPBACK,
) -> None:
    """Ring for the workers whenever something falls due, until SIGTERM.

    Example: lazsa-flow ticker --redis redis://127.0.0.1:6379/0
    """
    from lazsa_flow.runner.scheduler_process import serve

    serve(_settings(database, redis, config, logs, level, metrics_port, metrics_host))


def doctor(
    database: Database = DEFAULT_DATABASE,
    redis: Redis = None,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Check database, schema, rows, timers, broker, clocks, policies, channels and templates.

    Every finding says what to do. The exit code is 1 if there is a fault; warnings leave it at 0.

    Example: lazsa-flow doctor --database sqlite:///lazsa.db
    """
    from dataclasses import asdict

    from lazsa_flow.runner.doctor import examine

    checks = list(examine(database, redis, config, clock=common.make_clock()))
    if as_json:
        print_json([asdict(check) for check in checks])
    else:
        for check in checks:
            console().print(f"{check.status:8} {check.name}: {check.found}", soft_wrap=True)
    raise typer.Exit(int(any(check.status == "fault" for check in checks)))


def _settings(
    database: str,
    redis: str | None,
    config: Path | None,
    logs: Logs,
    level: Level,
    metrics_port: int | None,
    metrics_host: str,
) -> Settings:
    from lazsa_flow.errors import InputError
    from lazsa_flow.runner.settings import Settings

    if redis is None:
        expected = "a broker's URL, such as redis://127.0.0.1:6379/0; or LAZSA_REDIS_URL"
        raise InputError.of("option", "--redis", "nothing", expected)
    return Settings(database, redis, config, logs is Logs.json, level, metrics_port, metrics_host)
