"""Whatever a configuration's directory holds, its faults are told in our own words."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lazsa_flow import Config, ConfigError
from lazsa_flow.award.evidence import PANEL
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.config import lifecycles
from tests.acceptance.mentor import MENTOR, POLICY
from tests.factories import country_text, policy_text, table

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP = b"x = " + b"[" * 5000 + b"]" * 5000
HOSTILE = {
    "deep nesting": DEEP,
    "deep keys": b".".join([b"a"] * 5000) + b" = 1",
    "many digits": b"x = " + b"9" * 100_000,
    "many hexadecimal digits": country_text().encode() + b"\nx = 0x" + b"f" * 100_000,
    "no UTF-8": b'name = "\xff\xfe"',
    "UTF-16": country_text().encode("utf-16"),
    "NUL": b"\0\0\0",
    "binary": bytes(range(256)),
    "large": b"#" * 1_000_001,
    "no value": b"code =",
    "a number for a text": country_text().replace('"Singapore"', "1e400").encode(),
    "not a number": country_text().replace('"Singapore"', "nan").encode(),
    "a table for a text": country_text().replace('"Singapore"', "{a = {b = 1}}").encode(),
    "an impossible date": b"suspended = [2020-02-30]",
    "an impossible offset": b"at = 2020-01-01T00:00:00+99:99",
}
PLACES = ("countries/sg.toml", "policies/award/2021-1.toml", "lazsa.toml")


def own(root: Path, name: str, content: bytes) -> Path:
    """Write a file into a configuration's directory."""
    file = root / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def faults(root: Path) -> str:
    """Return the faults of a configuration."""
    with pytest.raises(ConfigError) as caught:
        Config.load(root)
    assert len(str(caught.value)) < 5000
    return str(caught.value)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_named(place: str, content: bytes, tmp_path: Path) -> None:
    """No text, however odd, ends in anything but a fault that names its file."""
    own(tmp_path, place, content)
    assert place.removeprefix("policies/") in faults(tmp_path)


@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_file_is_named(place: str, tmp_path: Path) -> None:
    """A folder, a broken link or a pipe under a file's name is a fault; nothing waits for it."""
    makers: tuple[Callable[[Path], None], ...] = (
        Path.mkdir,
        lambda at: at.symlink_to("gone"),
        os.mkfifo,
    )
    for number, make in enumerate(makers):
        root = tmp_path / str(number)
        (root / place).parent.mkdir(parents=True)
        make(root / place)
        assert f"{place}: got no regular file" in faults(root)


@pytest.mark.parametrize("place", PLACES)
def test_no_escape_sequence_is_told(place: str, tmp_path: Path) -> None:
    """Keys and names of files are told without what a terminal would obey."""
    odd = "\x1b]0;owned\x07"
    own(tmp_path, place, b'"\\u001b]0;owned\\u0007" = 1')
    own(tmp_path, f"countries/{odd}.toml", b"x")
    own(tmp_path, f"policies/award/{odd}.toml", b"x")
    said = faults(tmp_path)
    assert "\x1b" not in said
    assert "\\x1b]0;owned" in said


def test_a_file_for_a_folder_is_named(tmp_path: Path) -> None:
    """A file under a folder's name is a fault; so is a configuration that is no directory."""
    for name in ("countries", "policies", "messages"):
        root = tmp_path / name
        root.mkdir()
        file = own(root, name, b"")
        assert f"{name}: got a file, expected a folder" in faults(root)
        assert "got a file, expected a directory" in faults(file)
    assert "got nothing, expected a directory" in faults(tmp_path / "nowhere")
    assert "expected a directory" in faults(tmp_path / "\0")


def test_a_directory_may_be_named_by_text(tmp_path: Path) -> None:
    """The directory is a path or a text; a byte order mark and Windows' lines change no text."""
    text = country_text().replace("\n", "\r\n").encode("utf-8-sig")
    own(tmp_path, "countries/sg.toml", text)
    config = Config.load(str(tmp_path))
    assert config.country_texts[-1].text.text == country_text()


def test_one_country_in_two_files_is_refused(tmp_path: Path) -> None:
    """Two files that describe one country are a fault that names both."""
    for name in ("sg", "singapore"):
        own(tmp_path, f"countries/{name}.toml", country_text().encode())
    said = faults(tmp_path)
    assert "countries/singapore.toml: code: got 'SG'" in said
    assert "countries/sg.toml has this one" in said


@pytest.mark.parametrize("name", ["title", "name"])
@pytest.mark.parametrize("odd", ["a\\r\\nBcc: b@example.com", "a\\u0000", "a\\u2028b", "\\t", " "])
def test_no_header_is_smuggled_into_a_title(name: str, odd: str, tmp_path: Path) -> None:
    """Titles and names are text on one line."""
    lines = [line for line in country_text().splitlines() if not line.startswith(f"{name} ")]
    own(tmp_path, "countries/sg.toml", "\n".join((f'{name} = "{odd}"', *lines)).encode())
    assert f"countries/sg.toml: {name}: got" in faults(tmp_path)


