"""Metrics, health and readiness: of one process without a broker, and of the loops of others."""

from __future__ import annotations

import json
import shutil
import threading
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families

from lazsa_flow.award.programme import Programme
from lazsa_flow.errors import BrokerError, InputError
from lazsa_flow.runner import fitness, in_process, metrics_server, pulse
from lazsa_flow.runner.pulse import Pulse
from lazsa_flow.runner.settings import Address
from tests.factories import midnight
from tests.servers import free_port, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.integration.world import World


def get(port: int, path: str, host: str = "127.0.0.1") -> tuple[int, str]:
    """Ask an address; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://{host}:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def values(text: str) -> dict[str, float]:
    """Return the metrics that have one value each, and the parts that are ready or not."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.labels.get("part", sample.name)] = sample.value
    return found


@contextmanager
def served(programme: Programme, **parts: Callable[[], object]) -> Iterator[tuple[int, Pulse]]:
    """Serve what a process with a loop of its own tells."""
    beating, port = Pulse(), free_port()
    application = metrics_server.process_application(programme, None, beating, **parts)
    with metrics_server.serve_metrics_in_thread(Address("127.0.0.1", port), lambda: application):
        yield port, beating


def test_run_without_a_broker_tells_of_itself(world: World) -> None:
    """The small deployment, one process, has the metrics, health and readiness of the large."""
    path = world.nominate()
    world.facts("s1", gmv_rate=None)
    world.clock.move_to(midnight(date(2020, 3, 2)))
    port, stop = free_port(), threading.Event()
    running = threading.Thread(
        target=in_process.run_in_process,
        args=(world.programme, stop),
        kwargs={"address": Address("::1", port)},
    )
    running.start()
    try:
        wait_until(lambda: "lazsa_timers_total" in get(port, "/metrics", "[::1]")[1], "a chunk")
        wait_until(lambda: "lazsa_timers_due 0.0" in get(port, "/metrics", "[::1]")[1], "the end")
        assert values(get(port, "/metrics", "[::1]")[1])["database"] == 1
        assert get(port, "/healthz", "[::1]") == (200, '{"alive": true}')
        assert get(port, "/readyz", "[::1]") == (200, "{}")
        assert get(port, "/", "[::1]")[0] == 404
    finally:
        stop.set()
        running.join(30)
    assert not running.is_alive()
    assert get(port, "/healthz", "[::1]") == (0, "")
    assert len(world.told(path)) > 1


def test_a_loop_that_hangs_is_not_alive(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Health is the loop's: a thread that answers beside one that hangs says so."""
    with served(world.programme) as (port, beating):
        assert get(port, "/healthz")[0] == 200
        monkeypatch.setattr(pulse, "SILENCE_S", 0.0)
        assert get(port, "/healthz") == (503, '{"alive": false}')
        monkeypatch.setattr(pulse, "SILENCE_S", 60.0)
        beating.beat()
        assert get(port, "/healthz")[0] == 200


def test_each_part_that_is_not_ready_is_a_metric(world: World) -> None:
    """Readiness is told to Prometheus part by part, 0 or 1; the others stay as they are."""

    def away() -> None:
        raise BrokerError("Redis does not answer")

    with served(world.programme, broker=away) as (port, _):
        found = values(get(port, "/metrics")[1])
        assert (found["database"], found["broker"]) == (1, 0)
        assert get(port, "/readyz") == (503, json.dumps({"broker": "Redis does not answer"}))


def test_a_database_that_is_away_leaves_the_metrics_up() -> None:
    """Where the database cannot be opened readiness says so, and the rest has nothing to tell."""
    from prometheus_client import CollectorRegistry

    from lazsa_flow.runner.settings import Settings

    settings = Settings(f"postgresql://lazsa@127.0.0.1:{free_port()}/x", "redis://127.0.0.1:1/0")
    opened = metrics_server.OpenedOnce(settings)
    parts = fitness.list_deployment_parts(opened, None)
    application = metrics_server.build_wsgi_application(CollectorRegistry(), opened, parts)
    with metrics_server.serve_metrics_in_thread(
        Address("127.0.0.1", port := free_port()), lambda: application
    ):
        assert values(get(port, "/metrics")[1]) == {"database": 0}
        assert get(port, "/readyz")[0] == 503


@pytest.fixture(params=["sqlite", "postgresql"])
def writable(
    request: pytest.FixtureRequest, migrated: Path, tmp_path: Path
) -> Iterator[tuple[Programme, Callable[[bool], Any]]]:
    """A programme, and what lets its storage be read alone, or written again."""
    if request.param == "sqlite":
        shutil.copy(migrated, tmp_path / "lazsa.db")
        url = f"sqlite:///{tmp_path / 'lazsa.db'}"

        def switch(reads: bool) -> None:
            with programme._runtime.store._engine.connect() as connection:
                connection.connection.driver_connection.execute(f"PRAGMA query_only = {reads}")  # type: ignore[union-attr]
    else:
        Programme.migrate(url := request.getfixturevalue("postgres")())
        name = url.rpartition("/")[2]
        server = sa.make_url(url).set(drivername="postgresql+psycopg", database="postgres")

        def switch(reads: bool) -> None:
            engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                value = "on" if reads else "off"
                connection.exec_driver_sql(
                    f"ALTER DATABASE {name} SET default_transaction_read_only = {value}"
                )
            engine.dispose()
            programme._runtime.store._engine.dispose()

    with Programme.open(f"{url}?pool_size=1") as programme:
        yield programme, switch


def test_storage_that_only_reads_is_not_ready(
    writable: tuple[Programme, Callable[[bool], Any]],
) -> None:
    """A database that takes no writes is not fit for work, though it answers every question."""
    programme, switch = writable
    parts = fitness.list_deployment_parts(lambda: programme, None)
    assert fitness.find_unfit_parts(parts) == {}
    switch(True)
    assert "cannot write" in fitness.find_unfit_parts(parts)["database"]
    assert programme.states() == {}
    switch(False)
    assert fitness.find_unfit_parts(parts) == {}


def test_an_address_that_is_not_to_be_had_is_refused(world: World) -> None:
    """A port in use, or an address of another machine, is named before anything starts."""
    with served(world.programme) as (port, _):
        for address in (Address("127.0.0.1", port), Address("192.0.2.1", 0)):
            with pytest.raises(InputError, match="an address of this machine that is free"):
                in_process.run_in_process(world.programme, threading.Event(), address=address)
