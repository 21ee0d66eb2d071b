"""Local times are written with their offset and place; UTC only by its name."""

from __future__ import annotations

import pytest

from lazsa_flow.lifecycle.local_time import write_local_time
from tests.factories import utc


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("UTC", "2026-10-01 12:00 UTC"),
        ("Asia/Manila", "2026-10-01 20:00 +08:00 Manila"),
        ("Asia/Ho_Chi_Minh", "2026-10-01 19:00 +07:00 Ho Chi Minh"),
    ],
)
def test_an_instant_is_written_in_its_zone(zone: str, written: str) -> None:
    """The same instant, as people in each place read it."""
    assert write_local_time(utc(2026, 10, 1, 12), zone) == written
