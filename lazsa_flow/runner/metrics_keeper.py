"""The keeper of a group's metrics: one worker of the group starts their process, and again.

A process that serves a port may be killed like any other; then somebody has to notice. Dramatiq
watches its workers alone, so the one that gets the lock watches the metrics.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.logs import log
from lazsa_flow.runner.lifeline import child_environment

if TYPE_CHECKING:
    from typing import IO

_LOOK_S: Final = 1.0
_LOCK_S: Final = 5.0
"""How often a worker that does not keep the metrics looks whether it should."""
_LONGEST_PAUSE_S: Final = 30.0
_GRACE_S: Final = 5.0


class MetricsKeeper:
    """Keeps the process going that serves the metrics, in a thread of one worker of a group.

    Args:
        directory: Where the group's processes count.
        port: Of the metrics; groups that share a directory have each their own.
    """

    def __init__(self, directory: str, port: int) -> None:
        self._lock = Path(directory) / f"metrics-{port}.lock"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="metrics-keeper", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End the metrics, if they are ours."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        with suppress(OSError), self._lock.open("w") as lock:
            while not self._stop.is_set():
                if _try_file_lock(lock):
                    self._keep()
                    return
                self._stop.wait(_LOCK_S)

    def _keep(self) -> None:
        pause_s = _LOOK_S
        while not self._stop.is_set():
            process = _start_metrics_server()
            while not self._stop.wait(_LOOK_S):
                if (code := process.poll()) is not None:
                    break
                pause_s = _LOOK_S
            else:
                _end_process(process)
                return
            if self._stop.wait(pause_s):  # it may have ended with us, on the same signal
                return
            log.warning("metrics.ended", code=code)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)


def _try_file_lock(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _start_metrics_server() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "lazsa_flow.runner.metrics_server"]
    return subprocess.Popen(command, env={**os.environ, **child_environment()})  # noqa: S603 - ours


def _end_process(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
