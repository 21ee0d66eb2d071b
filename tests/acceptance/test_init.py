"""The example deployment: what ``lazsa-flow init`` writes is config/, and all of it fits."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
import typer.main

from lazsa_flow.award.cli.app import app
from lazsa_flow.config import Config
from lazsa_flow.notices.settings import Deployment
from tests.acceptance.shell import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.acceptance.shell import Shell

CONFIG = ROOT / "config"
SYSTEMD = shutil.which("systemd-analyze")
UNITS = sorted((CONFIG / "systemd").glob("*.service"))


def _contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


def _check_typed(words: list[str]) -> None:
    """Make sure that a command line names a command and options that exist."""
    command: Any = typer.main.get_command(app)
    while words and not words[0].startswith("-") and hasattr(command, "commands"):
        assert words[0] in command.commands, words
        command = command.commands[words.pop(0)]
    known = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= known, words


def test_config_is_what_init_writes(bare: Shell) -> None:
    """``config/`` in the repository is exactly what the command writes; secrets stay closed."""
    assert bare("init", "deployment").code == 0
    written = bare.directory / "deployment"
    assert _contents(written) == _contents(CONFIG)
    assert (written / "environment").stat().st_mode & 0o777 == 0o600


def test_init_overwrites_nothing(bare: Shell) -> None:
    """A file that stands there is named, and nothing is written."""
    (bare.directory / "config").mkdir()
    (bare.directory / "config" / "lazsa.toml").write_text("# ours\n")
    done = bare("init")
    assert done.code == 1
    assert "lazsa.toml" in done.err
    assert _contents(bare.directory / "config") == {"lazsa.toml": b"# ours\n"}


def test_the_configuration_loads() -> None:
    """The example is a valid configuration, and the same as what ships."""
    assert Config.load(CONFIG).countries == Config.load().countries


def test_every_setting_is_shown_with_its_default() -> None:
    """``lazsa.toml`` names each key of [notices]; without the comment signs it is valid."""
    text = (CONFIG / "lazsa.toml").read_text("utf-8")
    lines = [re.sub(r"^# ?(?=[\[a-z])", "", line) for line in text.splitlines()]
    toml = "\n".join(line for line in lines if re.match(r"\[|[a-z_]+ = ", line))
    found = tomllib.loads(toml)
    notices = Deployment.model_fields["notices"].annotation
    assert notices is not None
    assert found["notices"].keys() == notices.model_fields.keys()
    assert Deployment.model_validate(found)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_unit_runs_a_command_that_exists(unit: Path) -> None:
    """Each process gets the same variables, and what it runs can be typed."""
    text = unit.read_text("utf-8")
    assert "EnvironmentFile=/etc/lazsa/environment\n" in text
    assert "UMask=0077\n" in text
    [line] = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    words = shlex.split(line)
    if words[0] == "/bin/sh":
        words = shlex.split(words[2].removeprefix("exec "))
    assert words[0].endswith("/lazsa-flow")
    _check_typed(words[1:])


@pytest.mark.skipif(SYSTEMD is None, reason="systemd is not installed here")
def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    """Units and timers are what systemd's own checker takes."""
    for unit in (CONFIG / "systemd").iterdir():
        text = unit.read_text("utf-8").replace("/opt/lazsa/bin/lazsa-flow", "/bin/true")
        (tmp_path / unit.name).write_text(text, "utf-8")
    units = sorted(tmp_path.iterdir())
    assert {unit.stem for unit in units if unit.suffix == ".timer"} == {
        "lazsa-backup",
        "lazsa-purge",
    }
    assert SYSTEMD is not None
    done = subprocess.run(
        [SYSTEMD, "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "lazsa" in line]
    assert not ours


def test_each_container_runs_a_command_that_exists() -> None:
    """Each service of ours has the same image, variables and directory."""
    text = (CONFIG / "compose.yaml").read_text("utf-8")
    services = re.findall(r"^  (\w+):\n    <<: \*lazsa\n    command: (\[.*\])$", text, re.MULTILINE)
    assert {name for name, _command in services} == {"migrate", "worker", "ticker", "relay"}
    for _name, command in services:
        _check_typed(re.findall(r'"([^"]+)"', command))


def test_every_variable_of_the_environment_is_read() -> None:
    """A variable that the example sets is one that the programme reads."""
    sources = "".join(file.read_text("utf-8") for file in (ROOT / "lazsa_flow").rglob("*.py"))
    text = (CONFIG / "environment").read_text("utf-8")
    names = re.findall(r"^#? ?([A-Z_]+)=", text, re.MULTILINE)
    assert "LAZSA_DATABASE_URL" in names
    assert all(f'"{name}"' in sources for name in names)
