"""A command imports what it needs, and no more: that is most of what its start takes."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING, Final

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.lifecycle.model import Actor
from tests.factories import facts
from tests.integration.world import EMPLOYEE, World

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SENDING: Final = ("jinja2", "lazsa_flow.notices.relay", "lazsa_flow.notices.render")
DRAWING: Final = ("lazsa_flow.graph", "lazsa_flow.viewer")
ELSEWHERE: Final = (
    *("alembic", "mako", "pygments", "structlog", "dramatiq", "redis", "prometheus_client"),
    *("sqlalchemy.dialects.postgresql", "psycopg", "lazsa_flow.store.migrate"),
    *("lazsa_flow.award.commands.imports", "lazsa_flow.award.demo", "lazsa_flow.csvfiles.table"),
    *("lazsa_flow.runner", "lazsa_flow.store.inspection.inspector"),
    *("lazsa_flow.foresight.compare", "lazsa_flow.foresight.rehearse"),
    *("lazsa_flow.engine.sweep", "lazsa_flow.engine.batch.chunk", "lazsa_flow.engine.ledger"),
    *("lazsa_flow.store.outbox", "lazsa_flow.store.backup", "lazsa_flow.store.monitoring"),
    *("lazsa_flow.service.releasing", "lazsa_flow.service.verifying", "lazsa_flow.service.timers"),
    *("lazsa_flow.foresight.rehearsal_records", "lazsa_flow.foresight.night_status"),
    "lazsa_flow.award.commands.store_entry",
)
QUESTION: Final = (*ELSEWHERE, *SENDING, *DRAWING, "lazsa_flow.cli.init", "lazsa_flow.cli.graph")
"""What a question to a database on SQLite leaves alone."""
COMMANDS: Final = {"pygments", "lazsa_flow.cli.init", "lazsa_flow.cli.graph"}
"""What only the help loads: typer's way to write it, and what each command says of itself."""
HELP: Final = (*QUESTION, "sqlalchemy", "pendulum", "transitions", "lazsa_flow.service")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a database with one path, ``award-1`` of ``s-1``."""
    url = f"sqlite:///{tmp_path_factory.mktemp('start') / 'start.db'}"
    Programme.migrate(url)
    world = World(url)
    world.programme.record_facts(
        [facts(seller="s-1", as_of=date(2020, 2, 1), joined_on=date(2018, 1, 15))],
        actor=Actor("host", "host"),
    )
    world.programme.nominate("s-1", actor=EMPLOYEE, statement="Helps others.")
    world.programme.close()
    return url


def loaded_after(code: str, cwd: Path) -> frozenset[str]:
    """Return the modules that a new process has loaded once it has run some code."""
    script = f"import sys\ntry:\n  {code}\nfinally:\n  sys.stderr.write(' '.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=cwd
    )
    assert done.returncode == 0, done.stderr
    return frozenset(done.stderr.split())


@pytest.mark.parametrize(
    ("words", "left_alone", "ours"),
    [
        (["--help"], [each for each in HELP if each not in COMMANDS], None),
        (["due"], QUESTION, "due"),
        (["explain", "award-1"], QUESTION, "explain"),
        (["show", "s-1"], QUESTION, "inspect"),
    ],
    ids=["help", "due", "explain", "show"],
)
def test_a_command_loads_what_it_needs(
    words: list[str], left_alone: Sequence[str], ours: str | None, url: str, tmp_path: Path
) -> None:
    """The heavy modules that a command has no use for are not loaded."""
    options = [] if words == ["--help"] else ["--database", url]
    found = loaded_after(
        f"sys.argv = ['lazsa-flow', *{[*words, *options]!r}]"
        "; from lazsa_flow.award.cli.app import main; main()",
        tmp_path,
    )
    assert found & set(left_alone) == set()
    assert ours is None or f"lazsa_flow.cli.{ours}" in found


def test_opening_loads_what_it_needs(url: str, tmp_path: Path) -> None:
    """A host that opens a programme loads no alembic, no template engine, and no terminal."""
    found = loaded_after(
        f"from lazsa_flow import Programme; Programme.open({url!r}).close()", tmp_path
    )
    assert "lazsa_flow.service.service" in found
    assert found & {*QUESTION, "rich", "typer", "lazsa_flow.cli"} == set()


def test_the_end_searches_for_no_garbage(url: str, tmp_path: Path) -> None:
    """When a command's process ends, nothing that it imported is searched once more."""
    told = "atexit.register(lambda: sys.stderr.write(f' frozen-{gc.get_freeze_count() > 50_000} '))"
    found = loaded_after(
        f"import atexit, gc; {told}; sys.argv = ['lazsa-flow', 'due', '--database', {url!r}]"
        "; from lazsa_flow.award.cli.app import main; main()",
        tmp_path,
    )
    assert "frozen-True" in found
