"""Where do events go?

Into the standard library's logger ``lazsa_flow``, as structlog events with named fields. Nothing
global is configured here: a host that does nothing sees warnings alone, the command line and the
workers choose console or JSON.
"""

from __future__ import annotations

import logging
import sys
from typing import Any, Final, cast

import structlog

LOGGER: Final = logging.getLogger("lazsa_flow")
"""The logger itself: to ask whether somebody listens costs a tenth of asking :data:`log`."""

log = cast(
    "structlog.stdlib.BoundLogger",
    structlog.wrap_logger(
        LOGGER,
        wrapper_class=structlog.stdlib.BoundLogger,
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
    ),
)


def formatter(*, json: bool) -> logging.Formatter:
    """Build the formatter for a handler of the logger: JSON lines, or a console's columns."""
    renderer: Any = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    )
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


def to_stderr(*, json: bool, level: str) -> None:
    """Send the library's events, and the worker runtime's warnings, to standard error.

    Only what owns its process calls this: the command line, workers, tickers.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(json=json))
    for name, least in (("lazsa_flow", level.upper()), ("dramatiq", "WARNING")):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(least)
        logger.propagate = False
