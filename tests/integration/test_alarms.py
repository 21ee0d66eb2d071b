"""The alarms: each is fired by its cause, and a night on which all is well is silent.

What the processes would tell Prometheus is taken from them as text, at instants of a virtual clock;
Prometheus's own checker then evaluates the shipped rules on it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from lazsa_flow.errors import BrokerError, DeliveryError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.runner.fitness import list_deployment_parts
from lazsa_flow.runner.metrics import OversightCollector, ReadyCollector, StandingCollector
from tests.acceptance.shell import ROOT
from tests.factories import noon
from tests.integration.test_relay import Post
from tests.integration.world import APRIL, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RULES = ROOT / "config" / "alarms.yaml"
PROMTOOL = shutil.which("promtool", path=f"{os.environ['PATH']}:{ROOT / '.tools' / 'promtool'}")
NAMES = re.findall(r"alert: (\w+)", RULES.read_text("utf-8"))
EVERY = timedelta(minutes=5)


class Prometheus:
    """Scrapes a programme, and tells which alarms its own rules fire on what it found."""

    def __init__(self, world: World, folder: Path) -> None:
        self._world = world
        self._folder = folder
        self.away: dict[str, Callable[[], object]] = {}
        programme, clock = world.programme, world.clock
        self._oversight = OversightCollector(lambda: programme, lambda: clock.now().timestamp())
        self._series: dict[str, list[str]] = {}
        self._scrapes = 0

    def scrape(self, *, up: bool = True) -> None:
        """Ask the programme once."""
        found = self._found() if up else {}
        found['up{job="lazsa"}'] = str(int(up))
        for name in {*found, *self._series}:
            values = self._series.setdefault(name, ["_"] * self._scrapes)
            values.append(found.get(name, "_"))
        self._scrapes += 1

    def _found(self) -> dict[str, str]:
        programme, registry = self._world.programme, CollectorRegistry()
        registry.register(
            ReadyCollector({**list_deployment_parts(lambda: programme, None), **self.away})
        )
        registry.register(StandingCollector(lambda: programme))
        registry.register(self._oversight)
        text = generate_latest(registry).decode()
        samples = [each for f in text_string_to_metric_families(text) for each in f.samples]
        return {f"{each.name}{_labels(each.labels)}": str(each.value) for each in samples}

    def fired(self) -> set[str]:
        """Return the alarms that fired at any scrape."""
        query = 'count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[2d]))'
        minutes = EVERY.seconds // 60
        end = f"{(self._scrapes - 1) * minutes}m"
        tests = {
            "rule_files": [str(RULES)],
            "evaluation_interval": f"{minutes}m",
            "tests": [
                {
                    "interval": f"{minutes}m",
                    "input_series": [
                        {"series": name, "values": " ".join(values)}
                        for name, values in self._series.items()
                    ],
                    "promql_expr_test": [{"expr": query, "eval_time": end, "exp_samples": []}],
                }
            ],
        }
        file = self._folder / "alarms.test.yaml"
        file.write_text(json.dumps(tests))
        assert PROMTOOL is not None
        done = subprocess.run(
            [PROMTOOL, "test", "rules", str(file)], capture_output=True, text=True, check=False
        )
        said = done.stdout + done.stderr
        assert "SUCCESS" in said or "got:" in said, said
        return {name for name in NAMES if f'alertname="{name}"' in said}


def _labels(labels: dict[str, str]) -> str:
    inner = ",".join(f'{name}="{value}"' for name, value in labels.items())
    return f"{{{inner}}}"


@pytest.fixture
def prometheus(world: World, tmp_path: Path) -> Prometheus:
    """Prometheus, asking the world's programme."""
    if PROMTOOL is None and os.geteuid() != 0:
        pytest.skip("promtool cannot be fetched without apt")  # where it can, it is
    return Prometheus(world, tmp_path)


OPERATOR = Actor("operator", "op-1")


def _away() -> None:
    raise BrokerError("Redis does not answer")


def not_ready(_world: World, prometheus: Prometheus) -> None:
    """Redis is stopped; the process answers."""
    prometheus.away["broker"] = _away


