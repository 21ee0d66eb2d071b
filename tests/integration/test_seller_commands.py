"""``seller show``, ``move``, ``merge`` and ``unmerge``, as they are typed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lazsa_flow.award.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.integration.world import World

Type = tuple[int, str]


@pytest.fixture
def run(world: World, tmp_path: Path) -> Callable[..., Type]:
    """Return what types a command on the world's database: its code and output."""
    world.nominate("old")
    world.facts("new", country="TH")
    url = f"sqlite:///{tmp_path / 'lazsa.db'}"

    def typed(*words: str) -> Type:
        done = CliRunner().invoke(app, ["seller", *words, "--database", url])
        return done.exit_code, done.output

    return typed


def test_a_merge_is_shown_asked_for_and_undone(world: World, run: Callable[..., Type]) -> None:
    """A dry run changes nothing; without a terminal it takes --yes; the answer is one object."""
    pair = ("old", "new", "--as", "host:h")
    code, told = run("merge", *pair, "--dry-run")
    assert code == 0
    assert "old and new would be one seller: new, in TH." in told
    assert "award-1 would stand under new" in told
    assert world.path("award-1").subject == "old"
    code, told = run("merge", *pair)
    assert code != 0
    assert world.path("award-1").subject == "old"
    code, told = run("merge", *pair, "--yes", "--json")
    merged = json.loads(told)
    assert (code, merged["seller"], merged["country"]) == (0, "new", "TH")
    assert merged["paths"] == ["award-1"]
    code, told = run("show", "old")
    assert told.splitlines()[:3] == ["new is in TH.", "  earlier ids: old", "  paths: award-1"]
    code, told = run("unmerge", *pair, "--yes")
    assert (code, told.splitlines()[0]) == (
        0,
        "old is a seller of its own again, in SG; new is another.",
    )
    code, told = run("show", "old", "--json")
    record = json.loads(told)
    assert (record["names"], record["country"], record["paths"]) == (["old"], "SG", ["award-1"])


def test_a_move_without_a_path(world: World, run: Callable[..., Type]) -> None:
    """What the command says is so: the next candidacy opens in the new country."""
    code, told = run("move", "new", "PH", "--as", "host:h", "--yes")
    assert (code, told.splitlines()[0]) == (0, "new is in PH; 0 timers moved.")
    assert world.path(world.nominate("new")).country == "PH"
