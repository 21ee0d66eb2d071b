"""Doctor looks at what stands around the database: files, zone data, disk, channels, templates."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import zoneinfo
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.runner.doctor import registry
from lazsa_flow.runner.doctor.examination import Examination
from lazsa_flow.runner.doctor.registry import run_checks
from lazsa_flow.store.connect import connect
from lazsa_flow.store.inspection import storage
from tests.factories import facts, record_facts, utc
from tests.loopback import mail_server
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazsa_flow.runner.doctor import Check

NOW = VirtualClock(utc(2020, 2, 10, 4))
Findings = dict[str, list[tuple[str, str]]]
SECRET = "not a secret"


def look(migrated: Path | str, config: Path | None, *names: str) -> Findings:
    """Return what some checks find, or all of them, by their names."""
    url = migrated if isinstance(migrated, str) else f"sqlite:///{migrated}"
    told: Findings = {}
    examination = Examination(url, None, config, NOW)
    checks = [each for each in registry.list_checks(examination) if not names or each.name in names]
    for each in run_checks(examination, checks):
        told.setdefault(each.name, []).append((each.status, each.found))
    examination.close()
    return told


def faults(checks: Findings, name: str) -> list[str]:
    """Return the faults of a check."""
    return [found for status, found in checks.get(name, ()) if status == "fault"]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A deployment's own folder, with templates in English."""
    (tmp_path / "config" / "messages" / "en").mkdir(parents=True)
    return tmp_path / "config"


LAYOUT = '{% extends "layout" %}\n'
SUBJECT = "{% block subject %}x{% endblock %}\n"
TEMPLATES = {
    "awarded": ("{% block subject %}{{ title }}{% endblock", ":1: syntax error: unexpected end"),
    "renewed": (
        f"{LAYOUT}{{% block subject %}}{{{{ titel }}}}{{% endblock %}}",
        ":2: 'titel' is undefined",
    ),
    "nominated": (LAYOUT, ": it has no block named subject"),
    "retired": (
        f"{LAYOUT}{SUBJECT}{{% block body %}}{{{{ on | dday }}}}{{% endblock %}}",
        ":3: syntax error: No filter named 'dday'",
    ),
    "postponed": (
        (
            f"{LAYOUT}{SUBJECT}{{% block body %}}{{% if reason == 'never' %}}"
            "{{ titel }}{% endif %}{% endblock %}"
        ),
        ":3: 'titel' is undefined",
    ),
    "withdrawn": (
        f"{LAYOUT}{{% block subject %}}{{{{ name | day }}}}{{% endblock %}}",
        ":2: it cannot be rendered: AttributeError",
    ),
    "removed": (
        f'{{% extends "layot" %}}{SUBJECT}',
        ":1: it names a template that is not there: layot",
    ),
    "digest/review_opened": ("{{ mattters | length }}", ":1: 'mattters' is undefined"),
}
"""Templates, each with a fault of its own, and how it is named."""


class TestTemplates:
    """Every template is rendered, and what is wrong is named with file and line."""

    def test_templates_at_fault(self, migrated: Path, config: Path) -> None:
        """Syntax, unknown names, a subject that is missing: no traceback, but file and line."""
        folder = config / "messages" / "en"
        (folder / "digest").mkdir()
        for name, (text, _) in TEMPLATES.items():
            (folder / f"{name}.jinja").write_text(text)
        (folder / "appeal_granted.jinja").write_bytes(b"\xff\xfe\x00")
        told = faults(look(migrated, config, "templates"), "templates")
        for name, (_, fault) in TEMPLATES.items():
            assert any(each.startswith(f"{folder / name}.jinja{fault}") for each in told), told
        assert f"{folder}/appeal_granted.jinja: it is no text in UTF-8" in told
        assert len(told) == len(TEMPLATES) + 1

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ("[frame\n", "it is no TOML"),
            ('frame = "x"\n', "cannot be rendered: frame must be a table"),
            ("[months]\n", "cannot be rendered: months must be no table"),
        ],
    )
    def test_words_at_fault(self, migrated: Path, config: Path, text: str, fault: str) -> None:
        """Words that are no TOML, or have another shape, are named."""
        (config / "messages" / "en" / "words.toml").write_text(text)
        told = faults(look(migrated, config, "templates"), "templates")
        assert any(fault in each for each in told)

    def test_what_ships_is_sound(self, migrated: Path) -> None:
        """Every template that ships can be rendered."""
        [(status, found)] = look(migrated, None, "templates")["templates"]
        assert (status, "in en, id" in found) == ("ok", True)


