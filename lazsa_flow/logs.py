"""Logs: where events go.

Into the standard library's logger ``lazsa_flow``, as structlog events with named fields. Nothing
global is configured here: a host that does nothing sees warnings alone, the command line and the
workers choose console or JSON.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from dataclasses import dataclass
from functools import cache, cached_property
from math import inf
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from contextlib import AbstractContextManager

    import structlog

LOGGER: Final = logging.getLogger("lazsa_flow")
"""The logger itself: to ask whether somebody listens costs a tenth of asking :data:`log`."""


class EventLog:
    """Logs events with named fields; structlog is imported with the first that somebody wants."""

    def debug(self, event: str, **fields: Any) -> None:
        """Log what a developer follows."""
        self._log(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: Any) -> None:
        """Log what an operator may want to know."""
        self._log(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Log what somebody should look into."""
        self._log(logging.WARNING, event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Log what failed."""
        self._log(logging.ERROR, event, fields)

    def critical(self, event: str, **fields: Any) -> None:
        """Log what stops a process, or all its work."""
        self._log(logging.CRITICAL, event, fields)

    def _log(self, level: int, event: str, fields: dict[str, Any]) -> None:
        if LOGGER.isEnabledFor(level):
            _event_logger().log(level, event, **fields)


log: Final = EventLog()


@cache
def _event_logger() -> structlog.stdlib.BoundLogger:
    from lazsa_flow.log_rendering import event_logger

    return event_logger(LOGGER)


def bound_fields(**fields: Any) -> AbstractContextManager[None]:
    """Add fields to every event that is logged meanwhile, in this thread or task."""
    from structlog.contextvars import bound_contextvars

    return bound_contextvars(**fields)


class EventFormatter(logging.Formatter):
    """Formats what a handler of the logger gets; structlog is imported with the first record.

    Args:
        json: Whether as JSON lines, or as a console's columns.
    """

    def __init__(self, *, json: bool) -> None:
        super().__init__()
        self._json = json

    def format(self, record: logging.LogRecord) -> str:
        """Format a record as one line."""
        return self._formatter.format(record)

    @cached_property
    def _formatter(self) -> logging.Formatter:
        from lazsa_flow.log_rendering import event_formatter

        return event_formatter(json=self._json)


def warn_on_stderr() -> None:
    """Write the library's warnings as lines to standard error, where nothing else listens to them.

    Only what owns its process calls this, as :func:`to_stderr`, which replaces it.
    """
    if not LOGGER.hasHandlers():
        to_stderr(json=False, level="warning")


class RepeatFilter(logging.Filter):
    """Limits how often warnings and errors with the same cause are logged.

    The first ones pass. After them one passes a second later, the next two seconds after that, and
    so on up to five minutes; it says how many were held back since. A cause that was silent for ten
    minutes is new again. Events of a lower level always pass.

    It belongs to a handler of its own: what loggers send to that is counted by event and cause, not
    by the path or notice that it befell, and the count is written into the record.

    Args:
        clock: Seconds that only rise.
    """

    FIRST: Final = 20
    LONGEST_PAUSE_S: Final = 300.0
    FORGOTTEN_S: Final = 600.0
    MOST_CAUSES: Final = 1000
    _CAUSE: Final = ("error", "channel", "timer", "where", "what")

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._repeats: dict[Hashable, _Repeats] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Let a record pass, with how many were held back before it, or hold it back."""
        if record.levelno < logging.WARNING:
            return True
        with self._lock:
            held_back = self._count(self._cause_of(record))
        if held_back:
            _write_count(record, held_back)
        return held_back is not None

    def _cause_of(self, record: logging.LogRecord) -> Hashable:
        event = record.msg
        if isinstance(event, dict):
            return event.get("event"), *(str(event.get(name)) for name in self._CAUSE)
        return record.name, record.levelno, str(event)

    def _count(self, cause: Hashable) -> int | None:
        """Count one; return how many were held back before it, or ``None`` to hold it back."""
        now = self._clock()
        repeats = self._repeats.pop(cause, None)
        if repeats is None or now - repeats.last_at > self.FORGOTTEN_S:
            repeats = _Repeats(now)
        self._repeats[cause] = repeats  # the latest cause is last
        if len(self._repeats) > self.MOST_CAUSES:
            del self._repeats[next(iter(self._repeats))]
        repeats.last_at = now
        if now < repeats.next_at:
            repeats.held_back += 1
            return None
        repeats.passed += 1
        if repeats.passed >= self.FIRST:
            pause_s = 2.0 ** min(repeats.passed - self.FIRST, 20)
            repeats.next_at = now + min(pause_s, self.LONGEST_PAUSE_S)
        held_back, repeats.held_back = repeats.held_back, 0
        return held_back


@dataclass(slots=True)
class _Repeats:
    """How often a cause came."""

    last_at: float
    passed: int = 0
    held_back: int = 0
    next_at: float = -inf


def _write_count(record: logging.LogRecord, held_back: int) -> None:
    """Let a record say how many like it were held back."""
    event: Any = record.msg
    if isinstance(event, dict):
        event["held_back"] = held_back
    else:
        record.msg, record.args = f"{record.getMessage()} ({held_back} like it held back)", None


def to_stderr(*, json: bool, level: str) -> None:
    """Send the library's events, and the worker runtime's warnings, to standard error.

    Only what owns its process calls this: the command line, workers, tickers.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(EventFormatter(json=json))
    handler.addFilter(RepeatFilter())
    for name, least in (("lazsa_flow", level.upper()), ("dramatiq", "WARNING")):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(least)
        logger.propagate = False
