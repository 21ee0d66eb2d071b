"""Does the programme do what its managers wrote down, story by story?

The stories stand in ``tests/scenarios``; how to read and write one is told in
:mod:`tests.acceptance.scenario`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lazsa_flow import ConfigError, Programme
from tests.acceptance import scenario

FOLDER = Path(__file__).parents[1] / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))
SOUND = (FOLDER / "awarded_on_the_cycle_date.toml").read_text("utf-8")


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the schema."""
    file = tmp_path_factory.mktemp("scenarios") / "lazsa.db"
    Programme.migrate(f"sqlite:///{file}")
    return file


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_scenario(file: Path, migrated: Path, tmp_path: Path) -> None:
    """What each story says must hold, holds: its title is the rule, ``rule`` its place."""
    told = scenario.read(file)
    database = shutil.copy(migrated, tmp_path / "lazsa.db")
    scenario.Player(Path(database), told).play()


def test_enough() -> None:
    """There are at least thirty stories, no two of one title, each with a rule it holds."""
    told = [scenario.read(file) for file in FILES]
    assert len(told) >= 30
    assert len({each.title for each in told}) == len(told)
    assert all(each.title.endswith(".") and each.rule for each in told)


@pytest.mark.parametrize(
    ("was", "wrong", "says"),
    [
        ("rule =", "rules =", "rules: got"),
        ('do = "score"', 'do = "dance"', "not dance"),
        ('state = "awarded"', 'stat = "awarded"', "expect.3.stat: got"),
        ("10:00 Asia/Singapore", "10:00", "a local time with its zone"),
        ("10:00 Asia/Singapore", "10:00 Asia/Atlantis", "not Asia/Atlantis"),
        ("2020-03-20 15:00", "2020-02-20 15:00", "step 2: not before the one above it"),
        ('by = "employee:e1"', 'by = "employee:e1"\nerror = "OopsError"', "not OopsError"),
        ('do = "score"', 'do = "score"\nworker = "down"', "either do or worker"),
        ("[[step]]", '[facts.s1]\nshoes = "9"\n\n[[step]]', "no column shoes"),
        ("[[step]]", "[[step]", "TOML"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_schema(was: str, wrong: str, says: str, tmp_path: Path) -> None:
    """A story with a key, a word or an instant that is none is refused, and the error names it."""
    assert was in SOUND
    file = tmp_path / "story.toml"
    file.write_text(SOUND.replace(was, wrong, 1), "utf-8")
    with pytest.raises(ConfigError) as refused:
        scenario.read(file)
    assert says in str(refused.value)
    assert "story.toml" in str(refused.value)
