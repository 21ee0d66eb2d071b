"""What a migration sets on paths that were opened before a table had its reminders."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

from lazsa_flow.award.programme import Programme
from lazsa_flow.service.timers import find_missing
from tests.integration.world import APRIL, World, shipped

if TYPE_CHECKING:
    from pathlib import Path as FilePath

NEW = "('nomination_reminder', 'card_reminder', 'half_way')"


def rows(file: FilePath, statement: str) -> list[Any]:
    """Run a statement on the database itself."""
    with closing(sqlite3.connect(file)) as database, database:
        return database.execute(statement).fetchall()


def test_open_paths_get_the_reminders_that_are_still_to_come(
    world: World, tmp_path: FilePath
) -> None:
    """Doctor finds nothing missing after it; nothing is set in the past; the journal stays."""
    file = tmp_path / "lazsa.db"
    world.ambassador()
    world.go(date(2020, 8, 20)).facts("s2", date(2020, 8, 20)).nominate("s2", statement="")
    world.go(date(2020, 8, 25)).facts("s3", date(2020, 8, 20)).nominate("s3")
    world.go(date(2020, 9, 20))  # review of s3 is open, the first card reminder is over
    had = rows(file, f"select path_id, name, due_on from lazsa_timers where name in {NEW}")
    journal = rows(file, "select hash from lazsa_journal order by path_id, seq")
    rows(file, f"delete from lazsa_timers where name in {NEW}")
    rows(
        file,
        "update lazsa_lifecycles set content = replace(content, 'half_way', 'no_way')"
        " where lifecycle = 'award'",
    )

    def migrate() -> int:
        return Programme.migrate(f"sqlite:///{file}", config=shipped(), clock=world.clock).reminders

    now = world.clock.now()
    assert migrate() == 2
    wanted = [each for each in had if date.fromisoformat(each[2]) > now.date()]
    found = rows(file, f"select path_id, name, due_on from lazsa_timers where name in {NEW}")
    assert sorted(found) == sorted(wanted)
    assert [(name, on) for _, name, on in sorted(found)] == [
        ("half_way", "2020-10-01"),
        ("card_reminder", "2020-09-24"),
    ]
    with world.programme._runtime.store.begin(write=False) as transaction:
        assert list(find_missing(transaction, world.programme._runtime.rulebook, now)) == []
    assert rows(file, "select hash from lazsa_journal order by path_id, seq") == journal
    assert migrate() == 0
    assert world.go(APRIL.replace(month=10)).programme.books()
