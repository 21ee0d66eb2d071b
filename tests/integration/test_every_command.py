"""What holds for a command holds for each of them: one never stands for all.

The commands come from the programme's own signatures; see :mod:`tests.command_cases`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow import Config, KeyReusedError, NotFoundError, Programme
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.errors import LazsaError
from tests.acceptance.mentor import MENTOR
from tests.command_cases import CASES, Case, File, keyed_commands, known, parameters_of
from tests.contract.test_plans import explained
from tests.integration.world import World, convene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from lazsa_flow.engine.journal_entry import JournalEntry


PERSONS = ("erase",)
"""Commands about anybody of whom something is recorded: a nominator or reviewer as well."""


@pytest.fixture(scope="session")
def config() -> Config:
    """What ships, with a lifecycle that has no command of its own."""
    return Config.load(lifecycles=[AWARD, ENTRY, TRAINER, MENTOR])


@pytest.fixture(scope="session")
def with_mentors(tmp_path_factory: pytest.TempPathFactory, config: Config) -> Path:
    """A database with the schema, convened panels and a fourth lifecycle."""
    file = tmp_path_factory.mktemp("mentors") / "lazsa.db"
    Programme.migrate(f"sqlite:///{file}", config=config)
    world = World(f"sqlite:///{file}", config)
    with world.programme as programme:
        convene(programme)
    return file


@pytest.fixture
def stage(
    with_mentors: Path, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    """A world of its own in which every command can be carried out."""
    monkeypatch.setenv("LAZSA_SECRET", "a secret of the tests alone")
    file = tmp_path / "lazsa.db"
    file.write_bytes(with_mentors.read_bytes())
    world = World(f"sqlite:///{file}", config)
    with world.programme:
        yield world


def _names_one(case: Case) -> bool:
    return any(name in case.given for name in ("path", "seller", "applicant", "subject", "file"))


def call(world: World, command: str, given: Mapping[str, Any], folder: Path) -> Any:
    """Give a command; files are written first."""
    written = {
        name: value.write(folder) if isinstance(value, File) else value
        for name, value in given.items()
    }
    return getattr(world.programme, command)(**written)


def told_by_people(world: World) -> list[JournalEntry]:
    """Return the journal without the clock's rows."""
    rows = world.programme.journal()
    return [row for row in rows if not row["actor"].startswith("system:")]


def test_every_command_has_a_case() -> None:
    """A command that somebody adds is added to the cases, or this fails."""
    assert set(CASES) == keyed_commands()


@pytest.mark.parametrize("command", sorted(CASES))
def test_a_key_stands_for_one_request(stage: World, tmp_path: Path, command: str) -> None:
    """The same request returns the first answer; with any argument changed the key is refused."""
    case = CASES[command]
    case.prepare(stage)
    given = {**case.given, "key": "once"}
    first = call(stage, command, given, tmp_path)
    rows = told_by_people(stage)
    assert call(stage, command, given, tmp_path) == first
    for name in parameters_of(command):
        other = {**case.changed(name), "key": "once"}
        assert other[name] != given.get(name)
        with pytest.raises(LazsaError if name in case.alone else KeyReusedError):
            print(command, name, call(stage, command, other, tmp_path))
    assert told_by_people(stage) == rows


_BROAD = re.compile(
    r"SEARCH \w+ USING (?:COVERING )?INDEX \w+ \((lifecycle|country|state|kind)=\?\)$"
)
"""A look-up that is bounded by nothing but what many rows share."""
_READ_ONCE = (
    "INSERT INTO lazsa_batches",  # rows that refer to it are sought if some were there before it
    "SELECT lazsa_erasures.keyed_by, count(*)",  # how many are of each secret; they are few
    "SELECT (EXISTS (SELECT * \nFROM lazsa_records",  # an erasure asks who has nominated or scored
)
"""How statements begin that may read through a table."""


@pytest.mark.parametrize(
    "command", sorted(name for name, case in CASES.items() if _names_one(case))
)
def test_a_command_on_one_reads_of_one(stage: World, tmp_path: Path, command: str) -> None:
    """What a command on one path, seller or file reads does not grow with the others."""
    case = CASES[command]
    case.prepare(stage)
    with explained(stage.programme) as plans:
        call(stage, command, case.given, tmp_path)
    reads = {
        statement: plan
        for statement, plan in plans.told.items()
        if statement in plans.scanned() or any(map(_BROAD.match, plan))
    }
    assert [each for each in reads if not each.startswith(_READ_ONCE)] == []


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (command, what)
        for command, case in sorted(CASES.items())
        for what in ("path", "seller")
        if what in case.given and command not in PERSONS
    ],
)
def test_what_is_unknown_is_named(stage: World, command: str, what: str) -> None:
    """Every command says of a path or seller that there is none, in the same words."""
    known(stage)
    unknown = {"path": "award-999", "seller": "nobody"}[what]
    with pytest.raises(NotFoundError) as refused:
        getattr(stage.programme, command)(**{**CASES[command].given, what: unknown})
    assert (refused.value.kind, refused.value.id) == (what, unknown)
    assert str(refused.value).startswith(f"no {what} {unknown!r}; expected ")
