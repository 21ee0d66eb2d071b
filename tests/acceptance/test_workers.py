"""Ticker and workers as processes, on real Redis and PostgreSQL; Source: design, rule 5."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from datetime import date
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.model import Actor
from tests.acceptance.shell import ROOT, SCRIPT, eventually
from tests.acceptance.test_cli import facts_file
from tests.factories import noon
from tests.servers import copy_database, free_port, redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SELLERS = 20
PROMTOOL = shutil.which("promtool", path=f"{os.environ['PATH']}:{ROOT / '.tools' / 'promtool'}")


@pytest.fixture(scope="module")
def overdue(postgres: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A PostgreSQL database with nominees of early 2020, all of whose timers are overdue."""
    url = postgres()
    clock = VirtualClock(noon(date(2020, 2, 20)))
    Programme.migrate(url, clock=clock)
    names = [f"s{number}" for number in range(SELLERS)]
    folder = tmp_path_factory.mktemp("overdue")
    file = facts_file(folder / "f.csv", date(2020, 2, 20), **dict.fromkeys(names, "0.3"))
    with Programme.open(url, clock=clock) as programme:
        programme.import_facts(file)
        for name in names:
            programme.nominate(name, actor=Actor("employee", "emp-1"), statement="Helps.")
    return url


@pytest.fixture
def database(overdue: str, postgres: Callable[[], str]) -> str:
    """Return a copy of that database."""
    copy_database(overdue, url := postgres())
    return url


