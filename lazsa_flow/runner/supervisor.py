"""The supervisor: scheduler and workers as commands that live and die together."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Final

from lazsa_flow import logs
from lazsa_flow.runner.lifeline import child_environment
from lazsa_flow.runner.settings import METRICS
from lazsa_flow.runner.signals import stop_on_signals
from lazsa_flow.runner.worker import check_fitness

if TYPE_CHECKING:
    from lazsa_flow.runner.settings import Settings

_LOOK_S: Final = 0.2
_GRACE_S: Final = 30.0


def supervise_processes(settings: Settings, *, processes: int, threads: int) -> int:
    """Run a ticker and worker processes until SIGTERM or SIGINT, or until either ends.

    Returns:
        The exit code: 0 after a signal, another code if one of them ended on its own.
    """
    check_fitness(settings)
    logs.to_stderr(json=settings.json_logs, level=settings.level)
    stop = stop_on_signals("run")
    environment = {**os.environ, **settings.environment(), **child_environment()}
    workers = ("worker", "--processes", str(processes), "--threads", str(threads))
    # the port is the workers'
    ticker = {**environment, METRICS: ""}
    commands = [
        subprocess.Popen([sys.executable, "-m", "lazsa_flow", *words], env=env)  # noqa: S603 - ours
        for words, env in ((workers, environment), (("ticker",), ticker))
    ]
    logs.log.info("run.started")
    while not stop.wait(_LOOK_S) and all(each.poll() is None for each in commands):
        pass
    ended = [each.poll() for each in commands]
    for each in commands:
        each.terminate()
    codes = [each.wait(_GRACE_S) for each in commands]
    logs.log.info("run.ended")
    if stop.is_set():
        return max(map(abs, codes))
    return next((abs(code) for code in ended if code), 1)
