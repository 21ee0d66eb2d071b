"""Whoever was erased stays erased: on the disk, and whatever files are imported later.

Source: programme.md, "Versions and data".
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from lazsa_flow import Actor
from lazsa_flow.award.cli.app import app
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.errors import ConfigError, NotAllowedError, NotFoundError
from tests.integration.world import EMPLOYEE, SELLER, World

if TYPE_CHECKING:
    from pathlib import Path

HOST = Actor("host", "host")
CANARY = "ZEBRA-4711"
SECRET = "sixteen-bytes-or-more"


@pytest.fixture(params=[None, SECRET], ids=["no-secret", "secret"])
def keyed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str | None:
    """Let the deployment have a secret, or none."""
    monkeypatch.delenv("LAZSA_SECRET", raising=False)
    if request.param is not None:
        monkeypatch.setenv("LAZSA_SECRET", request.param)
    return request.param  # type: ignore[no-any-return]


@pytest.fixture(autouse=True)
def clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands go by the world's clock."""
    monkeypatch.setattr(
        "lazsa_flow.cli.common.make_clock", lambda: request.getfixturevalue("world").clock
    )


def copies(folder: Path, words: str = CANARY) -> int:
    """Count how often words stand in the files of the database."""
    return sum(file.read_bytes().count(words.encode()) for file in folder.glob("lazsa.db*"))


def texts(folder: Path) -> list[tuple[str, str]]:
    """Return whose texts stand, and of which kind."""
    with closing(sqlite3.connect(folder / "lazsa.db")) as connection:
        query = "SELECT subject, kind FROM lazsa_texts ORDER BY id"
        return list(connection.execute(query))


def file_of(folder: Path, *lines: str) -> Path:
    """Write a file to be imported."""
    file = folder / "import.csv"
    file.write_text("\n".join(lines) + "\n")
    return file


def contacts(folder: Path, *persons: str) -> Path:
    """Write a file of contacts."""
    rows = (f"{person},{person.strip()}@shop.example,en,A shop" for person in persons)
    return file_of(folder, "seller_id,email,locale,name", *rows)