def late(world: World, _prometheus: Prometheus) -> None:
    """The workers are gone when a night begins."""
    world.candidate("s1")
    world.now(world.programme.next_due() or APRIL)


def unexplained(world: World, _prometheus: Prometheus) -> None:
    """A timer was lost: it says that it fired, and no journal row does."""
    world.ambassador("s1")
    with world.programme._runtime.store._engine.begin() as connection:
        connection.execute(sa.text("UPDATE lazsa_timers SET seq = -seq WHERE seq IS NOT NULL"))


def paused(world: World, _prometheus: Prometheus) -> None:
    """An operator has paused everything."""
    world.programme.pause(reason="a look at it", actor=OPERATOR)


def relay_stopped(world: World, _prometheus: Prometheus) -> None:
    """A relay was at work, with nothing to send, and is gone."""
    Post(world).drain()


def outbox_old(world: World, _prometheus: Prometheus) -> None:
    """A notice may go and nobody sends it."""
    world.nominate()


def notices_parked(world: World, _prometheus: Prometheus) -> None:
    """A notice has failed for good."""
    post = Post(world, attempts=1)
    post.channel.faults = [DeliveryError("smtp_550", permanent=True)]
    world.nominate()
    assert post.drain().parked == 1


def no_quorum(world: World, _prometheus: Prometheus) -> None:
    """A week before the cycle date two of three reviewers are missing."""
    world.candidate("s1", cards=1)
    world.go(APRIL - timedelta(days=7))


CAUSES = {
    not_ready: "LazsaNotReady",
    late: "LazsaLate",
    unexplained: "LazsaUnexplained",
    paused: "LazsaPaused",
    relay_stopped: "LazsaRelayStopped",
    outbox_old: "LazsaOutboxOld",
    notices_parked: "LazsaNoticesParked",
    no_quorum: "LazsaNoQuorum",
}
"""What is wrong, and the alarm that says so."""
BESIDE = {"LazsaOutboxOld", "LazsaRelayStopped", "LazsaUnexplained"}
"""What may come with it: nobody sends here, and what waits too long is not explained."""


@pytest.mark.parametrize("cause", CAUSES, ids=lambda each: each.__name__)
def test_each_alarm_is_fired_by_its_cause(
    world: World, prometheus: Prometheus, cause: Callable[[World, Prometheus], None]
) -> None:
    """Within two hours of what it is for, and no alarm beside it that says something else."""
    cause(world, prometheus)
    for _ in range(24):
        prometheus.scrape()
        world.now(world.clock.now() + EVERY)
    if cause is unexplained:  # as it was, for the world balances its books at the end
        with world.programme._runtime.store._engine.begin() as connection:
            connection.execute(sa.text("UPDATE lazsa_timers SET seq = -seq WHERE seq < 0"))
    fired = prometheus.fired()
    assert CAUSES[cause] in fired
    assert fired <= {CAUSES[cause], *BESIDE}


def test_a_process_that_is_gone_is_told(world: World, prometheus: Prometheus) -> None:
    """Nothing scraped is silence, and the address does not answer."""
    for up in [True] * 3 + [False] * 6:
        prometheus.scrape(up=up)
    assert prometheus.fired() == {"LazsaSilent", "LazsaNotReady"}


def test_a_night_on_which_all_is_well_is_silent(world: World, prometheus: Prometheus) -> None:
    """Decisions at midnight, notices held back until the morning, a digest: nobody is woken."""
    post = Post(world)
    for number in range(3):
        world.nominate(f"s{number}")
    world.go(date(2020, 3, 20))
    for number in range(3):
        world.panel(f"award-{number + 1}")
    world.go(noon(date(2020, 3, 31)) + timedelta(hours=10))
    while world.clock.now() < noon(APRIL) - timedelta(hours=3):
        post.drain()
        prometheus.scrape()
        world.go(world.clock.now() + EVERY)
    assert world.programme.states() == {"awarded": 3}
    assert len(post.channel.letters) > 3
    assert prometheus.fired() == set()
