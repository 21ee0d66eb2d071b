"""When somebody may be told: quiet hours and digests, in a country's own time."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from lazsa_flow.lifecycle.hours import Hours
from tests.factories import utc

JAKARTA = Hours("Asia/Jakarta", (time(21), time(8)), time(9))
NOON_BREAK = Hours("Asia/Manila", (time(12), time(13)), time(9))


def at(text: str, zone: str = "Asia/Jakarta") -> datetime:
    """Read a local time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("now", "free"),
    [
        ("2026-10-01T00:00", "2026-10-01T08:00"),
        ("2026-10-01T07:59:59", "2026-10-01T08:00"),
        ("2026-10-01T08:00", "2026-10-01T08:00"),
        ("2026-10-01T20:59:59", "2026-10-01T20:59:59"),
        ("2026-10-01T21:00", "2026-10-02T08:00"),
        ("2026-12-31T23:00", "2027-01-01T08:00"),
    ],
)
def test_quiet_hours_over_midnight(now: str, free: str) -> None:
    """What comes in quiet hours waits for their end, the next morning where it must."""
    assert JAKARTA.free_from(at(now)) == at(free)


def test_quiet_hours_within_a_day() -> None:
    """Quiet hours may lie within a day."""
    noon, one = (at(f"2026-10-01T{clock}", "Asia/Manila") for clock in ("12:00", "13:00"))
    assert NOON_BREAK.free_from(noon) == one
    assert NOON_BREAK.free_from(one) == one


def test_no_quiet_hours() -> None:
    """A country without quiet hours may be told at any time."""
    night = at("2026-10-01T03:00")
    assert Hours("Asia/Jakarta", None, time(9)).free_from(night) == night


@pytest.mark.parametrize(
    ("recorded", "digest"),
    [
        ("2026-10-01T00:00", "2026-10-01T09:00"),
        ("2026-10-01T08:59:59.999999", "2026-10-01T09:00"),
        ("2026-10-01T09:00", "2026-10-02T09:00"),
    ],
)
def test_a_digest_takes_what_came_before_it(recorded: str, digest: str) -> None:
    """There is one digest a day; what is recorded at its very instant belongs to the next."""
    assert JAKARTA.digest_after(at(recorded)) == at(digest)


@pytest.mark.parametrize(
    ("zone", "quiet", "now", "free"),
    [
        # 02:00 to 03:00 comes twice, at 00:00 and 01:00 UTC
        ("Europe/Berlin", (time(22), time(2, 30)), utc(2026, 10, 25, 0), utc(2026, 10, 25, 0, 30)),
        (
            "Europe/Berlin",
            (time(22), time(2, 30)),
            utc(2026, 10, 25, 1, 15),
            utc(2026, 10, 25, 1, 30),
        ),
        ("Europe/Berlin", (time(22), time(8)), utc(2026, 10, 24, 22), utc(2026, 10, 25, 7)),
        # set back to before quiet hours begin
        ("Europe/Berlin", (time(2, 15), time(5)), utc(2026, 10, 25, 0, 20), utc(2026, 10, 25, 1)),
        # 00:00 to 01:00 is skipped, and with it the end of quiet hours
        (
            "Africa/Cairo",
            (time(21), time(0, 30)),
            utc(2026, 4, 23, 20),
            utc(2026, 4, 23, 22),
        ),
        # 00:00 to 01:00 is skipped, and with it the only minutes that are not quiet
        (
            "Africa/Cairo",
            (time(0, 30), time(0, 10)),
            utc(2026, 4, 23, 20),
            utc(2026, 4, 24, 21, 10),
        ),
    ],
)
def test_quiet_hours_go_by_the_clock_on_the_wall(
    zone: str, quiet: tuple[time, time], now: datetime, free: datetime
) -> None:
    """In hours that come twice, or not at all, quiet is what the clock says at that instant."""
    assert Hours(zone, quiet, time(9)).free_from(now) == free


@pytest.mark.parametrize(
    ("recorded", "digest"),
    [
        (utc(2026, 10, 24, 12), utc(2026, 10, 25, 0, 30)),
        (utc(2026, 10, 25, 0, 30), utc(2026, 10, 26, 1, 30)),
        (utc(2026, 10, 25, 1, 15), utc(2026, 10, 26, 1, 30)),
        (utc(2026, 3, 28, 12), utc(2026, 3, 29, 1)),  # 02:30 is skipped
        (utc(2026, 3, 29, 1), utc(2026, 3, 30, 0, 30)),
    ],
)
def test_a_date_has_one_digest(recorded: datetime, digest: datetime) -> None:
    """A digest's hour that comes twice is one digest, and one that is skipped comes as well."""
    assert Hours("Europe/Berlin", None, time(2, 30)).digest_after(recorded) == digest
