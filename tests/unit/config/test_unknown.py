"""What nothing reads in a configuration's directory is told, with the nearest known name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lazsa_flow import Config, ConfigError
from lazsa_flow.cli.init import example_files

if TYPE_CHECKING:
    from pathlib import Path


def write(root: Path, *names: str) -> Path:
    """Write empty files, and folders where a name ends with a slash."""
    for name in names:
        at = root / name
        (at if name.endswith("/") else at.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            at.write_text("")
    return root


def told(root: Path) -> dict[str, str]:
    """Return what is told of a directory: each place with what is said of it."""
    return {each.where: each.what for each in Config.load(root).warnings}


@pytest.mark.parametrize(
    ("name", "place", "near"),
    [
        ("lasza.toml", "lasza.toml", "lazsa.toml"),
        ("Lazsa.toml.txt", "Lazsa.toml.txt", "lazsa.toml"),
        ("countires/", "countires", "countries"),
        ("policy/award/", "policy", "policies"),
        ("mesages/", "mesages", "messages"),
        ("policies/awrad/2020-2.toml", "policies/awrad", "award"),
        ("policies/award/2020-2.tml", "policies/award/2020-2.tml", "<version>.toml"),
        ("countries/th.tml", "countries/th.tml", "<code>.toml"),
        ("countries/th.toml.bak", "countries/th.toml.bak", "<code>.toml"),
        ("messages/layot.html", "messages/layot.html", "layout.html"),
        ("messages/english/", "messages/english", "id-ID"),
        ("messages/en/awardd.jinja", "messages/en/awardd.jinja", "awarded.jinja"),
        ("messages/en/word.toml", "messages/en/word.toml", "words.toml"),
        (
            "messages/en/digest/reviewopened.jinja",
            "messages/en/digest/reviewopened.jinja",
            "review_opened.jinja",
        ),
    ],
)
def test_a_misspelt_name_is_told_with_the_right_one(
    name: str, place: str, near: str, tmp_path: Path
) -> None:
    """A file or folder that nothing reads is told, with the nearest name that is read."""
    found = told(write(tmp_path, name))
    assert list(found) == [place]
    assert near in found[place]
    assert "nothing reads it" in found[place]


def test_a_name_is_told_without_escape_sequences(tmp_path: Path) -> None:
    """What a terminal would obey is escaped, and so is a name that is no text."""
    write(tmp_path, "countries/\x1b[2J", "countries/\udcff")
    assert list(told(tmp_path)) == ["countries/\\x1b[2J", "countries/\\udcff"]


def test_what_has_no_likeness_is_told_with_what_there_is(tmp_path: Path) -> None:
    """A folder that resembles nothing is told with the names that are read."""
    assert "known are countries, lazsa.toml, messages, policies" in told(write(tmp_path, "x/"))["x"]


def test_other_things_may_lie_beside(tmp_path: Path) -> None:
    """A database, data to import, hidden files and notes to readers are no misspelt names."""
    names = ("lazsa.db", "lazsa.db-wal", "facts.csv", ".git/", "..data/", "README.md")
    nested = ("countries/.gitkeep", "countries/README", "policies/award/README.md", "notices/")
    assert told(write(tmp_path, *names, *nested)) == {}


def test_the_example_deployment_is_known(tmp_path: Path) -> None:
    """Nothing that ``lazsa-flow init`` writes is told of."""
    for name, content in example_files():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    assert told(tmp_path) == {}


def test_a_part_of_a_template_is_known_by_it(tmp_path: Path) -> None:
    """A template that another one includes is read; one that none names is not."""
    write(tmp_path, "messages/en/macros.jinja", "messages/en/digest/")
    assert list(told(tmp_path)) == ["messages/en/macros.jinja"]
    (tmp_path / "messages/en/awarded.jinja").write_text('{% import "macros" as macros %}')
    assert told(tmp_path) == {}


def test_an_unknown_section_of_words_is_told(tmp_path: Path) -> None:
    """A section of words that no notice looks into is told; a broken file is another's to tell."""
    file = write(tmp_path, "messages/en/words.toml") / "messages/en/words.toml"
    file.write_text('[resons]\nx = "y"\n')
    assert "did you mean reasons?" in told(tmp_path)["messages/en/words.toml"]
    file.write_text("[resons")
    assert told(tmp_path) == {}


@pytest.mark.parametrize(
    ("place", "text", "says"),
    [
        ("lazsa.toml", "[notice]\nattempts = 1", "notice: .*did you mean notices"),
        ("lazsa.toml", "[notices]\natempts = 1", "notices.atempts: .*did you mean attempts"),
        ("countries/sg.toml", 'zoen = "Asia/Singapore"', "zoen: .*did you mean zone"),
        ("policies/award/2021-1.toml", "[panel]\nrevewers = 3", "panel.revewers: .*reviewers"),
        ("policies/award/2021-1.toml", "[xyz]\na = 1", "xyz: .*known are appeal, conduct"),
    ],
)
def test_a_misspelt_key_is_a_fault_with_the_right_one(
    place: str, text: str, says: str, tmp_path: Path
) -> None:
    """A key that nothing reads is refused, and the nearest known key is named."""
    file = write(tmp_path, place) / place
    file.write_text(text)
    with pytest.raises(ConfigError, match=says):
        Config.load(tmp_path)
