"""Log rendering: how structlog writes the library's events, loaded with the first of them.

Most commands log nothing, and structlog takes longer to import than such a command to run; see
:mod:`lazsa_flow.logs` for what everybody calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import structlog

from lazsa_flow.terminal_text import escape_controls

if TYPE_CHECKING:
    import logging


class Event(dict[str, Any]):
    """An event's fields, which read as a line where nobody has set up how to write them."""

    def __str__(self) -> str:
        fields = (f"{name}={value}" for name, value in self.items() if name != "event")
        return " ".join((str(self.get("event", "")), *fields))


def _hand_over(logger: logging.Logger, name: str, event: structlog.typing.EventDict) -> Any:
    """Hand an event to the standard library's logger."""
    return structlog.stdlib.ProcessorFormatter.wrap_for_formatter(logger, name, Event(event))


def event_logger(logger: logging.Logger) -> structlog.stdlib.BoundLogger:
    """Return what logs events with named fields to a logger of the standard library."""
    return cast(
        "structlog.stdlib.BoundLogger",
        structlog.wrap_logger(
            logger,
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


def event_formatter(*, json: bool) -> logging.Formatter:
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
