"""Waiting for locks: one deadline for each call, its repetitions included, and one event."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.logs import log

if TYPE_CHECKING:
    from collections.abc import Iterator

    import sqlalchemy as sa

LOCK_TIMEOUT_S: Final = 60.0
FIRST_LOOK_S: Final = 1.0
"""After so long a wait is examined and logged."""
BIND: Final = "if it is your own, call a programme that is bound to it (Programme.bind)"
OPTION: Final = "lazsa_lock_timeout_s"
"""The execution option by which an engine says how long its calls wait."""


class LockWait:
    """How long one call may still wait for what others hold.

    Args:
        timeout_s: How long in all, from now on.
    """

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s
        self._until = time.monotonic() + timeout_s
        self._told = False

    @property
    def left_s(self) -> float:
        """How many seconds are left; less than 0 once it is over."""
        return self._until - time.monotonic()

    @property
    def begun(self) -> bool:
        """Whether a good part of it is over, so that the database's own limit is too long."""
        return self.waited_s > FIRST_LOOK_S

    @property
    def waited_s(self) -> float:
        """How many seconds have passed."""
        return self.timeout_s - self.left_s

    @property
    def over(self) -> str:
        """Say that it is over."""
        return f"another transaction held a lock for {self.waited_s:.0f} s; {BIND}"

    def tell(self, **about: Any) -> None:
        """Log that the call waits, the first time that it does."""
        if not self._told:
            self._told = True
            waited_s = round(self.waited_s, 1)
            log.warning("lock.waiting", waited_s=waited_s, timeout_s=self.timeout_s, **about)


_current: ContextVar[LockWait | None] = ContextVar("lazsa_lock_wait", default=None)


@contextmanager
def waiting_at_most(timeout_s: float) -> Iterator[LockWait]:
    """Let all transactions in the block share one deadline for locks."""
    token = _current.set(wait := LockWait(timeout_s))
    try:
        yield wait
    finally:
        _current.reset(token)


def lock_wait(connection: sa.Connection | sa.Engine) -> LockWait:
    """Return the deadline of the present call, or a new one where there is none."""
    return _current.get() or LockWait(lock_timeout_s(connection))


def current_wait() -> LockWait | None:
    """Return the deadline of the present call, if there is one."""
    return _current.get()


def lock_timeout_s(connection: sa.Connection | sa.Engine) -> float:
    """Return how long calls wait for locks, by the URL of the engine."""
    found: float = connection.get_execution_options().get(OPTION, LOCK_TIMEOUT_S)
    return found
