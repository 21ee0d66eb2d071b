"""The doctor looks at all that a deployment stands on, and parked paths are named."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.model import Actor
from tests.factories import facts, failure, first_of, record_facts, utc
from tests.servers import free_port

if TYPE_CHECKING:
    from tests.acceptance.shell import Done, Shell

SOUND = {"ok", "warning"}


def found(done: Done) -> dict[str, tuple[str, str]]:
    """Return what the doctor said of each thing."""
    import json

    return {each["name"]: (each["status"], each["found"]) for each in json.loads(done.out)}


def park(url: str) -> None:
    """Set a nominee's path aside for good."""
    with Programme.open(url, clock=VirtualClock(utc(2026, 9, 1, 4))) as programme:
        record_facts(programme, [facts()])
        programme.nominate(facts().seller, actor=Actor("employee", "e-1"), statement="x")
        due_at = programme.next_due()
        assert due_at is not None
        with programme._runtime.store.begin() as transaction:
            transaction.set_aside(failure(first_of(transaction.claim(due_at, 1))))


def test_a_sound_deployment(shell: Shell, redis_url: str) -> None:
    """Each thing is named with what was found: versions of database, broker and time zones."""
    done = shell("doctor", "--json", "--redis", redis_url)
    checks = found(done)
    assert done.code == 0
    assert list(checks) == [
        "policies",
        "plug-ins",
        "time zones",
        "SQLite",
        "secret",
        "broker",
        "database",
        "schema",
        "storage",
        "disk",
        "file",
        "rules",
        "configuration",
        "references",
        "slots",
        "dates",
        "words",
        "countries",
        "trainers",
        "timers",
        "instants",
        "clock",
        "lifecycles",
        "work",
        "pauses",
        "nights",
        "imports",
        "outbox",
        "contacts",
        "channels",
        "templates",
    ]
    assert {status for status, _ in checks.values()} <= SOUND
    assert checks["time zones"][1].startswith("tzdata 20")
    assert "read from" in checks["time zones"][1]
    assert checks["broker"][1].startswith("Redis ")
    assert checks["database"][1].startswith("SQLite 3.")
    assert "0 timers due" in checks["work"][1]


def test_what_is_at_fault_is_told_with_what_to_do(bare: Shell) -> None:
    """Every fault is found in one go, and the exit code says so."""
    (bare.directory / "countries").mkdir()
    (bare.directory / "countries" / "xx.toml").write_text('code = "XX"\n')
    away = f"redis://127.0.0.1:{free_port()}/0"
    done = bare("doctor", "--json", "--config", bare.directory, "--redis", away)
    checks = found(done)
    assert done.code == 1
    assert {name for name, (status, _) in checks.items() if status == "fault"} == {
        "policies",
        "broker",
        "database",
    }
    assert "xx.toml" in checks["policies"][1]
    assert "is it running" in checks["broker"][1]
    done = bare("doctor")
    assert done.code == 1
    assert "run: lazsa-flow migrate" in done.out.replace("\n", " ")


def test_a_parked_path_is_named(shell: Shell) -> None:
    """``parked`` lists the paths with timer and error; ``unpark`` lets one go; the doctor warns."""
    assert shell("parked", "--json").json == []
    park(shell.url)
    (row,) = shell("parked", "--json").json
    assert (row["path"], row["error"], row["attempts"]) == ("award-1", "ZeroDivisionError", 5)
    said = shell("parked").out
    assert "award-1: " in said
    assert "failed 5 times" in said
    assert found(shell("doctor", "--json"))["work"][0] == "warning"
    assert shell("unpark", "award-1", "--as", "operator:o-1").code == 0
    assert shell("parked").out == "0 paths are parked.\n"


def test_all_parked_paths_can_be_let_go(shell: Shell) -> None:
    """``unpark --all`` lets every parked path go; with paths besides, or none, it is refused."""
    park(shell.url)
    for words in ((), ("award-1", "--all")):
        done = shell("unpark", *words, "--as", "operator:o-1")
        assert (done.code, "either paths" in done.err) == (1, True)
    assert shell("unpark", "--all", "--yes", "--as", "operator:o-1").out.startswith("award-1: ")
    assert shell("parked", "--json").json == []


def test_timers_are_put_right(shell: Shell) -> None:
    """A lost timer is named; ``timers replan`` says what it would do, asks, and sets it again."""
    with Programme.open(shell.url, clock=VirtualClock(utc(2026, 9, 1, 4))) as programme:
        record_facts(programme, [facts()])
        programme.nominate(facts().seller, actor=Actor("employee", "e-1"), statement="x")
    with closing(sqlite3.connect(shell.database)) as connection, connection:
        connection.execute("DELETE FROM lazsa_timers WHERE name = 'cycle_date'")
    checks = found(shell("doctor", "--json"))
    assert checks["timers"][0] == "fault"
    assert "award-1 has no timer cycle_date" in checks["timers"][1]
    assert "lazsa-flow timers replan" in checks["timers"][1]
    replan = ("timers", "replan", "--as", "operator:o-1")
    assert "Dry run: nothing was changed." in shell(*replan, "--dry-run").out
    assert shell(*replan).code == 1
    assert [each["timer"] for each in shell(*replan, "--yes", "--json").json["timers"]] == [
        "cycle_date"
    ]
    assert found(shell("doctor", "--json"))["timers"][0] == "ok"
