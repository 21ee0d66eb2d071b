"""``lazsa-flow rehearse``: what it prints, what it leaves alone, and what it leaves behind."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pytest
from typer.testing import CliRunner

from lazsa_flow import Actor, Config, Programme, VirtualClock
from lazsa_flow.award.cli.app import app
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.award_guards import GUARDS
from lazsa_flow.foresight.outcomes import read_outcomes
from lazsa_flow.foresight.scratch_folder import remove_abandoned, scratch_folder
from tests.factories import CYCLE, facts, record_facts, utc

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from lazsa_flow.foresight.outcomes import RunOutcome
    from lazsa_flow.lifecycle.model import GuardContext
    from lazsa_flow.service.runtime import Runtime

CANARY: Final = "canary-statement-7f3a"
NOW: Final = "2026-06-01T04:00Z"


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with three nominees, whose log was left by a process that was killed."""
    folder = tmp_path_factory.mktemp("rehearse")
    file, left = folder / "open.db", folder / "left.db"
    url, config = f"sqlite:///{file}", Config.load()
    clock = VirtualClock(utc(2026, 6, 1, 4))
    Programme.migrate(url, config=config, clock=clock)
    with Programme.open(url, config=config, clock=clock) as programme:
        record_facts(programme, [facts(seller=f"s-{number}") for number in range(3)])
        for number in range(3):
            actor = Actor("employee", "e-1")
            programme.nominate(f"s-{number}", actor=actor, statement=CANARY)
        for suffix in ("", "-wal"):
            left.with_name(left.name + suffix).write_bytes(
                file.with_name(file.name + suffix).read_bytes()
            )
    return left


@pytest.fixture
def database(left: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of it: a test that opens it to write empties the log."""
    folder = tmp_path_factory.mktemp("copy")
    for suffix in ("", "-wal"):
        shutil.copy(left.with_name(left.name + suffix), folder)
    return folder / left.name


def run(database: Path, *options: str) -> str:
    """Run the command; return what it printed."""
    url = f"sqlite:///{database}"
    arguments = ["rehearse", "--on", str(CYCLE), "--now", NOW, "--database", url, *options]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_it_prints_what_the_date_brings(database: Path, tmp_path: Path) -> None:
    """The summary counts outcomes by country; JSON and journal have each path and row."""
    assert "SG       carry_over      3" in run(database)
    rows = tmp_path / "journal.jsonl"
    document = json.loads(run(database, "--json", "--journal", str(rows)))
    assert document["on"] == str(CYCLE)
    assert document["now"] == "2026-06-01T04:00:00.000000Z"
    assert [each["outcome"] for each in document["outcomes"]] == ["carry_over"] * 3
    journal = [json.loads(line) for line in rows.read_text("utf-8").splitlines()]
    assert [row["trigger"] for row in journal] == ["open_review", "carry_over"] * 3
    assert {"path", "seq", "hash", "prev_hash", "verdicts"} <= journal[0].keys()


def test_the_database_is_only_read(database: Path) -> None:
    """Neither the file nor the log that a killed process left changes by a byte."""
    files = [database, database.with_name(f"{database.name}-wal")]
    before = [hashlib.sha256(file.read_bytes()).digest() for file in files]
    assert files[1].stat().st_size
    run(database)
    assert [hashlib.sha256(file.read_bytes()).digest() for file in files] == before


def test_a_writer_that_may_not_wait_is_never_refused(database: Path, tmp_path: Path) -> None:
    """Beside a rehearsal, each transaction of a writer with ``busy_timeout = 0`` commits."""
    copy = tmp_path / "busy.db"
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    stop, written = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(copy, timeout=0, isolation_level=None)) as writer:
            while not stop.is_set():
                writer.execute("BEGIN IMMEDIATE")
                writer.execute("UPDATE lazsa_heartbeats SET seen_at = seen_at")
                writer.execute("COMMIT")
                written.append(1)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        run(copy)
    finally:
        stop.set()
        thread.join()
    assert len(written) > 10


def test_the_copy_has_no_free_text_and_is_removed(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No statement reaches the scratch file, and nothing is left of it."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[bytes] = []

    def look(scratch: Runtime, on: date, countries: Collection[str]) -> dict[int, RunOutcome]:
        seen.extend(each.read_bytes() for each in tmp_path.rglob("scratch.db*"))
        return read_outcomes(scratch, on, countries)

    monkeypatch.setattr("lazsa_flow.foresight.date_runs.read_outcomes", look)
    run(database)
    assert seen
    assert CANARY.encode() in database.read_bytes() + Path(f"{database}-wal").read_bytes()
    assert not any(CANARY.encode() in each for each in seen)
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scratch folder is removed at the next start if its process is gone, and only then."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = (
        "import os, tempfile\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "from lazsa_flow.foresight.scratch_folder import scratch_folder\n"
        "with scratch_folder() as folder:\n"
        "    (folder / 'scratch.db').write_text('rows')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    [abandoned] = tmp_path.iterdir()
    assert abandoned.stat().st_mode & 0o777 == 0o700
    with scratch_folder() as folder:
        assert not abandoned.exists()
        assert remove_abandoned(tmp_path) == []
        assert folder.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_guard_that_raises_parks_its_paths_alone(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A reading that raises tells no shortfall, a check parks the path; the log says via what."""

    def fail(context: GuardContext) -> NoReturn:
        raise RuntimeError(context.path.subject)

    def fail_one(context: GuardContext) -> Any:
        return fail(context) if context.path.subject == "s-1" else GUARDS["gmv"].check(context)

    gmv = replace(GUARDS["gmv"], check=fail_one, reading=fail)
    table = replace(AWARD, guards={**GUARDS, "gmv": gmv})
    config, clock = Config.load(lifecycles=[table]), VirtualClock(utc(2026, 9, 20, 4))
    url = f"sqlite:///{tmp_path / 'raises.db'}"
    Programme.migrate(url, config=config, clock=clock)
    with Programme.open(url, config=config, clock=VirtualClock(utc(2026, 6, 1, 4))) as programme:
        record_facts(programme, [facts(seller=f"s-{number}") for number in range(2)])
        for number in range(2):
            programme.nominate(f"s-{number}", actor=Actor("employee", "e-1"), statement=CANARY)
        caplog.clear()
        found = {each.subject: each.outcome for each in programme.rehearse(on=CYCLE).outcomes}
    assert found == {"s-0": "carry_over", "s-1": "parked"}
    events: list[Any] = [record.msg for record in caplog.records]
    assert {each["via"] for each in events} == {"rehearsal"}


@pytest.mark.parametrize("option", ["--journal", "--report"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_saved(
    database: Path, option: str
) -> None:
    """A folder that is not there is named before the date is rehearsed."""
    arguments = ["rehearse", "--on", str(CYCLE), "--now", NOW, option, "/nowhere/a.html"]
    saving = ["--save", "a", "--as", "manager:m-1", "--database", f"sqlite:///{database}"]
    result = CliRunner().invoke(app, [*arguments, *saving])
    fault = f"option: {option}: got '/nowhere/a.html', expected a file in a folder that is there"
    assert str(result.exception) == fault or fault in result.output
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM lazsa_rehearsals").fetchone() == (0,)
