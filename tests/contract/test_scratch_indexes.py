"""A scratch database has the indexes by which decisions find rows, and no others."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow import Programme
from lazsa_flow.foresight import scratch
from lazsa_flow.store.scratch import indexes
from tests.integration.world import World

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

OF_LISTS: Final = {
    *("lazsa_paths_listed", "lazsa_paths_entered", "lazsa_paths_tenures", "lazsa_outbox_next"),
    *("lazsa_timers_book", "lazsa_timers_parked", "lazsa_seller_countries_country"),
}
OF_DECISIONS: Final = {
    *("lazsa_paths_subject", "lazsa_timers_due", "lazsa_records_subject", "lazsa_records_kind"),
    *("lazsa_facts_latest", "lazsa_nominations_path", "lazsa_scorecards_round"),
}


def names_of(file: Path) -> set[str]:
    """Return the names of the indexes that were created in a database."""
    with closing(sqlite3.connect(file)) as driver:
        found = driver.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql <> ''")
        return {name for (name,) in found}


def test_what_only_lists_read_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rehearsal runs on a copy without the indexes of lists; those of decisions are there."""
    url = f"sqlite:///{tmp_path / 'whole.db'}"
    Programme.migrate(url)
    assert names_of(tmp_path / "whole.db") >= OF_LISTS | OF_DECISIONS
    made: list[set[str]] = []

    def drop(file: Path, sources: Iterable[Any]) -> None:
        indexes.drop_list_indexes(file, sources)
        made.append(names_of(file))

    scratch._make_schema.cache_clear()
    monkeypatch.setattr(scratch, "drop_list_indexes", drop)
    world = World(url)
    world.programme.rehearse(on=date(2020, 4, 1))
    world.programme.close()
    scratch._make_schema.cache_clear()
    assert made
    assert made[0] >= OF_DECISIONS
    assert not OF_LISTS & made[0]


def test_what_a_host_finds_rows_by_is_kept(tmp_path: Path) -> None:
    """Of a source's table, the index that begins with its owner is kept, whatever it is called."""
    file = tmp_path / "host.db"
    Programme.migrate(f"sqlite:///{file}")
    with World(f"sqlite:///{file}").programme as programme:
        sources = programme.config.lifecycles[0].evidence
    assert {source.rows.owner for source in sources} >= {"path_id"}
    with closing(sqlite3.connect(file)) as driver:
        [table] = {source.rows.table for source in sources if "facts" in source.rows.table}
        driver.execute(f"CREATE INDEX by_seller ON {table} (seller, country)")
        driver.execute(f"CREATE INDEX by_country ON {table} (country)")
    indexes.drop_list_indexes(file, sources)
    assert "by_seller" in names_of(file)
    assert "by_country" not in names_of(file)
