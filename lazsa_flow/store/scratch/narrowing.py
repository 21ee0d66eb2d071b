"""Narrowing a scratch database to some subjects, where nothing else need be decided again."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from lazsa_flow.store import schema
from lazsa_flow.store.scratch.faults import reporting_scratch

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path


def keep_subjects_of(scratch: Path, path_ids: Collection[int]) -> frozenset[int]:
    """Leave only the timers of these paths, and of the other paths of their subjects.

    All paths and all evidence stay.

    Args:
        scratch: The scratch database's file.
        path_ids: The numbers of the paths.

    Returns:
        The numbers of all paths whose timers were left.

    Raises:
        UnavailableError: It cannot be written.
    """
    paths = schema.paths.name
    kept = (
        f"SELECT id FROM {paths} WHERE subject IN"
        f" (SELECT subject FROM {paths} WHERE id IN (SELECT value FROM json_each(?)))"
    )
    values = (json.dumps(list(path_ids)),)
    with reporting_scratch(scratch.parent), closing(sqlite3.connect(scratch)) as driver, driver:
        driver.execute("PRAGMA synchronous = OFF")
        driver.execute(f"DELETE FROM {schema.timers.name} WHERE path_id NOT IN ({kept})", values)
        return frozenset(path_id for (path_id,) in driver.execute(kept, values))
