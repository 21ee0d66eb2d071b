"""The values: paths, spans, situations."""

from __future__ import annotations

from datetime import date, timedelta

from lazsa_flow.lifecycle.calendar import TICK
from lazsa_flow.lifecycle.model import Actor
from tests.factories import CYCLE, context, midnight, path, span, utc


def test_a_span_is_half_open() -> None:
    """A span covers its first instant and not its last; without an end, all that follows."""
    held = span(date(2025, 10, 1), date(2026, 10, 1))
    begins, ends = midnight(date(2025, 10, 1)), midnight(date(2026, 10, 1))
    assert [held.covers(at) for at in (begins - TICK, begins, ends - TICK, ends)] == [
        False,
        True,
        True,
        False,
    ]
    assert span(date(2025, 10, 1)).covers(ends + timedelta(days=4000))


def test_a_path_finds_the_span_of_an_instant() -> None:
    """Of several spans of one name, the one that covers the instant is found, if any."""
    first, second = span(date(2020, 4, 1), date(2021, 4, 1)), span(date(2022, 4, 1))
    held = path(periods={"award": (first, second)})
    assert held.period("award", utc(2020, 6, 1)) == first
    assert held.period("award", utc(2021, 6, 1)) is None
    assert held.period("award", utc(2022, 6, 1)) == second
    assert held.period("membership", utc(2022, 6, 1)) is None


def test_references_are_readable() -> None:
    """A path is called award-17, an actor by role and id."""
    assert path(id=17).ref == "award-17"
    assert str(Actor("team", "t-1", country="SG")) == "team:t-1"


def test_a_situation_is_judged_on_its_round() -> None:
    """The round's cycle date decides, or today where the path knows no cycles."""
    later = utc(2026, 10, 20)
    assert context(at=later).judged_on == CYCLE
    assert context(path=path(cycle_on=None), at=later).judged_on == date(2026, 10, 20)
    assert context().path == path()


def test_a_path_is_one_line() -> None:
    """It says where the path stands and since when, not its periods, data or hash."""
    shown = repr(path("nominated", entered_at=utc(2026, 9, 1, 4)))
    assert shown == "<Path award-1: 'seller-1' in SG, nominated since 2026-09-01 04:00 UTC>"
