"""The real commands, with a fault built in that the environment names.

``python -m tests.chaos.rigged ticker …`` is ``lazsa-flow ticker …``; a worker is
``python -m dramatiq tests.chaos.rigged:boot``. The product knows nothing of it.

Units:
    ``CHAOS_STOP_AT`` is a point's name; the first process that passes it makes the file
    ``CHAOS_STOP_FLAG`` and stops itself. ``CHAOS_IDLE_S`` is for how long a transaction may idle,
    or stand still within a statement. ``CHAOS_LEAD_S`` is for how long a ticker leads, and so how
    late it may look again. ``CHAOS_CLOCK`` is a file that says by how many seconds the machine's
    clock is off.
"""

from __future__ import annotations

import os
import signal
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import SystemClock
from lazsa_flow.config import Config
from lazsa_flow.runner import scheduler, worker
from lazsa_flow.store import monitoring, postgresql

if TYPE_CHECKING:
    import dramatiq

    from lazsa_flow.runner.settings import Settings

_now = SystemClock.now


def _wrong(clock: SystemClock) -> datetime:
    off = Path(os.environ["CHAOS_CLOCK"]).read_text("utf-8")
    return _now(clock) + timedelta(seconds=float(off))


def _stop(point: str) -> None:
    if point != os.environ["CHAOS_STOP_AT"]:
        return
    try:
        Path(os.environ["CHAOS_STOP_FLAG"]).touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGSTOP)


def _open(settings: Settings) -> Programme:
    return Programme.open(settings.database, config=Config.load(settings.config), probe=_stop)


def rig() -> None:
    """Build in what the environment names."""
    if "CHAOS_CLOCK" in os.environ:
        setattr(SystemClock, "now", _wrong)  # noqa: B010 - a method of the class itself
    if "CHAOS_STOP_AT" in os.environ:
        worker.open_service = _open
    if "CHAOS_IDLE_S" in os.environ:
        limit_s = float(os.environ["CHAOS_IDLE_S"])
        postgresql.IDLE_TIMEOUT_MS = int(limit_s * 1000)  # type: ignore[misc]
        monitoring.STANDSTILL_S = limit_s  # type: ignore[misc]
    if "CHAOS_LEAD_S" in os.environ:
        scheduler.LEAD_S = float(os.environ["CHAOS_LEAD_S"])  # type: ignore[misc]


def boot() -> dramatiq.Broker:
    """Make this process a worker with the fault."""
    rig()
    return worker.boot_worker()


if __name__ == "__main__":
    from lazsa_flow.award.cli.app import main

    rig()
    main()
