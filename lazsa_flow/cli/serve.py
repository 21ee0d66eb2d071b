"""``lazsa-flow run``, ``worker``, ``ticker`` and ``doctor``: processes and the deployment."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from lazsa_flow.cli import common
from lazsa_flow.cli.common import console, open_service, print_json
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    DEFAULT_DATABASES,
    LOOPBACK,
    ConfigDir,
    Database,
    Databases,
    Json,
)
from lazsa_flow.cli.process_options import (
    Level,
    LogFormat,
    LogLevel,
    Logs,
    MetricsHost,
    MetricsPort,
    Processes,
    Redis,
    Threads,
)

if TYPE_CHECKING:
    from lazsa_flow.runner.settings import Settings


def run(
    database: Database = DEFAULT_DATABASE,
    redis: Redis = None,
    processes: Processes = 1,
    threads: Threads = 1,
    config: ConfigDir = None,
    logs: LogFormat = Logs.console,
    level: LogLevel = Level.info,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = LOOPBACK,
) -> None:
    """Run ticker and workers on the real clock until SIGTERM.

    Without a broker all of it runs in this process; with one, in processes of a group.

    Example: lazsa-flow run --database sqlite:///lazsa.db
    """
    if redis is not None:
        from lazsa_flow.runner.supervisor import supervise_processes as serve_group

        settings = _settings(database, redis, config, logs, level, metrics_port, metrics_host)
        raise typer.Exit(serve_group(settings, processes=processes, threads=threads))
    from lazsa_flow.errors import InputError
    from lazsa_flow.logs import to_stderr
    from lazsa_flow.runner.in_process import run_in_process
    from lazsa_flow.runner.settings import Address

    for name, value, default in (
        ("--processes", processes, 1),
        ("--threads", threads, 1),
    ):
        if value != default:
            raise InputError.of("run", name, value, "a broker, by --redis, that joins processes")
    to_stderr(json=logs is Logs.json, level=level)
    address = None if metrics_port is None else Address(metrics_host, metrics_port)
    with open_service(database, config) as service:
        run_in_process(service, address=address)


def worker(
    database: Database = DEFAULT_DATABASE,
    redis: Redis = None,
    processes: Processes = 2,
    threads: Threads = 1,
    config: ConfigDir = None,
    logs: LogFormat = Logs.console,
    level: LogLevel = Level.info,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = LOOPBACK,
) -> None:
    """Run worker processes until SIGTERM. Start at least one `ticker` to wake them.

    Example: lazsa-flow worker --redis redis://127.0.0.1:6379/0 --processes 4
    """
    from lazsa_flow.runner.worker import serve_workers

    settings = _settings(database, redis, config, logs, level, metrics_port, metrics_host)
    raise typer.Exit(serve_workers(settings, processes=processes, threads=threads))


def ticker(
    database: Database = DEFAULT_DATABASE,
    redis: Redis = None,
    config: ConfigDir = None,
    logs: LogFormat = Logs.console,
    level: LogLevel = Level.info,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = LOOPBACK,
) -> None:
    """Wake the workers whenever a timer falls due, until SIGTERM.

    Example: lazsa-flow ticker --redis redis://127.0.0.1:6379/0
    """
    from lazsa_flow.runner.scheduler_process import serve_scheduler

    serve_scheduler(_settings(database, redis, config, logs, level, metrics_port, metrics_host))


def doctor(
    database: Databases = DEFAULT_DATABASES,
    redis: Redis = None,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Check database, schema, rows, timers, broker, clocks, policies, channels and templates.

    Every finding says what to do. The exit code is 1 if there is a fault; warnings leave it at 0.
    With several databases, each is checked, and that no two of them share what they may not.

    Example: lazsa-flow doctor --database sqlite:///lazsa.db
    """
    from dataclasses import asdict

    from lazsa_flow.cli.progress import working_bar
    from lazsa_flow.database_urls import strip_name
    from lazsa_flow.runner.doctor import examine, examine_several

    if len(database) > 1:
        with working_bar("doctor"):
            found = list(examine_several(database, redis, config, clock=common.make_clock()))
        checks = [check for _, check in found]
        if as_json:
            print_json([{"database": name, **asdict(check)} for name, check in found])
        else:
            for name, check in found:
                line = f"{check.status:8} {name or 'all'}: {check.name}: {check.found}"
                console().print(line, soft_wrap=True)
        raise typer.Exit(int(any(check.status == "fault" for check in checks)))
    with working_bar("doctor"):
        checks = list(examine(strip_name(*database), redis, config, clock=common.make_clock()))
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
