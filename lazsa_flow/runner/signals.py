"""Signals: how one of our processes is asked to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from lazsa_flow.logs import log


def stop_on_signals(who: str) -> threading.Event:
    """Return an event that SIGTERM and SIGINT set; from then on they end nothing by force."""
    stop = threading.Event()

    def handle(number: int, _frame: Any) -> None:
        log.info(f"{who}.stopping", signal=signal.Signals(number).name)
        stop.set()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
    return stop
