"""A policy in a scratch database: released there alone, where nobody else decides by it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from lazsa_flow.lifecycle.calendar import TICK, instant_text
from lazsa_flow.store import schema
from lazsa_flow.store.scratch.faults import reporting_scratch

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from lazsa_flow.lifecycle.policy import PolicyText

_BY: Final = "system:rehearsal"
_TABLE: Final = schema.policies.name


def store_policy(
    scratch: Path, text: PolicyText, *, begins: datetime, ends: datetime, alone: bool
) -> None:
    """Store a policy version as one that is in force in a scratch database.

    Args:
        scratch: The scratch database's file, which no engine has open.
        text: The policy, of a version that is not stored there.
        begins: From when on it is in force.
        ends: Until when no other version takes its place: one that comes into force between the
            two counts as in force before.
        alone: Whether it is the only version that the lifecycle has.

    Raises:
        UnavailableError: There is no room for it.
    """
    start = instant_text(begins)
    with reporting_scratch(scratch.parent), closing(sqlite3.connect(scratch)) as driver, driver:
        if alone:
            driver.execute(f"DELETE FROM {_TABLE} WHERE lifecycle = ?", (text.lifecycle,))
        else:
            driver.execute(
                f"UPDATE {_TABLE} SET in_force_from = ? WHERE lifecycle = ?"
                " AND in_force_from BETWEEN ? AND ?",
                (instant_text(begins - TICK), text.lifecycle, start, instant_text(ends)),
            )
        driver.execute(
            f"INSERT INTO {_TABLE} (lifecycle, version, text, sha256, in_force_from, released_at,"
            " released_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (text.lifecycle, text.version, text.text, text.sha256, start, start, _BY),
        )
