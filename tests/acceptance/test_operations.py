"""What the operators' documents say is so: commands, options, variables, metrics, alarms."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import typer.main

from lazsa_flow.award.cli.app import app
from tests.acceptance.shell import ROOT

CONFIG = ROOT / "config"
DOCS = sorted(
    file
    for folder in (ROOT / "docs" / "operations", CONFIG)
    for file in folder.rglob("*")
    if file.is_file() and file.suffix != ".png"
)
TEXT = "\n".join(file.read_text("utf-8") for file in DOCS)
ALARMS = ROOT / "config" / "alarms.yaml"
SOURCES = "\n".join(file.read_text("utf-8") for file in sorted((ROOT / "lazsa_flow").rglob("*.py")))
PROMTOOL = shutil.which("promtool", path=f"{os.environ['PATH']}:{ROOT / '.tools' / 'promtool'}")


def test_every_command_and_option_that_is_named_exists() -> None:
    """What an operator is told to type can be typed."""
    group = typer.main.get_command(app)
    commands = group.commands  # type: ignore[attr-defined]
    named = set(re.findall(r"lazsa-flow ([a-z]+)", TEXT))
    assert named <= set(commands)
    inner = [each for c in commands.values() for each in getattr(c, "commands", {}).values()]
    every = [*commands.values(), *inner]
    options = {option for each in every for p in each.params for option in p.opts}
    assert set(re.findall(r"`(--[a-z-]+)`", TEXT)) <= options


def test_every_variable_that_is_named_is_read() -> None:
    """A variable of the environment that the documents name is one that the programme reads."""
    for variable in set(re.findall(r"LAZSA_[A-Z_]+", TEXT)):
        assert f'"{variable}"' in SOURCES


def test_every_metric_that_is_named_is_served() -> None:
    """Alarms and documents speak of metrics that there are."""
    files = ("runner/metric_names.py", "award/commands/panel_gauges.py")
    served = "\n".join((Path(ROOT) / "lazsa_flow" / file).read_text("utf-8") for file in files)
    for name in set(re.findall(r"\blazsa_[a-z_]+\b", ALARMS.read_text("utf-8"))):
        assert name.removeprefix("lazsa_") in served


def test_the_alarms_are_rules() -> None:
    """Prometheus's own checker takes the alarms, and each is explained."""
    names = re.findall(r"alert: (\w+)", ALARMS.read_text("utf-8"))
    explained = (ROOT / "docs" / "operations" / "alarms.md").read_text("utf-8")
    assert names
    assert all(f"| {name} |" in explained for name in names)
    if PROMTOOL is None and os.geteuid() != 0:
        return  # it cannot be fetched without apt; where it can, it is
    assert PROMTOOL is not None
    checked = subprocess.run(
        [PROMTOOL, "check", "rules", str(ALARMS)], capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
