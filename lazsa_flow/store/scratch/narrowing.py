"""Narrowing a scratch database to some subjects, where nothing else need be decided again."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from lazsa_flow.store import schema
from lazsa_flow.store.scratch.faults import reporting_scratch

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path


def find_subjects(scratch: Path, path_ids: Collection[int]) -> frozenset[str]:
    """Return the subjects of some paths.

    Args:
        scratch: The scratch database's file.
        path_ids: The numbers of the paths.

    Raises:
        UnavailableError: It cannot be read.
    """
    query = (
        f"SELECT DISTINCT subject FROM {schema.paths.name}"
        " WHERE id IN (SELECT value FROM json_each(?))"
    )
    with _connect(scratch) as driver:
        return frozenset(name for (name,) in driver.execute(query, (json.dumps([*path_ids]),)))


def keep_subjects(scratch: Path, subjects: Collection[str]) -> None:
    """Leave only the timers of some subjects' paths; all paths and all evidence stay.

    Args:
        scratch: The scratch database's file.
        subjects: The subjects.

    Raises:
        UnavailableError: It cannot be written.
    """
    statement = (
        f"DELETE FROM {schema.timers.name} WHERE path_id NOT IN (SELECT id FROM"
        f" {schema.paths.name} WHERE subject IN (SELECT value FROM json_each(?)))"
    )
    with _connect(scratch) as driver:
        driver.execute(statement, (json.dumps([*subjects]),))


@contextmanager
def _connect(scratch: Path) -> Iterator[sqlite3.Connection]:
    with reporting_scratch(scratch.parent), closing(sqlite3.connect(scratch)) as driver, driver:
        driver.execute("PRAGMA synchronous = OFF")
        yield driver
