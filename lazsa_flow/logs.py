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
from math import inf
from typing import TYPE_CHECKING, Any, Final, cast

import structlog

from lazsa_flow.terminal_text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

LOGGER: Final = logging.getLogger("lazsa_flow")
"""The logger itself: to ask whether somebody listens costs a tenth of asking :data:`log`."""


class Event(dict[str, Any]):
    """An event's fields, which read as a line where nobody has set up how to write them."""

    def __str__(self) -> str:
        fields = (f"{name}={value}" for name, value in self.items() if name != "event")
        return " ".join((str(self.get("event", "")), *fields))


def _hand_over(logger: logging.Logger, name: str, event: structlog.typing.EventDict) -> Any:
    """Hand an event to the standard library's logger."""
    return structlog.stdlib.ProcessorFormatter.wrap_for_formatter(logger, name, Event(event))


log: structlog.stdlib.BoundLogger = cast(
    "structlog.stdlib.BoundLogger",
    structlog.wrap_logger(
        LOGGER,
        wrapper_class=structlog.stdlib.BoundLogger,
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            _hand_over,
        ],
    ),
)


_line_of: Final = structlog.dev.ConsoleRenderer(colors=False)


def _render_line(logger: Any, name: str, event: structlog.typing.EventDict) -> str:
    """Render an event as a line of columns, whose values a terminal does not obey."""
    return escape_controls(_line_of(logger, name, event))


def formatter(*, json: bool) -> logging.Formatter:
    """Build the formatter for a handler of the logger: JSON lines, or a console's columns."""
    renderer: Any = structlog.processors.JSONRenderer() if json else _render_line
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
    )


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
    handler.setFormatter(formatter(json=json))
    handler.addFilter(RepeatFilter())
    for name, least in (("lazsa_flow", level.upper()), ("dramatiq", "WARNING")):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(least)
        logger.propagate = False