class TestChannels:
    """Channels are opened one by one, and asked where they can be."""

    @pytest.fixture
    def write(self, config: Path) -> Callable[[str], Path]:
        """Return what writes ``lazsa.toml``."""

        def write(text: str) -> Path:
            (config / "lazsa.toml").write_text(text)
            return config

        return write

    @pytest.mark.parametrize(
        ("text", "fault"),
        [
            ('[channels.chat]\nkind = "slack"', "chat: lazsa.toml [channels.chat]: kind"),
            ('[channels.mail]\nkind = "smtp"\nhost = "h"\ntls = "nonee"', "tls"),
            ('[channels.mail]\nkind = "smtp"\nhost = "h"\nprot = 2525', "prot"),
            ('[channels.hook]\nkind = "webhook"\nurl = "notaurl"', "url"),
            (
                '[channels.hook]\nkind = "webhook"\nurl = "https://h.example/"',
                "LAZSA_WEBHOOK_SECRET",
            ),
            ('[notices]\nresolver = "nobody"', "resolver"),
            ('[channels.own]\nkind = "files"\ndirectory = "/dev/null/x"', "directory"),
        ],
    )
    def test_settings_at_fault(
        self, migrated: Path, write: Callable[[str], Path], text: str, fault: str
    ) -> None:
        """A kind, a setting, a secret, a resolver or a country that is wrong is named."""
        told = faults(look(migrated, write(text), "channels"), "channels")
        assert len(told) == 1
        assert fault in told[0]

    def test_an_extra_that_is_not_installed(
        self, migrated: Path, write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What a channel needs and is not installed is named with how to install it."""
        monkeypatch.setenv("LAZSA_WEBHOOK_SECRET", SECRET)
        monkeypatch.setitem(sys.modules, "httpx2", None)
        text = '[channels.hook]\nkind = "webhook"\nurl = "https://h.example/"'
        [told] = faults(look(migrated, write(text), "channels"), "channels")
        assert "pip install 'lazsa-flow[notices]'" in told

    def test_a_mail_server_is_asked(
        self, migrated: Path, write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Doctor connects and logs in, sends nothing, and says why where it cannot."""
        monkeypatch.setenv("LAZSA_SMTP_PASSWORD", "hunter2")
        text = '[channels.mail]\nkind = "smtp"\nhost = "127.0.0.1"\nport = {}\ntls = "none"\n'
        with mail_server() as server:
            config = write(text.format(server.port))
            [(status, found)] = look(migrated, config, "channels")["channels"]
            assert (status, found) == ("ok", "mail (smtp): works")
            write(text.format(server.port) + 'username = "u"\n')
            [told] = faults(look(migrated, config, "channels"), "channels")
            assert f"127.0.0.1:{server.port}" in told
            assert "hunter2" not in told
            assert server.mails == []
        write(text.format(free_port()))
        [told] = faults(look(migrated, config, "channels"), "channels")
        assert "no connection (ConnectionRefusedError)" in told


class TestZones:
    """What is read counts, not what is installed."""

    def test_the_systems_data_come_first(self, migrated: Path) -> None:
        """The source and the version that it says itself are told."""
        [(status, found)] = look(migrated, None, "time zones")["time zones"]
        assert status == "ok"
        assert found.startswith("tzdata 20")

    def test_a_folder_of_ones_own(self, migrated: Path, tmp_path: Path) -> None:
        """Zones that are read from different sources are a warning that names them."""
        source = next(each for each in (*zoneinfo.TZPATH,) if Path(each).is_dir())
        (tmp_path / "Asia").mkdir()
        shutil.copy(f"{source}/Asia/Manila", tmp_path / "Asia" / "Manila")
        (tmp_path / "+VERSION").write_text("2031z\n")
        before = zoneinfo.TZPATH
        zoneinfo.reset_tzpath([str(tmp_path)])
        try:
            told = look(migrated, None, "time zones")["time zones"]
        finally:
            zoneinfo.reset_tzpath(before)
        assert {status for status, _ in told} == {"warning"}
        assert any(f"tzdata 2031z, read from {tmp_path} (PH)" in found for _, found in told)
        assert any("read from the tzdata package (" in found for _, found in told)


class TestStorage:
    """A database that nobody can write to fires nothing, and is named."""

    @pytest.mark.parametrize("what", ["file", "folder"])
    def test_read_only_by_its_mode(self, migrated: Path, tmp_path: Path, what: str) -> None:
        """A file or folder that nobody may write to is named, whoever looks."""
        file = tmp_path / "own" / "lazsa.db"
        file.parent.mkdir()
        shutil.copy(migrated, file)
        path = file if what == "file" else file.parent
        mode = path.stat().st_mode
        path.chmod(mode & 0o555)
        try:
            [told] = faults(look(file, None, "storage"), "storage")
        finally:
            path.chmod(mode)
        assert f"the {what} {path} is read-only" in told

    def test_read_only_by_its_url(self, migrated: Path) -> None:
        """A database that is opened to be read only is named as what it is."""
        url = f"sqlite:///file:{migrated}?mode=ro&uri=true"
        [told] = faults(look(url, None, "storage"), "storage")
        assert "cannot write" in told

    def test_read_only_on_a_server(self, postgres: Callable[[], str]) -> None:
        """A server whose transactions only read by default is named, and nothing about SQLite."""
        url = postgres()
        Programme.migrate(url, clock=NOW)
        engine = connect(url)
        with engine.connect() as connection:
            name = connection.engine.url.database
            connection.exec_driver_sql(
                f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'
            )
            connection.commit()
        engine.dispose()
        checks = look(url, None)
        assert "default_transaction_read_only is on" in faults(checks, "storage")[0]
        assert not {"SQLite", "disk", "file"} & checks.keys()
        assert "SQLite" not in str(checks)

    def test_while_another_writes(
        self, migrated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A database that somebody writes to just now can be written to."""
        monkeypatch.setattr(storage, "_WAIT_MS", 10)
        file = shutil.copy(migrated, tmp_path / "busy.db")
        with closing(sqlite3.connect(file, isolation_level=None)) as writer:
            writer.execute("BEGIN IMMEDIATE")
            assert faults(look(file, None, "storage"), "storage") == []
            writer.execute("ROLLBACK")

    @pytest.mark.parametrize(
        ("free", "status"), [(10**12, "ok"), (9 * 10**8, "warning"), (10**7, "fault")]
    )
    def test_room(
        self, migrated: Path, monkeypatch: pytest.MonkeyPatch, free: int, status: str
    ) -> None:
        """Little room is a warning, none a fault."""
        monkeypatch.setattr(
            "lazsa_flow.store.inspection.storage.shutil.disk_usage",
            lambda _: SimpleNamespace(free=free),
        )
        assert [each for each, _ in look(migrated, None, "disk")["disk"]] == [status]


def test_a_check_that_raises_is_a_fault_of_its_name(
    migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Doctor never raises: it tells where it came from, without its text, and goes on."""

    def broken(_examination: object) -> Iterator[Check]:
        raise ZeroDivisionError(SECRET)
        yield

    listed = [
        each._replace(run=broken) if each.name == "words" else each for each in registry.CHECKS
    ]
    monkeypatch.setattr(registry, "CHECKS", listed)
    checks = look(migrated, None, "words", "timers")
    [told] = faults(checks, "words")
    assert told.startswith("this check ended with ZeroDivisionError")
    assert SECRET not in told
    assert "timers" in checks


def test_what_is_no_database(tmp_path: Path) -> None:
    """A foreign file is one fault, not one of each check."""
    file = tmp_path / "lazsa.db"
    file.write_text("seller_id,country\n" * 100)
    checks = look(file, None)
    told = [found for each in checks.values() for status, found in each if status == "fault"]
    assert sum("not an SQLite database" in each for each in told) == 1


def test_another_release(migrated: Path, tmp_path: Path) -> None:
    """A schema of another revision is named with what to do, and its rows are left alone."""
    file = shutil.copy(migrated, tmp_path / "old.db")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE lazsa_alembic_version SET version_num = '0001'")
    checks = look(file, None)
    assert "run: lazsa-flow migrate" in faults(checks, "schema")[0]
    assert "dates" not in checks


MOVED_CLOCKS = """
import sys
from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.calendar import instant_text, parse_instant
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.award.programme import Programme
from lazsa_flow.runner.doctor.examination import Examination
from lazsa_flow.runner.doctor.registry import CHECKS, run_checks

url, clock = sys.argv[1], VirtualClock(parse_instant(sys.argv[2]))
checks = [each for each in CHECKS if each.name in ("time zones", "instants")]
for _ in range(2):
    for each in run_checks(Examination(url, None, None, clock), checks):
        print(each.status, each.name, each.found)
    with Programme.open(url, clock=clock) as programme:
        for each in programme.replan_timers(actor=Actor("operator", "op-1")):
            print(each.timer, instant_text(each.was), instant_text(each.will_be))
"""


def test_a_country_moves_its_clocks(migrated: Path, tmp_path: Path) -> None:
    """New zone data: doctor names every timer of the country, and one command plans them anew."""
    file = shutil.copy(migrated, tmp_path / "lazsa.db")
    with Programme.open(f"sqlite:///{file}", clock=NOW) as programme:
        for seller, country in (("s1", "TH"), ("s2", "SG")):
            record_facts(programme, [facts(seller=seller, country=country)])
            programme.nominate(seller, actor=Actor("employee", "e-1"), statement="x")
    zones = tmp_path / "zones"
    source = next(folder for folder in zoneinfo.TZPATH if Path(folder).is_dir())
    shutil.copytree(f"{source}/Asia", zones / "Asia")
    shutil.copy(f"{source}/Asia/Singapore", zones / "Asia" / "Bangkok")
    (zones / "+VERSION").write_text("2031z\n")
    done = subprocess.run(
        [sys.executable, "-c", MOVED_CLOCKS, f"sqlite:///{file}", "2020-02-10T04:00:00Z"],
        env={**os.environ, "PYTHONTZPATH": str(zones)},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"ok time zones tzdata 2031z, read from {zones}")
    told = [line for line in lines if line.startswith("fault instants")]
    assert len(told) == 3
    assert all("award-1 " in line and "lazsa-flow timers replan" in line for line in told)
    moved = [line for line in lines if line.startswith(("cycle_date", "review_opens"))]
    assert sorted(moved) == [
        "cycle_date 2020-03-31T17:00:00.000000Z 2020-03-31T16:00:00.000000Z",
        "review_opens 2020-03-01T17:00:00.000000Z 2020-03-01T16:00:00.000000Z",
    ]
    assert lines[-1].startswith("ok instants")
