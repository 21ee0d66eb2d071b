"""Local times: instants as people in a place read them, always with the zone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import datetime


def write_local_time(at: datetime, zone: str) -> str:
    """Write an instant in a zone's own time: ``2026-10-01 20:00 +08:00 Manila``.

    Args:
        at: The instant, aware.
        zone: The zone's name, as ``Asia/Manila``; ``UTC`` is written ``2026-10-01 12:00 UTC``.
    """
    shown = at.astimezone(ZoneInfo(zone))
    if zone == "UTC":
        return f"{shown:%Y-%m-%d %H:%M} UTC"
    offset = shown.isoformat()[-6:]
    return f"{shown:%Y-%m-%d %H:%M} {offset} {zone.rpartition('/')[2].replace('_', ' ')}"
