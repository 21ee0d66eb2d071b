"""The lifeline of a child process: it ends with the process that started it, however that ends.

A supervisor that is asked to stop stops its children. One that is killed cannot; its children would
keep running old code next to a new group. On Linux the kernel kills them; elsewhere they check
every second whether their parent is still the same.

Their unfinished work is rolled back, and done by the next worker that polls.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from typing import Final

from lazsa_flow.logs import log

SUPERVISOR: Final = "LAZSA_SUPERVISOR_PID"
"""The variable that names the process that a command was started by, where it has a lifeline."""
_SET_DEATH_SIGNAL: Final = 1
"""PR_SET_PDEATHSIG. Source: Linux, prctl(2)."""
_LOOK_S: Final = 1.0


def child_environment() -> dict[str, str]:
    """Return the variable by which a command that is started knows its supervisor."""
    return {SUPERVISOR: str(os.getpid())}


def follow_supervisor() -> None:
    """End with the supervisor that the environment names, if it names one."""
    named = os.environ.pop(SUPERVISOR, "")
    if named.isascii() and named.isdigit():
        end_with_parent(int(named))


def end_with_parent(parent: int | None = None) -> None:
    """End this process when its parent has ended.

    Args:
        parent: The number that the parent has if it still lives; the present one's by default.
    """
    expected = os.getppid() if parent is None else parent
    if not (sys.platform == "linux" and _kill_with_parent()):
        threading.Thread(
            target=_watch_parent_process, args=(expected,), name="lifeline", daemon=True
        ).start()
    if os.getppid() != expected:  # it ended before we could ask
        _end_this_process()


def _kill_with_parent() -> bool:
    """Ask Linux to kill this process with the thread that started it; return whether it will."""
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(_SET_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0) == 0)


def _watch_parent_process(expected: int) -> None:
    while os.getppid() == expected:
        time.sleep(_LOOK_S)
    _end_this_process()


def _end_this_process() -> None:
    log.error("supervisor.gone")
    os._exit(1)
