"""Large imports on SQLite: taken in short transactions, and all or nothing nevertheless."""

from __future__ import annotations

import csv
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from lazsa_flow import Actor, Programme
from lazsa_flow.award.commands import import_taking
from lazsa_flow.award.imports.facts import FACTS_COLUMNS, fields_of
from lazsa_flow.award.store import schema as award_tables
from lazsa_flow.clock import VirtualClock
from lazsa_flow.errors import InputError, NotFoundError
from lazsa_flow.runner.doctor.examination import Examination
from lazsa_flow.runner.doctor.operations import check_imports
from lazsa_flow.store import schema
from lazsa_flow.store.fast.driver import compiled, driver_connection
from lazsa_flow.store.transaction_stamp import stamp_query
from tests.factories import facts, utc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lazsa_flow.runner.doctor import Check

NOW = utc(2026, 6, 1, 4)
ROWS = 9_000
IMPORT = """
import sys
from datetime import datetime
from lazsa_flow import Programme
from lazsa_flow.award.commands import import_taking
from lazsa_flow.clock import VirtualClock

import_taking.PARTS_FROM, import_taking.YIELD_S = 1, 0.5
now, url, file = sys.argv[1:]
with Programme.open(url, clock=VirtualClock(datetime.fromisoformat(now))) as programme:
    programme.import_facts(file)
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    made = f"sqlite:///{tmp_path / 'lazsa.db'}"
    Programme.migrate(made)
    return made


@pytest.fixture
def programme(url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programme]:
    """Return a programme that takes every file in parts."""
    monkeypatch.setattr(import_taking, "PARTS_FROM", 0)
    monkeypatch.setattr(import_taking, "YIELD_S", 0.0)
    with Programme.open(url, clock=VirtualClock(NOW)) as opened:
        yield opened


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of facts of three batches, so of three parts."""
    return write(tmp_path_factory.mktemp("parts") / "facts.csv", ROWS)


def write(file: Path, rows: int, **changed: Any) -> Path:
    """Write a file of facts."""
    model = replace(facts(), as_of=date(2026, 5, 31), **changed)
    row = list(fields_of(model).values())[1:]
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(FACTS_COLUMNS)
        writer.writerows([f"s-{n * 7919 % rows}", *row] for n in range(rows))
    return file


def stored(programme: Programme, table: sa.Table) -> list[Any]:
    """Return what a reader sees of a table, but for the numbers, in order."""
    columns = [column for column in table.c if column is not table.c.id]
    with programme._runtime.store.begin(write=False) as transaction:
        rows = transaction._connection.execute(sa.select(*columns))
        return sorted((tuple(row) for row in rows), key=repr)


def test_the_same_rows_and_result_as_in_one_transaction(
    programme: Programme, file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Parts write the rows of one transaction, by seller, and give the same answer."""
    in_parts = programme.import_facts(file, key="k")
    url = programme._runtime.store._engine.url.render_as_string(hide_password=False)
    assert [each.status for each in examined(url)] == ["ok"]
    assert (in_parts, in_parts.new_sellers) == (ROWS, ROWS)
    assert programme.import_facts(file, key="k").fields() == in_parts.fields()
    again = programme.import_facts(file)
    assert (again, again.already_there, again.known_sellers) == (0, ROWS, ROWS)
    monkeypatch.setattr(import_taking, "PARTS_FROM", 100)
    whole_url = f"sqlite:///{tmp_path / 'whole.db'}"
    Programme.migrate(whole_url)
    with Programme.open(whole_url, clock=VirtualClock(NOW)) as other:
        assert other.import_facts(file, key="k").fields() == in_parts.fields()
        for table in (award_tables.facts, schema.subject_countries):
            assert stored(programme, table) == stored(other, table)


def test_a_row_that_is_refused_leaves_nothing(programme: Programme, tmp_path: Path) -> None:
    """What no row may say is found before the first part is written."""
    late = write(tmp_path / "late.csv", 3_000)
    text = late.read_text("utf-8").rstrip("\n")
    head, _, last = text.rpartition("\n")
    late.write_text(f"{head}\n{last.replace('2026-05-31', '2026-06-02')}\n", "utf-8")
    with pytest.raises(InputError, match="not after today"):
        programme.import_facts(late)
    assert stored(programme, schema.batches) == []
    done = programme.import_facts(late, partial=True)
    assert (done, done.refused) == (2_999, 1)


def test_an_import_that_dies_shows_nothing(url: str, file: Path) -> None:
    """Killed between two parts it is as if it had not begun; meanwhile others write at once."""
    argv = [sys.executable, "-c", IMPORT, NOW.isoformat(), url, str(file)]
    with subprocess.Popen(argv) as importing:
        path = f"{url}?lock_timeout=1"
        with Programme.open(path, clock=VirtualClock(NOW)) as programme:
            while not hidden(programme):
                assert importing.poll() is None
                time.sleep(0.02)
            programme.record_facts([replace(facts(), seller="beside", as_of=date(2026, 5, 1))])
            assert hidden(programme)
            importing.send_signal(signal.SIGKILL)
    assert importing.returncode == -signal.SIGKILL
    assert [(each.status, each.found[:32]) for each in examined(url)] == [
        ("warning", "import 1 of facts (facts.csv), b")
    ]
    employee = Actor("employee", "e-1")
    with Programme.open(url, clock=VirtualClock(NOW)) as programme:
        assert [each.file for each in programme.imports()] == [None]
        assert [row.seller for row in facts_of(programme)] == ["beside"]
        with pytest.raises(NotFoundError):
            programme.nominate("s-1", actor=employee, statement="x")
        with programme._runtime.store._engine.begin() as connection:
            bound = programme.bind(connection)
            assert [each.file for each in bound.imports()] == [None]
        done = programme.import_facts(file)
        assert (done, done.new_sellers, done.already_there) == (ROWS, ROWS, 0)
        programme.nominate("s-1", actor=employee, statement="x")


def test_a_transaction_beside_an_import_reads_no_table_to_its_end(programme: Programme) -> None:
    """What every transaction asks first takes no longer while rows are hidden."""
    begin = programme._runtime.store.begin
    with begin() as transaction:
        transaction.begin_batch(
            kind="facts", actor="host-host", via="library", file=None, sha256=None, at=NOW
        )
        transaction.open_import()
    stamp = compiled(stamp_query("sqlite"), "sqlite")
    with begin(write=False) as transaction:
        asked = f"EXPLAIN QUERY PLAN {stamp.text}"
        with driver_connection(transaction._connection) as driver:
            plan = [step for *_, step in driver.execute(asked, stamp.fixed)]
    of_facts = {step.split()[0] for step in plan if "lazsa_facts" in step}
    assert of_facts == {"SEARCH"}


def facts_of(programme: Programme) -> list[Any]:
    """Return the facts that a reader sees."""
    with programme._runtime.store.begin(write=False) as transaction:
        return list(transaction._connection.execute(sa.select(award_tables.facts.c.seller)))


def examined(url: str) -> list[Check]:
    """Return what doctor says of imports."""
    examination = Examination(url, None, None, VirtualClock(NOW))
    try:
        return list(check_imports(examination))
    finally:
        examination.close()


def hidden(programme: Programme) -> int:
    """Return how many facts of an import that is under way are written."""
    with programme._runtime.store.begin(write=False) as transaction:
        query = sa.text(
            "SELECT count(*) FROM main.lazsa_facts"
            " WHERE batch_id IN (SELECT batch_id FROM lazsa_open_imports)"
        )
        return int(transaction._connection.scalar(query) or 0)
