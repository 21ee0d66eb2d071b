"""A worker at which nobody rings looks by itself."""

from __future__ import annotations

import threading
from typing import Any

from lazsa_flow.runner.actors import IdlePoller

NOBODY: Any = None


def test_silence_makes_it_look() -> None:
    """Where nobody has rung for a while the worker looks, again and again, until it is stopped."""
    looked = threading.Semaphore(0)
    watch = IdlePoller(looked.release, silence_s=0.01)
    watch.after_worker_boot(NOBODY, NOBODY)
    for _ in range(3):
        assert looked.acquire(timeout=30)
    watch.before_worker_shutdown(NOBODY, NOBODY)


def test_a_ring_starts_the_silence_anew() -> None:
    """Whoever is rung for need not look; a stop ends the watch without a look."""
    looks: list[None] = []
    watch = IdlePoller(lambda: looks.append(None), silence_s=3600)
    watch.after_worker_boot(NOBODY, NOBODY)
    watch.rung()
    watch.before_worker_shutdown(NOBODY, NOBODY)
    assert looks == []
