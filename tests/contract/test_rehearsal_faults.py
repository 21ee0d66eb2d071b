"""What keeps a date from being rehearsed is named, and nothing is left behind."""

from __future__ import annotations

import errno
import os
import resource
import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
import sqlalchemy as sa

from lazsa_flow import Actor, Config, InputError, Programme, SchemaError, VirtualClock
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.award_guards import GUARDS
from lazsa_flow.errors import ContendedError, LazsaError, UnavailableError
from lazsa_flow.foresight import scratch_folder as folders
from lazsa_flow.lifecycle.model import Failure
from lazsa_flow.store.connect import file_of
from lazsa_flow.store.scratch import copying
from tests.contract.test_rehearsal import season
from tests.contract.test_store import execute, url_of
from tests.factories import CYCLE, utc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.lifecycle.model import GuardContext
    from tests.contract.conftest import Play

LATER = date(2027, 4, 1)


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let scratch folders be made in an empty folder, in which nothing may be left."""
    (folder := tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert not folder.exists() or list(folder.iterdir()) == []


def test_what_is_overdue_is_named(play: Play) -> None:
    """A date that is over names what has not been decided; a later one is told to assume it."""
    programme = season(play)
    now = utc(2026, 10, 3, 4)
    fault = (
        "on: got '2026-10-01', expected a date to come, such as 2027-04-01: it is 2026-10-03 then; "
        "8 timers are overdue since 2026-09-01: run lazsa-flow sweep first"
    )
    with pytest.raises(InputError, match=fault):
        programme.rehearse(on=CYCLE, now=now)
    with pytest.raises(InputError, match=fault):
        programme.compare_policies("2020-1", "award", on=CYCLE, now=now)
    with pytest.raises(InputError, match=fault):
        programme.save_rehearsal("n", on=CYCLE, now=now, actor=Actor("manager", "m"))
    assert programme.nights() == []
    [told] = programme.rehearse(on=LATER, now=now).assumed
    assert told.endswith("timers are overdue since 2026-09-01, and are taken to be decided first")
    programme.pause(actor=Actor("operator", "o"), reason="stocktaking")
    assert programme.rehearse(on=LATER, now=now).assumed == ()
    with pytest.raises(InputError, match=r"it is 2026-10-03 then$"):
        programme.rehearse(on=CYCLE, now=now)


def test_a_database_that_runs_by_another_table_is_refused(play: Play) -> None:
    """A process whose table is not the one in force would decide nothing of it that night."""
    programme = season(play)
    digest = "UPDATE lazsa_lifecycles SET digest = {} WHERE lifecycle = 'award'"
    execute(url_of(programme), digest.format("digest || '0'"))
    try:
        with pytest.raises(SchemaError, match="table of lifecycle award is not the one"):
            programme.rehearse(on=CYCLE)
    finally:
        execute(url_of(programme), digest.format("substr(digest, 1, 64)"))


@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_a_database_of_another_release_is_refused(play: Play, revision: str) -> None:
    """A schema that another release has made meanwhile is named, older or newer."""
    programme = season(play)
    url, set_to = url_of(programme), "UPDATE lazsa_alembic_version SET version_num = '{}'"
    [found] = [row for (row,) in read(url, "SELECT version_num FROM lazsa_alembic_version")]
    execute(url, set_to.format(revision))
    try:
        with pytest.raises(SchemaError, match=f"schema is {revision}, .* needs {found}"):
            programme.rehearse(on=CYCLE)
    finally:
        execute(url, set_to.format(found))


def read(url: str, query: str) -> list[Any]:
    """Return the rows of a query."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = list(connection.execute(sa.text(query)))
    engine.dispose()
    return rows


def test_parked_paths_are_listed_with_their_error(play: Play) -> None:
    """A path that was set aside, and one whose guard raises, are told as parked, with the error."""
    programme = season(play)
    [path] = [each for each in programme.paths("two") if each.lifecycle == "award"]
    due_at = programme.next_due()
    assert due_at is not None
    failure = Failure(path.id, "review_opens", due_at, "ZeroDivisionError", 5, due_at, None)
    programme._runtime.store.transact(lambda transaction: transaction.set_aside(failure))
    clock = VirtualClock(utc(2026, 6, 1, 4))

    def fail_for_one(context: GuardContext) -> Any:
        if context.path.subject == "one":
            raise RuntimeError
        return GUARDS["gmv"].check(context)

    table = replace(AWARD, guards={**GUARDS, "gmv": replace(GUARDS["gmv"], check=fail_for_one)})
    config = Config.load(lifecycles=[table])
    with Programme.open(url_of(programme), config=config, clock=clock) as raising:
        found = raising.rehearse(on=CYCLE, country="SG")
    assert {each.subject: (each.outcome, each.error) for each in found.outcomes} == {
        "new": ("carry_over", None),
        "one": ("parked", "RuntimeError"),
        "two": ("parked", "ZeroDivisionError"),
    }
    assert found.document()["outcomes"][1]["error"] == "RuntimeError"


