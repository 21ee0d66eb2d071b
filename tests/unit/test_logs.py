"""A cause that repeats itself fills no disk, and is never lost sight of."""

from __future__ import annotations

import io
import json
import logging

from lazsa_flow.logs import LOGGER, EventFormatter, RepeatFilter, log


class Log:
    """A logger into memory on a clock that is turned by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._text = io.StringIO()
        handler = logging.StreamHandler(self._text)
        handler.setFormatter(EventFormatter(json=True))
        handler.addFilter(RepeatFilter(lambda: self.seconds))
        self.logger = logging.Logger("test")  # noqa: LOG001 - one for each test
        self.logger.addHandler(handler)

    def event(self, name: str, level: int = logging.ERROR, **fields: object) -> None:
        """Log an event as ours are logged."""
        extra = {"_logger": self.logger, "_name": logging.getLevelName(level).lower()}
        self.logger.log(level, {"event": name, **fields}, extra=extra)

    def lines(self) -> list[dict[str, object]]:
        """Return what was written."""
        return [json.loads(line) for line in self._text.getvalue().splitlines()]


def test_a_flood_becomes_a_trickle() -> None:
    """A failure four times a second for an hour is told some forty times, with the counts."""
    log = Log()
    for number in range(4 * 3600):
        log.seconds = number / 4
        log.event("ticker.failed", error="UnavailableError")
    told = log.lines()
    assert 20 < len(told) < 45
    counts = [int(str(line.get("held_back", 0))) for line in told]
    assert counts[:20] == [0] * 20
    assert len(told) + sum(counts) > 4 * 3600 - 4 * RepeatFilter.LONGEST_PAUSE_S


def test_each_cause_is_told_by_itself() -> None:
    """Another error, event or logger's text is another cause; a path's number is none."""
    log = Log()
    for number in range(100):
        log.event("path.failed", error="ValueError", path_id=number)
    log.event("path.failed", error="KeyError", path_id=1)
    log.event("path.parked", error="ValueError", path_id=1)
    assert len(log.lines()) == RepeatFilter.FIRST + 2


def test_what_is_no_warning_always_passes() -> None:
    """What a sweep did is told for each chunk."""
    log = Log()
    for _ in range(100):
        log.event("sweep.chunk", logging.INFO, moved=5000)
    assert len(log.lines()) == 100


def test_texts_of_others_are_held_back_too() -> None:
    """What the worker runtime says in words is counted by its words, whatever stands in them."""
    log = Log()
    for number in range(100):
        log.seconds += 0.05
        log.logger.critical("Consumer %d failed", number)
    log.seconds += 60
    log.logger.critical("Consumer %d failed", 100)
    told = log.lines()
    assert len(told) < 30
    assert str(told[-1]["event"]).startswith("Consumer 100 failed (")


def test_after_a_silence_a_cause_is_new() -> None:
    """What went wrong last night is told in full when it goes wrong tonight."""
    log = Log()
    for _ in range(2):
        for _ in range(100):
            log.event("relay.failed", error="UnavailableError")
        log.seconds += RepeatFilter.FORGOTTEN_S + 1
    assert len(log.lines()) == 2 * RepeatFilter.FIRST


def test_causes_without_end_need_no_memory_without_end() -> None:
    """Only the latest causes are counted."""
    log = Log()
    for number in range(3 * RepeatFilter.MOST_CAUSES):
        log.event("notice.failed", error=f"code_{number}")
    [handler] = log.logger.handlers
    [repeats] = handler.filters
    assert isinstance(repeats, RepeatFilter)
    assert len(repeats._repeats) == RepeatFilter.MOST_CAUSES


def test_an_event_reads_as_a_line_where_nothing_is_set_up() -> None:
    """A command that sets up no logging shows names and values, not a dictionary."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    LOGGER.addHandler(handler)
    try:
        log.warning("path.failed", path_id=1, error="ValueError")
    finally:
        LOGGER.removeHandler(handler)
    assert text.getvalue() == "path.failed path_id=1 error=ValueError level=warning\n"
