"""Does a lifecycle act by roles, relations and recipients of its own?

The table is ``tests/acceptance/bill.py``; library and command line know none of its words.

Source: design.md, "Rules that hold its shape", 1.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from lazsa_flow import Actor, Config, NotAllowedError, Programme, VirtualClock
from lazsa_flow.award.lifecycles.award import AWARD
from tests.acceptance.bill import BILL, POLICY
from tests.factories import noon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., subprocess.CompletedProcess[str]]

ROOT = Path(__file__).parents[2]
MAY = date(2020, 5, 4)
CLERK = Actor("clerk", "c-1", "SG")
MAIN = "from lazsa_flow.cli.app import main; main()"
TO_PAYER = ("--data", '{"payer": "p-1"}', "--json")
RELATIONS = {
    "any": Actor("customer", "x-9"),
    "self": Actor("customer", "s1"),
    "payer": Actor("customer", "p-1"),
}


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Where the programme of the award and the bills is."""
    return f"sqlite:///{tmp_path / 'lazsa.db'}"


@pytest.fixture
def programme(url: str) -> Iterator[Programme]:
    """A programme of the award and the bills."""
    config, clock = Config.load(lifecycles=[AWARD, BILL]), VirtualClock(noon(MAY))
    Programme.migrate(url, config=config, clock=clock)
    with Programme.open(url, config=config, clock=clock) as programme:
        yield programme


def send(programme: Programme) -> str:
    """Send a bill to the subject ``s1`` that ``p-1`` pays."""
    return programme.open_path("bill", "s1", "SG", actor=CLERK, data={"payer": "p-1"}).path


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("role", ["clerk", "customer", "bookkeeper", "seller", "manager", "ghost"])
def test_who_may_pay(programme: Programme, role: str, relation: str) -> None:
    """A role and a relation of the lifecycle's own decide, and roles of others may nothing."""
    path = send(programme)
    actor = Actor(role, RELATIONS[relation].id)
    if role == "customer" and relation in ("self", "payer"):
        assert programme.fire(path, "pay", actor=actor).dest == "paid"
        return
    with pytest.raises(NotAllowedError, match=r"only customer \(self\), customer \(payer\)"):
        programme.fire(path, "pay", actor=actor)


def test_every_relation_has_an_actor() -> None:
    """The cells above ask in every relation that the table declares."""
    assert {each.name for each in BILL.relations} <= RELATIONS.keys()


def test_a_path_of_its_own_clock(programme: Programme, url: str) -> None:
    """Its timer fires, its bookkeeper ends it, and its notices are for its own recipients."""
    path = send(programme)
    with sa.create_engine(url).connect() as connection:
        query = sa.text("select kind, recipient from lazsa_outbox order by key")
        rows = connection.execute(query).all()
    assert [tuple(row) for row in rows] == [
        ("bill_sent", "subject"),
        ("bill_to_pay", "customer:p-1"),
    ]
    clock = programme._runtime.context.clock
    assert isinstance(clock, VirtualClock)
    clock.move_to(noon(MAY + timedelta(days=31)))
    assert programme.sweep().moved == 1
    move = programme.fire(path, "write_off", actor=Actor("bookkeeper", "b-1"), reason="lost")
    assert move.dest == "written_off"


def notices(url: str, kind: str) -> list[str]:
    """Return the keys of the notices of a kind."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        query = sa.text("select key from lazsa_outbox where kind = :kind order by key")
        found = list(connection.scalars(query, {"kind": kind}))
    engine.dispose()
    return found


def test_several_open_paths(programme: Programme) -> None:
    """A subject has several open bills, each on its own; of an award there is one."""
    first, second = send(programme), send(programme)
    assert programme.fire(first, "pay", actor=Actor("customer", "p-1")).dest == "paid"
    assert programme.find(second).state == "sent"
    third = send(programme)
    assert {each.ref for each in programme.paths("s1")} == {first, second, third}
    programme.release_policy(
        "bill", "2020-2", POLICY.replace("2020-1", "2020-2"), actor=Actor("manager", "m-1")
    )
    assert programme.find(third).state == "sent"


def test_only_the_latest_reminder_is_sent(programme: Programme, url: str) -> None:
    """After an outage of weeks one reminder is sent, and the next a week after the latest."""
    path, clock = send(programme), programme.clock
    assert isinstance(clock, VirtualClock)
    clock.move_to(noon(MAY + timedelta(days=30)))
    programme.sweep()
    assert notices(url, "bill_overdue") == []
    clock.move_to(noon(MAY + timedelta(days=30 + 7 * 4 + 2)))
    assert programme.sweep().reminded == 4
    latest = MAY + timedelta(days=30 + 7 * 4)
    assert notices(url, "bill_overdue") == [f"{path}.weekly.{latest}.1"]
    clock.move_to(noon(latest + timedelta(days=7)))
    programme.sweep()
    assert len(notices(url, "bill_overdue")) == 2
    programme.verify_journal()


def install(tmp_path: Path, **points: str) -> Run:
    """Install plug-ins by a distribution of their own; return how to run the command line."""
    installed = tmp_path / "site" / "bill-1.dist-info"
    installed.mkdir(parents=True)
    lines = "".join(f"{name} = {value}\n" for name, value in points.items())
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: bill\nVersion: 1\n", "utf-8")
    (installed / "entry_points.txt").write_text(f"[lazsa_flow.lifecycles]\n{lines}", "utf-8")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        places = os.pathsep.join((str(installed.parent), str(ROOT)))
        return subprocess.run(
            [sys.executable, "-c", MAIN, *arguments],
            env={**os.environ, "PYTHONPATH": places},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def test_installed(tmp_path: Path, url: str) -> None:
    """The command line takes roles of installed lifecycles, and names all it takes otherwise."""
    run = install(tmp_path, bill="tests.acceptance.bill:BILL")
    place = ("--database", url)
    assert run("migrate", *place).returncode == 0
    sent = run(
        "open", "bill", "s1", "SG", *TO_PAYER, "--as", "clerk:c-1", "--country", "SG", *place
    )
    assert sent.returncode == 0, sent.stderr
    path = json.loads(sent.stdout)["path"]
    refused = run("fire", path, "pay", "--as", "payer:p-1", *place)
    assert refused.returncode == 1
    for role in ("bookkeeper", "clerk", "customer", "manager", "seller", "system"):
        assert role in refused.stderr
    assert "may not pay" in run("fire", path, "pay", "--as", "clerk:c-1", *place).stderr
    paid = run("fire", path, "pay", "--as", "customer:p-1", *place)
    assert paid.returncode == 0, paid.stderr


def test_one_that_cannot_be_imported(tmp_path: Path, programme: Programme, url: str) -> None:
    """It is named by doctor and on standard error; every other lifecycle works as before."""
    send(programme)
    run = install(tmp_path, bill="tests.acceptance.no_such_bill:BILL")
    place = ("--database", url)
    drawn = run("graph", "award", "--format", "dot")
    assert (drawn.returncode, "digraph" in drawn.stdout) == (0, True)
    counted = run("states", "--json", *place)
    assert counted.returncode == 0, counted.stderr
    assert (
        "bill [lazsa_flow.lifecycles] bill = tests.acceptance.no_such_bill:BILL" in counted.stderr
    )
    told = json.loads(run("doctor", "--json", *place).stdout)
    [fault] = [each for each in told if each["name"] == "plug-ins"]
    assert fault["status"] == "fault"
    assert "no_such_bill" in fault["found"]