def test_a_source_that_is_lost_in_the_middle_of_the_copy(
    play: Play, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A server's connection that is cut, and a file that is cut short, are reported as such."""
    programme = season(play)
    url = url_of(programme)
    file = file_of(sa.make_url(url))
    if file is not None:
        with closing(sqlite3.connect(file)) as source:
            source.execute("VACUUM INTO ?", (str(tmp_path / "cut.db"),))
        file = tmp_path / "cut.db"
        url = f"sqlite:///{file}"
    kind: Any = copying._Fetched if file is None else copying._SqliteFile
    choose = kind.choose

    def cut(snapshot: Any, due: Any) -> Any:
        chosen = choose(snapshot, due)
        if file is not None:
            os.truncate(file, 8192)
        else:
            snapshot._connection.connection.driver_connection.close()
        return chosen

    monkeypatch.setattr(kind, "choose", cut)
    with Programme.open(url, config=Config.load(lifecycles=[AWARD]), clock=programme.clock) as lost:
        with pytest.raises(LazsaError, match=r"damaged|cannot be read") as caught:
            lost.rehearse(on=CYCLE)
        assert "scratch" not in str(caught.value)


def test_no_room_for_the_scratch_database(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the disk is full at once, at the copy or at the run, the folder is named."""
    programme = season(play)
    attach, copy = copying._attach, shutil.copyfile

    def attach_full(driver: sqlite3.Connection, scratch: Path) -> None:
        attach(driver, scratch)
        driver.execute("PRAGMA scratch.max_page_count = 1")

    def copy_onto_a_full_disk(*files: Any) -> NoReturn:
        copy(*files)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(files[1]))

    with no_larger_file(40):
        assert "File too large" in _refusal(programme)
    with monkeypatch.context() as patched:
        patched.setattr(copying, "_attach", attach_full)
        assert "SQLITE_FULL" in _refusal(programme)
    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", copy_onto_a_full_disk)
        assert "No space left on device" in _refusal(programme)


def _refusal(programme: Programme) -> str:
    with pytest.raises(UnavailableError, match="make room there, or set TMPDIR") as caught:
        programme.rehearse(on=CYCLE)
    written = str(caught.value)
    assert written.startswith(f"the scratch database cannot be written in {tempfile.gettempdir()}")
    return written


@contextmanager
def no_larger_file(kilobytes: int) -> Iterator[None]:
    """Let this process write no file beyond a size, as on a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_database_that_another_process_keeps_for_itself(play: Play, tmp_path: Path) -> None:
    """A lock on the whole file is told as a lock, after the wait that the URL allows."""
    programme = season(play)
    file = file_of(sa.make_url(url_of(programme)))
    if file is None:
        return  # a server has no such lock
    with closing(sqlite3.connect(file)) as source:
        source.execute("VACUUM INTO ?", (str(tmp_path / "own.db"),))
    url = f"sqlite:///{tmp_path / 'own.db'}?lock_timeout=1"
    with Programme.open(url, config=Config.load(lifecycles=[AWARD]), clock=programme.clock) as own:
        due = own.next_due()
        assert due is not None
        own._runtime.store._engine.dispose()
        with closing(sqlite3.connect(tmp_path / "own.db", isolation_level=None)) as other:
            other.execute("PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            (tmp_path / "none.db").touch()
            with pytest.raises(ContendedError, match="another process holds the database's lock"):
                own._runtime.store.copy_due(tmp_path / "none.db", copying.Due(due))


def test_a_folder_that_another_process_removes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rehearsals that start together leave each other's folders alone."""
    make, made = tempfile.mkdtemp, []

    def make_and_lose(**options: Any) -> str:
        made.append(Path(make(**options)))
        if len(made) == 1:
            assert folders.remove_abandoned(made[0].parent) == made
        return str(made[-1])

    monkeypatch.setattr(tempfile, "mkdtemp", make_and_lose)
    with folders.scratch_folder() as one, folders.scratch_folder() as other:
        assert one == made[1] != other
        assert one.exists()
        assert folders.remove_abandoned(one.parent) == []


def test_no_folder_for_temporary_files(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no temporary file can be made, the variable that names a folder is told."""

    def refuse() -> NoReturn:
        raise FileNotFoundError(2, "No usable temporary directory found")

    programme = play()
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "gettempdir", refuse)
        with pytest.raises(UnavailableError, match="set TMPDIR to one that can"):
            programme.rehearse(on=CYCLE)
    with monkeypatch.context() as patched:
        patched.setattr(tempfile, "tempdir", "/proc/nowhere")
        with pytest.raises(UnavailableError, match="no scratch folder can be made in /proc/now"):
            programme.rehearse(on=CYCLE)
