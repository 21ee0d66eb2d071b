"""``lazsa-flow night start`` and what goes with it: what waits, what moves, and what stops."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from lazsa_flow import Actor, Config, ConflictError, InputError, NotFoundError, Programme
from lazsa_flow.award.cli.app import app
from lazsa_flow.cli import common
from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine.sealed_outcomes import digest_of_text
from tests.factories import CYCLE, facts, midnight, record_facts, utc
from tests.integration.world import EMPLOYEE

if TYPE_CHECKING:
    from pathlib import Path

SELLERS = [f"s-{number}" for number in range(6)]


class Deployment:
    """A deployment that requires approval, at the midnight of a cycle date with six candidates."""

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        self.url, self.clock = f"sqlite:///{folder / 'lazsa.db'}", clock
        (folder / "lazsa.toml").write_text("[night]\napproval = true\n")
        self.options = ("--database", self.url, "--config", str(folder))
        self.config = Config.load(folder)
        Programme.migrate(self.url, config=self.config, clock=clock)
        with self.open() as programme:
            record_facts(programme, [facts(seller=each) for each in SELLERS])
            for each in SELLERS:
                programme.nominate(each, actor=EMPLOYEE, statement="Helps.")
            self.save(programme, "right")
            self.save_wrong(programme)
            clock.move_to(midnight(CYCLE) - timedelta(hours=1))
            programme.sweep()
            clock.move_to(midnight(CYCLE))

    def open(self) -> Programme:
        """Open the programme."""
        return Programme.open(self.url, config=self.config, clock=self.clock)

    def save(self, programme: Programme, name: str) -> None:
        """Save a rehearsal."""
        programme.save_rehearsal(name, on=CYCLE, actor=Actor("operator", "o-1"))

    def save_wrong(self, programme: Programme) -> None:
        """Save and approve a rehearsal that foretells an award for everybody."""
        paths = programme.night("right").outcomes
        text = json.dumps({path: ["SG", "certain", "award", "awarded"] for path in paths})
        with programme._runtime.store.begin() as transaction:
            row = transaction.rehearsal("right")
            wrong = row._replace(name="wrong", outcomes=text, sha256=digest_of_text(text))
            transaction.add_rehearsal(wrong)
        for id_ in ("m-1", "m-2"):
            programme.approve_night("wrong", actor=Actor("manager", id_))

    def run(self, *words: str, code: int = 0) -> str:
        """Run a command that ends with an exit code; return what it printed."""
        done = CliRunner().invoke(app, [*words, *self.options])
        assert done.exit_code == code, done.output
        return done.output

    def refused(self, *words: str) -> Exception:
        """Run a command that is refused; return the error."""
        error = CliRunner().invoke(app, [*words, *self.options]).exception
        assert isinstance(error, Exception)
        return error


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    """Return the deployment."""
    clock = VirtualClock(utc(2026, 6, 1, 4))
    monkeypatch.setattr(common, "make_clock", lambda: clock)
    return Deployment(tmp_path, clock)


def test_a_date_waits_and_says_what_to_do_next(deployment: Deployment) -> None:
    """Each command that shows what is due says that the date waits, and the next command."""
    waits = (
        "cycle 2026-10-01 in SG waits for approval and start; next: lazsa-flow night start wrong"
    )
    swept = deployment.run("sweep")
    assert swept.startswith(waits)
    assert "0 moved" in swept
    due = deployment.run("due")
    assert due.startswith(waits)
    assert due.endswith(f"{len(SELLERS)} timers.\n")
    listed: Any = json.loads(deployment.run("due", "--json").splitlines()[-1])
    assert {each["night"] for each in listed} == {"cycle 2026-10-01 waits for approval and start"}
    assert deployment.run("pauses").startswith(waits)
    [pause] = json.loads(deployment.run("pauses", "--json"))
    assert (pause["cycle"], pause["country"]) == ("2026-10-01", "SG")
    assert deployment.run("explain", "award-1").startswith(waits)
    [waiting] = json.loads(deployment.run("explain", "award-1", "--json"))["waiting"]
    assert waiting["next"] == "lazsa-flow night start wrong"
    doctor = CliRunner().invoke(app, ["doctor", *deployment.options]).output
    assert waits in " ".join(doctor.split())
    assert "cycle dates wait for approval and start, recorded 20" in " ".join(doctor.split())


def test_a_night_that_is_approved_runs_to_its_end(deployment: Deployment) -> None:
    """After the approval of two, the night moves all in the foreground, at a pace."""
    assert "approved by nobody" in str(deployment.refused("night", "start", "right"))
    for id_ in ("m-1", "m-2"):
        deployment.run("night", "approve", "right", "--as", f"manager:{id_}")
    for words, error in {
        ("nobody",): NotFoundError,
        ("right", "--rate", "0"): InputError,
        ("right", "--rate", "fast"): InputError,
        ("right", "--differs", "many"): InputError,
        ("right", "--canary", "0"): InputError,
        ("right", "--canary", "7"): InputError,
    }.items():
        assert isinstance(deployment.refused("night", "start", *words), error)
    began = deployment.clock.now()
    done = deployment.run("night", "start", "right", "--canary", "2", "--rate", "2/s")
    assert "Night right of 2026-10-01: done." in done
    assert "Compared 6 with the rehearsal: 0 differ" in done
    assert deployment.clock.now() - began >= timedelta(seconds=2)
    assert "Nothing is paused." in deployment.run("pauses")
    assert isinstance(deployment.refused("night", "start", "wrong"), ConflictError)
    assert isinstance(deployment.refused("night", "pace", "right", "--rate", "9/s"), ConflictError)


def test_a_night_that_differs_ends_with_a_code_of_its_own(deployment: Deployment) -> None:
    """The exit code is 3, the paths and guards are named, and a manager may let it go on."""
    stopped = deployment.run("night", "start", "wrong", "--canary", "2", code=3)
    assert "Night wrong of 2026-10-01: stopped." in stopped
    assert "more than 1 %" in stopped
    assert "award-1" in stopped
    assert "chat_response" not in stopped  # the seller answers well; what lacks is a panel
    shown = json.loads(deployment.run("night", "show", "wrong", "--json"))["started"]
    assert (shown["phase"], shown["moved"], shown["differing"]) == ("stopped", 2, 2)
    assert [each["foreseen"] for each in shown["differing_paths"]] == ["award"] * 2
    assert all(each["guards"] for each in shown["differing_paths"])
    doctor = CliRunner().invoke(app, ["doctor", *deployment.options]).output
    assert "wrong has stopped by itself: 2 of 2 outcomes" in " ".join(doctor.split())
    assert "0 moved" in deployment.run("sweep")

    resume = ("night", "resume", "wrong", "--as")
    assert "a reason" in str(deployment.refused(*resume, "manager:m-1"))
    assert "manager" in str(deployment.refused(*resume, "operator:o-1", "--reason", "so"))
    deployment.run("night", "pause", "wrong", "--reason", "stocktaking")
    deployment.run(*resume, "manager:m-1", "--reason", "the panel was late")
    deployment.run("night", "pause", "wrong", "--reason", "stocktaking")
    assert "stocktaking" in deployment.run("night", "pace", "wrong", "--rate", "1/s")
    assert "0 moved" in deployment.run("sweep")
    assert "canary" not in deployment.run(*resume, "operator:o-1")
    assert "neither paused nor stopped" in str(deployment.refused(*resume, "operator:o-1"))
    deployment.run("night", "pace", "wrong", "--rate", "none")
    assert "4 moved" in deployment.run("sweep")
    assert "6 of 6 outcomes differ" in deployment.run("night", "show", "wrong")
    deployment.run(*resume, "manager:m-1", "--reason", "all of them were late")
    deployment.run("sweep")
    assert ": done." in deployment.run("night", "show", "wrong")