@pytest.mark.parametrize("odd", ["a>b@c.d", "<a@b.c>", "a,b@c.d", "a@b@c", "a b@c.d", "a@b..c"])
def test_a_mailbox_is_an_address(odd: str, tmp_path: Path) -> None:
    """A mailbox that no mail could be sent to is refused when it is read."""
    text = country_text().replace("se-community.sg@example.com", odd)
    own(tmp_path, "countries/sg.toml", text.encode())
    assert "countries/sg.toml: mailbox: got" in faults(tmp_path)


@pytest.mark.parametrize(
    ("was", "becomes", "key"),
    [
        ("reminder_days = [14, 7, 1]", "reminder_days = [99999999999]", "reminder_days.0"),
        ("reminder_days = [14, 7, 1]", "reminder_days = [367, 7]", "reminder_days.0"),
        ("reviewers = 3", "reviewers = 99999999999", "reviewers"),
        ("persons = 2", "persons = 99999999999", "persons"),
        ("ncp_points = 0", "ncp_points = 99999999999", "ncp_points"),
    ],
)
def test_numbers_of_a_policy_have_an_upper_bound(
    was: str, becomes: str, key: str, tmp_path: Path
) -> None:
    """A number that no date could be reckoned with is refused when it is read."""
    text = policy_text().replace('"2020-1"', '"2021-1"')
    assert was in text
    own(tmp_path, "policies/award/2021-1.toml", text.replace(was, becomes).encode())
    assert f"{key}: got" in faults(tmp_path)


class TestPlugIns:
    """Lifecycles that are installed."""

    def install(self, monkeypatch: pytest.MonkeyPatch, **points: str) -> None:
        """Let these entry points be installed, and no others."""
        found = [EntryPoint(name, value, lifecycles.GROUP) for name, value in points.items()]
        monkeypatch.setattr(lifecycles, "entry_points", lambda group: found)

    def test_one_that_cannot_be_imported(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A plug-in that fails to import is named with the reason, and the others are loaded."""
        good = "lazsa_flow.award.lifecycles.award:AWARD"
        self.install(
            monkeypatch,
            a="no_such_module:A",
            b="lazsa_flow:NOTHING",
            c="lazsa_flow:Path",
            award=good,
        )
        loaded = Config.load()
        assert loaded.lifecycles == (AWARD,)
        said = [str(each) for each in loaded.left_out]
        assert len(said) == 3
        assert "[lazsa_flow.lifecycles] a = no_such_module:A" in said[0]
        assert "ModuleNotFoundError" in said[0]
        assert "AttributeError" in said[1]
        assert "expected Lifecycle" in said[2]

    def test_two_of_one_name(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of two tables of one name neither is used; both plug-ins are named, the others work."""
        self.install(
            monkeypatch,
            award="lazsa_flow.award.lifecycles.award:AWARD",
            other=f"{__name__}:DOUBLE",
            third="tests.acceptance.mentor:MENTOR",
        )
        tables = {"award": AWARD, "third": MENTOR}
        monkeypatch.setattr(EntryPoint, "load", lambda point: tables.get(point.name, DOUBLE))
        loaded = Config.load()
        assert loaded.lifecycles == (MENTOR,)
        [problem] = loaded.left_out
        assert re.search(r"other.*name: got 'award'.*award = .*AWARD has a", str(problem))

    def test_two_that_share_the_name_of_an_evidence_source(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither is used; each is named with the other, the others work."""
        own = [replace(PANEL) for _ in range(2)]
        tables = {
            "bill": table(name="bill", evidence=(own[0],)),
            "door": table(name="door", evidence=(own[1],)),
            "third": MENTOR,
        }
        self.install(monkeypatch, bill="some:BILL", door="other:DOOR", third="x:MENTOR")
        monkeypatch.setattr(EntryPoint, "load", lambda point: tables[point.name])
        loaded = Config.load()
        assert loaded.lifecycles == (MENTOR,)
        bill, door = map(str, loaded.left_out)
        assert re.search("some:BILL: lifecycle bill: evidence: got 'panel'.*lifecycle door", bill)
        assert re.search("other:DOOR: lifecycle door: evidence: got .*lifecycle bill", door)
        with pytest.raises(ConfigError, match="lifecycle door: evidence: got"):
            Config.load(lifecycles=(tables["bill"], tables["door"]))

    def test_one_whose_policy_is_wrong(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A plug-in that brings a wrong policy is left out, named with every key at fault."""
        wrong = replace(
            MENTOR, default_policies=(POLICY.replace("newcomers = 3", "newcomers = -1"),)
        )
        self.install(monkeypatch, a="some.package:WRONG", b="lazsa_flow:AWARD")
        tables = {"a": wrong, "b": AWARD}
        monkeypatch.setattr(EntryPoint, "load", lambda point: tables[point.name])
        loaded = Config.load()
        assert loaded.lifecycles == (AWARD,)
        [problem] = loaded.left_out
        assert "a = some.package:WRONG: mentor.default_policies: newcomers:" in str(problem)

    def test_two_of_one_name_handed_in(self) -> None:
        """Tables that are handed in have names of their own, too; one may be named twice."""
        with pytest.raises(ConfigError, match="a lifecycle of this name"):
            Config.load(lifecycles=[MENTOR, replace(MENTOR, title="Another")])
        assert Config.load(lifecycles=[MENTOR, MENTOR]).lifecycles


DOUBLE = replace(AWARD, title="Another")
