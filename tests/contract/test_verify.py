"""A verification reports every fault of every path on either store, in the memory of a few rows."""

from __future__ import annotations

import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.errors import JournalError
from lazsa_flow.store.connect import connect
from tests.chaos.population import fill_backlog
from tests.contract.conftest import START
from tests.servers import copy_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lazsa_flow.config import Config

SELLERS = 12


@pytest.fixture(scope="module")
def swept(make: Callable[[], str], config: Config) -> str:
    """A database with twelve paths that have done all they could by now."""
    fill_backlog(url := make(), SELLERS)
    with Programme.open(url, config=config, clock=VirtualClock(START)) as programme:
        programme.sweep()
    return url


@pytest.fixture
def programme(swept: str, make: Callable[[], str], config: Config) -> Iterator[Programme]:
    """Open the programme on a copy of it."""
    copy_database(swept, url := make())
    with Programme.open(url, config=config, clock=VirtualClock(START)) as programme:
        yield programme


def url_of(programme: Programme) -> str:
    """Return the URL of a programme's database."""
    return programme._runtime.store._engine.url.render_as_string(hide_password=False)


def tamper(programme: Programme, *statements: str) -> None:
    """Run statements past the store and past the triggers that keep rows."""
    engine = connect(url_of(programme))
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        else:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for name in connection.execute(sa.text(triggers)).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


def found(programme: Programme) -> set[tuple[str, int, str]]:
    """Return every fault, by path, number and the first words of what is wrong."""
    return {
        (path, seq, " ".join(what.split()[:3])) for path, seq, what in programme.verify().faults
    }


def test_a_sound_journal_has_no_faults(programme: Programme) -> None:
    """All paths and rows are counted, and both ways to verify agree."""
    result = programme.verify()
    assert (result.paths, result.faults) == (SELLERS, ())
    assert result.rows == programme.verify_journal() == len(list(programme.journal())) > SELLERS


def test_every_fault_of_every_path_is_reported(programme: Programme) -> None:
    """Rows edited, removed, cut and added, and paths that stand elsewhere, are all named."""
    last = {row["path"]: row["seq"] for row in programme.journal()}
    tamper(
        programme,
        "UPDATE lazsa_journal SET actor = 'employee:evil' WHERE path_id = 1 AND seq = 1",
        "UPDATE lazsa_journal SET verdicts = '[' WHERE path_id = 1 AND seq = 3",
        "DELETE FROM lazsa_journal WHERE path_id = 2 AND seq = 2",
        f"DELETE FROM lazsa_journal WHERE path_id = 3 AND seq = {last['award-3']}",
        "DELETE FROM lazsa_journal WHERE path_id = 4",
        "UPDATE lazsa_paths SET state = 'awarded' WHERE id = 5",
        "UPDATE lazsa_paths SET lifecycle = 'invoice' WHERE id = 6",
        "UPDATE lazsa_journal SET effective_at = '' WHERE path_id = 7 AND seq = 1",
        "UPDATE lazsa_journal SET source = 'nowhere' WHERE path_id = 8 AND seq = 2",
    )
    assert found(programme) == {
        ("award-1", 1, "its hash does"),
        ("award-1", 3, "its hash does"),
        ("award-2", 2, "row 3 stands"),
        ("award-3", last["award-3"], "the journal ends"),
        ("award-4", 1, "the path has"),
        ("award-5", last["award-5"], "the journal leads"),
        ("invoice-6", 1, "no lifecycle 'invoice'"),
        ("award-7", 1, "its hash does"),
        ("award-8", 2, "its hash does"),
        ("award-8", 2, "it leaves nowhere,"),
        ("award-8", 2, "the table has"),
    }
    with pytest.raises(JournalError, match="award-1 seq 1: its hash"):
        programme.verify_journal()
    with pytest.raises(JournalError):  # and the connection was given back
        programme.verify_journal()


def test_rows_of_a_path_that_is_gone_are_reported(programme: Programme) -> None:
    """Journal rows without a path are a fault, wherever they stand among the others."""
    for number in (1, 5, SELLERS):
        orphan(programme, number)
    assert {(path, what) for path, _seq, what in programme.verify().faults} == {
        (f"path {number}", f"{rows} journal rows of a path that is not there")
        for number, rows in rows_of(programme, 1, 5, SELLERS).items()
    }


def test_what_it_does_not_look_at(programme: Programme) -> None:
    """docs/operations/backup.md says so: subject, country, round, periods, timers, evidence."""
    tamper(
        programme,
        "UPDATE lazsa_paths SET subject = 's99', country = 'VN', cycle_on = '2039-04-01', spans = "
        "'{}' WHERE id = 1",
        "DELETE FROM lazsa_timers WHERE path_id = 1",
        "DELETE FROM lazsa_scorecards",
        "DELETE FROM lazsa_facts",
    )
    assert programme.verify().faults == ()


def test_its_memory_is_that_of_a_few_rows(
    tmp_path: Path, config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six times as many paths take no more memory."""
    monkeypatch.setattr("lazsa_flow.store.audit._STREAMED", {"yield_per": 10})
    peaks = []
    for sellers in (40, 240):
        fill_backlog(url := f"sqlite:///{tmp_path / str(sellers)}", sellers)
        with Programme.open(url, config=config, clock=VirtualClock(START)) as programme:
            programme.verify()  # what is loaded once
            tracemalloc.start()
            assert programme.verify().paths == sellers
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0], peaks


def orphan(programme: Programme, number: int) -> None:
    """Delete a path's row and leave its journal."""
    engine = connect(url_of(programme))
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys = OFF")
            driver.execute("DELETE FROM lazsa_paths WHERE id = ?", (number,))
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            connection.exec_driver_sql(f"DELETE FROM lazsa_paths WHERE id = {number}")
            connection.commit()
    engine.dispose()


def rows_of(programme: Programme, *numbers: int) -> dict[int, int]:
    """Count the journal rows of some paths."""
    engine = connect(url_of(programme))
    with engine.connect() as connection:
        query = "SELECT count(*) FROM lazsa_journal WHERE path_id = {}"
        counts = {n: connection.scalar(sa.text(query.format(n))) for n in numbers}
    engine.dispose()
    return counts
