"""``lazsa-flow verify`` says how much it has looked at, and names every fault."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from typer.testing import CliRunner

from lazsa_flow.award.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.world import World


def verify(tmp_path: Path, *words: str) -> Any:
    """Type the command on the world's database."""
    return CliRunner().invoke(
        app, ["verify", *words, "--database", f"sqlite:///{tmp_path / 'lazsa.db'}"]
    )


def test_a_sound_journal(world: World, tmp_path: Path) -> None:
    """Exit code 0, and how many rows of how many paths were replayed."""
    world.nominate()
    done = verify(tmp_path)
    assert (done.exit_code, done.stdout) == (0, "1 rows of 1 paths, 0 faults.\n")
    assert json.loads(verify(tmp_path, "--json").stdout) == {"paths": 1, "rows": 1, "faults": []}


def test_every_fault(world: World, tmp_path: Path) -> None:
    """Exit code 1, a line for each fault, and the same as JSON."""
    for seller in ("s1", "s2"):
        world.nominate(seller)
    with closing(sqlite3.connect(tmp_path / "lazsa.db")) as connection, connection:
        connection.execute("UPDATE lazsa_paths SET state = 'awarded'")
    done = verify(tmp_path)
    assert done.exit_code == 1
    assert done.stdout.splitlines() == [
        "award-1 seq 1: the journal leads to nominated, not the path",
        "award-2 seq 1: the journal leads to nominated, not the path",
        "2 rows of 2 paths, 2 faults.",
    ]
    done = verify(tmp_path, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["faults"][1] == {
        "path": "award-2",
        "seq": 1,
        "fault": "the journal leads to nominated, not the path",
    }
    with closing(sqlite3.connect(tmp_path / "lazsa.db")) as connection, connection:
        connection.execute("UPDATE lazsa_paths SET state = 'nominated'")


def test_counts_that_differ(world: World, tmp_path: Path) -> None:
    """What is counted otherwise than the journal has it is told as a line, and as JSON."""
    world.nominate()
    with closing(sqlite3.connect(tmp_path / "lazsa.db")) as connection, connection:
        connection.execute("DROP TRIGGER lazsa_flows_no_update")
        connection.execute("UPDATE lazsa_flows SET moves = 3")
    done = verify(tmp_path)
    assert (done.exit_code, done.stdout.splitlines()[1:]) == (
        1,
        ["1 rows of 1 paths, 0 faults, 1 counts that differ."],
    )
    assert "nominate, nothing to nominated" in done.stdout
    document = json.loads(verify(tmp_path, "--json").stdout)
    [told] = document["flows"]
    assert document["faults"] == []
    assert (told["lifecycle"], told["country"], told["trigger"]) == ("award", "SG", "nominate")
    assert (told["cycle"], told["counted"], told["recorded"]) == (None, 3, 1)
    with closing(sqlite3.connect(tmp_path / "lazsa.db")) as connection, connection:
        connection.execute("UPDATE lazsa_flows SET moves = 1")
