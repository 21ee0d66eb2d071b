"""Doctor looks at what stands around the database: files, zone data, disk, channels, templates."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import zoneinfo
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.clock import VirtualClock
from lazsa_flow.programme import Programme
from lazsa_flow.runner.doctor import examine, registry
from lazsa_flow.store.connect import connect
from lazsa_flow.store.inspection import storage
from tests.factories import utc
from tests.loopback import mail_server
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from lazsa_flow.runner.doctor import Check

NOW = VirtualClock(utc(2020, 2, 10, 4))
SECRET = "not a secret"


def look(
    migrated: Path | str, config: Path | None = None, *names: str
) -> dict[str, list[tuple[str, str]]]:
    """Return what some checks say, by their names."""
    url = migrated if isinstance(migrated, str) else f"sqlite:///{migrated}"
    told: dict[str, list[tuple[str, str]]] = {}
    for each in examine(url, None, config, clock=NOW):
        if not names or each.name in names:
            told.setdefault(each.name, []).append((each.status, each.found))
    return told


def faults(checks: dict[str, list[tuple[str, str]]], name: str) -> list[str]:
    """Return the faults of a check."""
    return [found for status, found in checks.get(name, ()) if status == "fault"]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A deployment's own folder, with templates in English."""
    (tmp_path / "config" / "messages" / "en").mkdir(parents=True)
    return tmp_path / "config"


class TestTemplates:
    """Every template is rendered, and what is wrong is named with file and line."""

    @pytest.mark.parametrize(
        ("text", "line", "fault"),
        [
            ("{% block subject %}{{ title }}{% endblock", 1, "syntax error: unexpected end"),
            (
                '{% extends "layout" %}\n{% block subject %}{{ titel }}{% endblock %}',
                2,
                "'titel' is undefined",
            ),
            ('{% extends "layout" %}', None, "it has no block named subject"),
            (
                '{% extends "layout" %}{% block subject %}x{% endblock %}\n'
                "{% block body %}\n{{ on | dday }}{% endblock %}",
                3,
                "No filter named 'dday'",
            ),
            (
                '{% extends "layout" %}{% block subject %}x{% endblock %}\n'
                "{% block body %}{% if reason == 'never' %}\n{{ titel }}{% endif %}{% endblock %}",
                3,
                "'titel' is undefined",
            ),
            (
                '{% extends "layout" %}{% block subject %}{{ name | day }}{% endblock %}',
                1,
                "it cannot be rendered: AttributeError",
            ),
            ('{% extends "layot" %}{% block subject %}x{% endblock %}', None, "layot"),
        ],
    )
    def test_a_template_at_fault(
        self, migrated: Path, config: Path, text: str, line: int | None, fault: str
    ) -> None:
        """Syntax, unknown names, a subject that is missing: no traceback, but file and line."""
        file = config / "messages" / "en" / "awarded.jinja"
        file.write_text(text)
        told = faults(look(migrated, config, "templates"), "templates")
        place = str(file) if line is None else f"{file}:{line}"
        assert any(place in each and fault in each for each in told), told

    def test_a_digest_at_fault(self, migrated: Path, config: Path) -> None:
        """What is told in the panel's digest is rendered, too, in each locale."""
        folder = config / "messages" / "id" / "digest"
        folder.mkdir(parents=True)
        (folder / "review_opened.jinja").write_text("{{ mattters | length }}")
        [told] = faults(look(migrated, config, "templates"), "templates")
        assert told.endswith("review_opened.jinja:1: 'mattters' is undefined")

    @pytest.mark.parametrize(
        ("text", "fault"), [("[frame\n", "it is no TOML"), ('frame = "x"\n', "cannot be rendered")]
    )
    def test_words_at_fault(self, migrated: Path, config: Path, text: str, fault: str) -> None:
        """Words that are no TOML, or have another shape, are named."""
        (config / "messages" / "en" / "words.toml").write_text(text)
        told = faults(look(migrated, config, "templates"), "templates")
        assert any(fault in each for each in told)

    def test_words_that_are_no_text(self, migrated: Path, config: Path) -> None:
        """A file in another encoding is named."""
        (config / "messages" / "en" / "awarded.jinja").write_bytes(b"\xff\xfe\x00")
        told = faults(look(migrated, config, "templates"), "templates")
        assert any("awarded.jinja: it is no text in UTF-8" in each for each in told)

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
        assert "pip install lazsa-flow[notices]" in told

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
        source = next(each for each in (*zoneinfo.TZPATH,) if os.path.isdir(each))
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
        checks = look(url)
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
        monkeypatch.setattr(storage.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
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
    checks = look(migrated)
    [told] = faults(checks, "words")
    assert told.startswith("this check ended with ZeroDivisionError")
    assert SECRET not in told
    assert "templates" in checks


def test_what_is_no_database(tmp_path: Path) -> None:
    """A foreign file is one fault, not one of each check."""
    file = tmp_path / "lazsa.db"
    file.write_text("seller_id,country\n" * 100)
    checks = look(file)
    told = [found for each in checks.values() for status, found in each if status == "fault"]
    assert sum("not an SQLite database" in each for each in told) == 1


def test_another_release(migrated: Path, tmp_path: Path) -> None:
    """A schema of another revision is named with what to do, and its rows are left alone."""
    file = shutil.copy(migrated, tmp_path / "old.db")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE lazsa_alembic_version SET version_num = '0001'")
    checks = look(file)
    assert "run: lazsa-flow migrate" in faults(checks, "schema")[0]
    assert "dates" not in checks