@contextmanager
def running(*argv: str, log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command for a while, in a process group of its own, its events in a file."""
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            argv,
            stderr=stderr,
            stdout=stderr,
            cwd=ROOT,
            env={**os.environ, **environment},
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def declined(url: str) -> bool:
    """Tell whether the last of the nominees has been declined."""
    with Programme.open(url) as programme:
        return programme.states().get("declined", 0) == SELLERS


def events(log: Path) -> list[dict[str, Any]]:
    """Return what was logged as JSON."""
    return [json.loads(line) for line in log.read_text().splitlines()]


def get(port: int, path: str) -> tuple[int, str]:
    """Ask the metrics port."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def stop(process: subprocess.Popen[bytes]) -> int:
    """Tell a process to end, and return its exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(timeout=30)


def test_a_group_does_what_is_due_and_tells_of_it(
    database: str, redis_url: str, tmp_path: Path
) -> None:
    """``run`` on Redis: every timer once, with events and metrics that say so, and a clean end."""
    port, log = free_port(), tmp_path / "log"
    words = ("--database", database, "--redis", redis_url, "--processes", "2", "--logs", "json")
    with running(str(SCRIPT), "run", *words, "--metrics-port", str(port), log=log) as process:
        eventually("the end of all rounds", lambda: declined(database), seconds=60)
        eventually("metrics", lambda: "lazsa_chunk_lag" in get(port, "/metrics")[1])
        status, metrics = get(port, "/metrics")
        assert (status, get(port, "/healthz"), get(port, "/readyz")) == (
            200,
            (200, '{"alive": true}'),
            (200, "{}"),
        )
        assert get(port, "/elsewhere")[0] == 404
        _check_metrics(metrics)
        assert stop(process) == 0
    told = events(log)
    names = {event["event"] for event in told}
    assert {"worker.started", "ticker.rang", "sweep.chunk", "run.stopping", "run.ended"} <= names
    chunks = [event for event in told if event["event"] == "sweep.chunk"]
    assert sum(chunk["moved"] + chunk["refused"] for chunk in chunks) == 3 * SELLERS
    assert all(chunk["country"] == "SG" and chunk["due_at"] for chunk in chunks)
    assert any(chunk.get("message_id") for chunk in chunks)
    with Programme.open(database) as programme:
        assert not [book for book in programme.books() if book.unexplained]
        assert programme.verify_journal() == 4 * SELLERS
    seen = log.read_text()
    assert "emp-1" not in seen


def _check_metrics(text: str) -> None:
    families = {family.name: family for family in text_string_to_metric_families(text)}
    taken = [s for s in families["lazsa_timers"].samples if s.name.endswith("_total")]
    assert sum(s.value for s in taken if s.labels["outcome"] != "reminded") == 3 * SELLERS
    values = {name: family.samples[0].value for name, family in families.items()}
    assert (values["lazsa_timers_due"], values["lazsa_paths_parked"]) == (0, 0)
    assert values["lazsa_outbox_notices"] > 0
    assert values["lazsa_outbox_age_seconds"] > 0
    if PROMTOOL is None and os.geteuid() != 0:
        return  # it cannot be fetched without apt; where it can, it is
    assert PROMTOOL is not None
    checked = subprocess.run(
        [PROMTOOL, "check", "metrics"], input=text.encode(), capture_output=True, check=False
    )
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, b"")


def test_the_death_of_a_worker_ends_the_group(
    database: str, redis_url: str, tmp_path: Path
) -> None:
    """A worker that dies takes its group along, with an exit code that is not 0."""
    words = ("--database", database, "--redis", redis_url, "--processes", "2", "--logs", "json")
    log = tmp_path / "log"
    with running(str(SCRIPT), "worker", *words, log=log) as process:
        eventually("both workers", lambda: log.read_text().count("worker.started") == 2)
        started = [each for each in events(log) if each["event"] == "worker.started"]
        os.kill(started[0]["pid"], signal.SIGKILL)
        assert process.wait(timeout=30) != 0
    assert not psutil.pid_exists(started[1]["pid"])


def _listener(port: int) -> int | None:
    """Return the number of the process that listens on a port of the loopback."""
    for each in psutil.net_connections("tcp"):
        if each.status == psutil.CONN_LISTEN and each.laddr and each.laddr.port == port:
            return each.pid
    return None


def test_no_child_outlives_its_supervisor(database: str, redis_url: str, tmp_path: Path) -> None:
    """A metrics process that is killed comes again; with a killed supervisor all of a group end."""
    port, log = free_port(), tmp_path / "log"
    words = ("--database", database, "--redis", redis_url, "--metrics-port", str(port))
    with running(str(SCRIPT), "run", *words, "--logs", "json", log=log) as process:
        eventually("readiness", lambda: get(port, "/readyz")[0] == 200, seconds=60)
        killed = _listener(port)
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        eventually("metrics again", lambda: get(port, "/readyz")[0] == 200, seconds=60)
        assert _listener(port) != killed
        assert "metrics.ended" in log.read_text()
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 4  # ticker, the workers' first process, worker and metrics
        process.send_signal(signal.SIGKILL)
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]


def test_dramatiq_runs_the_workers_by_itself(database: str, redis_url: str, tmp_path: Path) -> None:
    """``dramatiq workers.main`` is the same workers; a ticker of its own rings for them."""
    environment = {"LAZSA_DATABASE_URL": database, "LAZSA_REDIS_URL": redis_url}
    dramatiq = ("-m", "dramatiq", "workers.main", "--processes", "1", "--threads", "2")
    log, bell = tmp_path / "log", tmp_path / "bell"
    with (
        running(sys.executable, *dramatiq, log=log, **environment) as workers,
        running(str(SCRIPT), "ticker", log=bell, **environment) as ticker,
    ):
        eventually("the end of all rounds", lambda: declined(database), seconds=60)
        assert (stop(ticker), stop(workers)) == (0, 0)
    assert "ticker.rang" in bell.read_text()


def refused(*argv: str, **environment: str) -> str:
    """Run a command that must refuse to start; return what it says."""
    done = subprocess.run(
        [str(SCRIPT), *argv],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, **environment},
    )
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("command", ["run", "worker", "ticker"])
def test_what_is_not_fit_is_refused_at_the_start(command: str, database: str) -> None:
    """A Redis that evicts is refused, with what to do about it."""
    with redis_server("--maxmemory-policy", "allkeys-lru") as redis:
        said = refused(command, "--database", database, "--redis", redis.url)
    assert "allkeys-lru" in said
    assert "CONFIG SET maxmemory-policy noeviction" in said


def test_a_start_without_its_servers_says_what_is_missing(
    database: str, redis_url: str, postgres: Callable[[], str], tmp_path: Path
) -> None:
    """No broker, no answer, no schema: each refused by its name, no password shown."""
    assert "--redis" in refused("worker", "--database", database)
    away = f"redis://:secret@127.0.0.1:{free_port()}/0"
    said = refused("worker", "--database", database, "--redis", away)
    assert "does not answer" in said
    assert "secret" not in said
    assert "lazsa-flow migrate" in refused("ticker", "--database", postgres(), "--redis", redis_url)
    nowhere = f"postgresql://lazsa:secret@127.0.0.1:{free_port()}/x"
    said = refused("worker", "--database", nowhere, "--redis", redis_url)
    assert "secret" not in said
    assert "--processes" in refused("run", "--database", database, "--processes", "2")


def test_a_broken_broker_shows_in_readiness(database: str, tmp_path: Path) -> None:
    """A group whose broker is gone is alive and not ready; it says which and why."""
    port, log = free_port(), tmp_path / "log"
    with redis_server() as redis:
        words = ("--database", database, "--redis", redis.url, "--processes", "1")
        with running(
            str(SCRIPT), "worker", *words, "--metrics-port", str(port), log=log
        ) as process:
            eventually("readiness", lambda: get(port, "/readyz")[0] == 200)
            redis.stop()
            assert get(port, "/healthz")[0] == 200
            status, faults = get(port, "/readyz")
            assert (status, list(json.loads(faults))) == (503, ["broker"])
            began = time.monotonic()
            assert stop(process) == 0
            assert time.monotonic() - began < 20