class TestOnTheDisk:
    """Deleted words are nowhere in the database's files, while it is in use."""

    def test_after_an_erasure(self, world: World, tmp_path: Path) -> None:
        """Neither in the log nor in freed pages, though SQLite may be built to leave them there."""
        for number in range(1, 13):
            world.nominate(f"s{number}", statement=f"{CANARY} {number:04} " * (number * 15))
        assert copies(tmp_path)
        for number in range(1, 13):
            world.programme.erase(f"s{number}", actor=HOST)
        assert copies(tmp_path) == 0

    def test_of_one_among_many(self, world: World, tmp_path: Path) -> None:
        """What is erased is gone at once, and what stays is there."""
        for number in range(1, 13):
            world.nominate(f"s{number}", statement=f"{CANARY}-{number:04} " * (1 + number * 9))
        for number in range(3, 13, 3):
            world.programme.erase(f"s{number}", actor=HOST)
            assert copies(tmp_path, f"{CANARY}-{number:04}") == 0
            assert copies(tmp_path, f"{CANARY}-{number - 1:04}")

    def test_after_a_purge(self, world: World, tmp_path: Path) -> None:
        """What has been kept long enough is gone likewise."""
        world.nominate(statement=CANARY)
        world.now(date(2022, 12, 1)).programme.purge()
        assert copies(tmp_path) == 0

    def test_with_a_pragma_that_is_off_by_default(self, world: World) -> None:
        """The library sets it itself, on every connection."""
        with world.programme._runtime.store.begin(write=False) as transaction:
            found = transaction._connection.exec_driver_sql("PRAGMA secure_delete").scalar()
        assert found == 1

    def test_somebody_who_reads_is_not_waited_for_long(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The erasure stands, the answer says what the log may hold, and a purge later ends it."""
        monkeypatch.setattr("lazsa_flow.store.deleted_text._PATIENCE_MS", 1)
        world.nominate(statement=CANARY)
        with world.programme._runtime.store.begin(write=False) as reading:
            reading.records_of("s1")
            assert world.programme.erase("s1", actor=HOST) == 1
            assert "lazsa.db-wal may still hold" in world.programme.deleted_texts_remain()
        world.programme.purge()
        assert "no longer hold" in world.programme.deleted_texts_remain()
        assert copies(tmp_path) == 0

    def test_the_answer_says_what_remains(self, world: World, tmp_path: Path) -> None:
        """Both commands say where the words may still be: in backups, here."""
        world.nominate(statement=CANARY)
        for words in (("erase", "s1", "--as", "host:h"), ("purge", "--as", "operator:o")):
            done = invoke(tmp_path, *words, "--yes")
            assert done.exit_code == 0, done.output
            assert "no longer hold the deleted texts" in done.stdout
            assert "Backups" in done.stdout
        assert (
            "Backups"
            in json.loads(
                invoke(tmp_path, "purge", "--as", "operator:o", "--yes", "--json").stdout
            )["remains"]
        )

    def test_within_a_hosts_transaction(self, world: World, tmp_path: Path) -> None:
        """A bound programme erases with the host's commit; a purge afterwards clears the log."""
        world.nominate(statement=CANARY)
        with world.programme._runtime.store._engine.begin() as connection:
            world.programme.bind(connection).erase("s1", actor=HOST)
        world.programme.purge()
        assert copies(tmp_path) == 0


class TestImports:
    """A file that is imported later brings nobody back."""

    def test_contacts(self, keyed: str | None, world: World, tmp_path: Path) -> None:
        """An erased person's contact is left out, however the id is written; others are taken."""
        world.facts("s1").facts("s2")
        file = contacts(tmp_path, "s1", "s2")
        assert world.programme.import_contacts(file) == 2
        world.programme.erase("s1", actor=HOST)
        done = world.programme.import_contacts(contacts(tmp_path, "s1", "s2", "S1", "s3"))
        assert (done, done.already_there, done.skipped) == (1, 1, (2, 4))
        assert [subject for subject, _ in texts(tmp_path)] == ["s2", "s3"]
        assert copies(tmp_path, "s1@shop") == 0

    def test_nominations(self, keyed: str | None, world: World, tmp_path: Path) -> None:
        """Neither as nominee nor as nominator; the other rows of the file are nominations."""
        for number in range(1, 5):
            world.facts(f"s{number}")
        world.nominate("s1")
        world.nominate("s2", actor=Actor("employee", "emp-7"))
        world.programme.erase("s1", actor=HOST)
        world.programme.erase("emp-7", actor=HOST)
        file = file_of(
            tmp_path,
            "seller_id,source,nominator_id,statement",
            "s1,employee,emp-1,Old words.",
            "s3,employee,emp-7,Old words.",
            "s4,employee,emp-1,New words.",
        )
        done = world.programme.import_nominations(file)
        assert (done, done.skipped) == (1, (2, 3))
        assert texts(tmp_path) == [("s4", "nomination")]

    def test_scorecards(self, keyed: str | None, world: World, tmp_path: Path) -> None:
        """A card with a comment by somebody who was erased is left out."""
        path = world.nominate()
        world.go(date(2020, 3, 20)).panel(path, cards=1)
        world.programme.erase("rev-books", actor=HOST)
        header = ",".join(("seller_id,reviewer_id,team", *ITEMS, "comment,recusal_reason"))
        rows = (f"s1,{who},{team},{'4,' * len(ITEMS)}As said.," for who, team in CARDS)
        done = world.programme.import_scorecards(file_of(tmp_path, header, *rows))
        assert (done, done.skipped) == (1, (2,))

    def test_a_file_of_nobody_else(self, world: World, tmp_path: Path) -> None:
        """Where every row is left out, none is taken, and that is no error."""
        world.facts("s1").programme.erase("s1", actor=HOST)
        done = world.programme.import_contacts(contacts(tmp_path, "s1"), key="one")
        assert (done, done.skipped) == (0, (2,))
        again = world.programme.import_contacts(contacts(tmp_path, "s1"), key="one")
        assert (again, again.skipped) == (0, (2,))

    def test_the_command_names_lines_and_no_person(self, world: World, tmp_path: Path) -> None:
        """It says how many rows were left out, and which lines; the log says how many."""
        world.facts("s1").programme.erase("s1", actor=HOST)
        file = contacts(tmp_path, "s1", "s2")
        done = invoke(tmp_path, "import", "contacts", str(file))
        assert "1 contacts imported." in done.stdout
        assert "1 row was left out, since somebody in them was erased: line 2." in done.stdout
        again = json.loads(invoke(tmp_path, "import", "contacts", str(file), "--json").stdout)
        assert (again["rows"], again["already_there"], again["skipped_lines"]) == (0, 1, [2])

    def test_a_command_by_hand_is_allowed(self, world: World, tmp_path: Path) -> None:
        """Somebody who was erased may be nominated again by a person: that is a new act."""
        world.nominate()
        world.programme.erase("s1", actor=HOST)
        world.nominate(statement="New words.")
        assert texts(tmp_path) == [("s1", "nomination")]

    def test_facts_are_no_text(self, world: World) -> None:
        """Figures stand in the evidence, which is never erased; they are taken as before."""
        world.facts("s1").programme.erase("s1", actor=HOST)
        world.facts("s1", as_of=date(2020, 3, 21))


class TestReadmission:
    """Whoever comes back is told apart from whoever was brought back."""

    def test_by_the_person_or_the_host(self, world: World, tmp_path: Path) -> None:
        """From then on files hold for them again."""
        world.facts("s1")
        for actor in (SELLER, HOST):
            world.programme.erase("s1", actor=HOST)
            world.programme.readmit("s1", actor=actor)
            assert world.programme.import_contacts(contacts(tmp_path, "s1")) == 1
        with pytest.raises(NotAllowedError):
            world.programme.readmit("s1", actor=EMPLOYEE)
        with pytest.raises(NotFoundError, match="no erased person 's2'"):
            world.programme.readmit("s2", actor=HOST)

    def test_by_its_key_it_is_done_once(self, world: World) -> None:
        """The same key again does nothing, and is no error."""
        world.facts("s1").programme.erase("s1", actor=HOST)
        for _ in range(2):
            world.programme.readmit("s1", actor=HOST, key="back")

    def test_the_command(self, world: World, tmp_path: Path) -> None:
        """An operator types it for the host."""
        world.facts("s1").programme.erase("s1", actor=HOST)
        assert invoke(tmp_path, "readmit", "s1", "--as", "host:h").exit_code == 0
        done = invoke(tmp_path, "readmit", "s1", "--as", "host:h")
        assert isinstance(done.exception, NotFoundError)


class TestKeys:
    """What the hashes are keyed by."""

    def test_no_id_is_kept(self, keyed: str | None, world: World, tmp_path: Path) -> None:
        """The list holds no id, nor a hash of one that a stranger could try ids against."""
        world.facts("s1").programme.import_contacts(contacts(tmp_path, "only-a-contact"))
        world.programme.erase("only-a-contact", actor=HOST)
        assert copies(tmp_path, "only-a-contact") == 0
        with closing(sqlite3.connect(tmp_path / "lazsa.db")) as connection:
            rows = list(connection.execute("SELECT keyed_by, fingerprint FROM lazsa_erasures"))
        [(keyed_by, fingerprint)] = rows
        assert keyed_by.startswith("database:" if keyed is None else "secret:")
        assert len(fingerprint) == 64
        assert SECRET not in str(rows)

    def test_erased_twice_is_kept_once(self, keyed: str | None, world: World) -> None:
        """To erase somebody of whom nothing is left is no error."""
        world.nominate()
        for texts_deleted in (1, 0):
            assert world.programme.erase("s1", actor=HOST) == texts_deleted

    def test_another_secret_cannot_tell(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A process without the secret imports no personal data: it would not know of whom."""
        url = f"sqlite:///{tmp_path / 'lazsa.db'}"
        world.facts("s1")
        with Programme.open(url, clock=world.clock, secret=b"k") as programme:
            programme.erase("s1", actor=HOST)
        with pytest.raises(ConfigError, match=r"LAZSA_SECRET: got nothing.* 1 persons"):
            world.programme.import_contacts(contacts(tmp_path, "s2"))
        world.facts("s2").programme.erase("s2", actor=HOST)
        with (
            Programme.open(url, clock=world.clock, secret=b"other") as programme,
            pytest.raises(ConfigError, match="got another secret"),
        ):
            programme.import_contacts(contacts(tmp_path, "s3"))
        with Programme.open(url, clock=world.clock, secret=b"k") as programme:
            done = programme.import_contacts(contacts(tmp_path, "s1", "s2", "s3"))
        assert (done, done.skipped) == (1, (2, 3))

    @pytest.mark.parametrize("secret", ["short", "fifteen-bytes--"])
    def test_a_short_secret_is_refused(
        self, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
    ) -> None:
        """``LAZSA_SECRET`` has 16 bytes or more, or nothing is opened; it is not shown."""
        monkeypatch.setenv("LAZSA_SECRET", secret)
        done = invoke(tmp_path, "due")
        assert isinstance(done.exception, ConfigError)
        assert "at least 16 random bytes" in str(done.exception)
        assert secret not in str(done.exception)
        Programme.open(f"sqlite:///{tmp_path / 'lazsa.db'}", secret=b"k").close()


CARDS = (("rev-books", "books"), ("rev-law", "law"))


def invoke(folder: Path, *words: str) -> Any:
    """Type a command on the world's database."""
    url = f"sqlite:///{folder / 'lazsa.db'}"
    return CliRunner().invoke(app, [*words, "--database", url])
