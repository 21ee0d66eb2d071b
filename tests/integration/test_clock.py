"""A clock that is wrong fires nothing where a server's clock can tell, and is told of elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import SystemClock, VirtualClock
from lazsa_flow.errors import ClockError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.runner.doctor import Check, examine
from lazsa_flow.runner.settings import Settings
from lazsa_flow.runner.worker import check_fitness
from tests.factories import facts, record_facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

YEAR = timedelta(days=365)


@pytest.fixture
def wrong(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Return what sets the machine's clock wrong by so much."""
    right = SystemClock().now

    def by(ahead: timedelta) -> None:
        monkeypatch.setattr(SystemClock, "now", lambda _self: right() + ahead)

    return by


def clocks(url: str) -> list[Check]:
    """Return what the doctor says of the clock."""
    return [check for check in examine(url, None, None) if check.name == "clock"]


@pytest.mark.parametrize("ahead", [YEAR, -timedelta(hours=2), timedelta(seconds=31)])
def test_a_clock_far_from_the_servers_fires_nothing(
    postgres: Callable[[], str],
    redis_url: str,
    wrong: Callable[[timedelta], None],
    ahead: timedelta,
) -> None:
    """By the database's clock a programme halts, and none is opened; it says by how much."""
    url = postgres()
    Programme.migrate(url)
    with Programme.open(url) as programme:
        programme.sweep()
        wrong(ahead)
        for ask in (programme.sweep, programme.next_due):
            with pytest.raises(ClockError, match="nothing is fired") as caught:
                ask()
            assert caught.value.seconds == pytest.approx(ahead.total_seconds(), abs=5)
        with pytest.raises(ClockError):
            programme.nominate("s1", actor=Actor("employee", "e-1"), statement="x")
    with pytest.raises(ClockError):
        check_fitness(Settings(url, redis_url))
    assert [check.status for check in clocks(url)] == ["fault"]


def test_a_clock_that_is_nearly_right_will_do(
    postgres: Callable[[], str], wrong: Callable[[timedelta], None]
) -> None:
    """Half a minute is forgiven: cycle dates are days."""
    url = postgres()
    Programme.migrate(url)
    wrong(timedelta(seconds=25))
    with Programme.open(url) as programme:
        assert programme.sweep().total == 0
    assert [check.status for check in clocks(url)] == ["ok"]


def test_an_injected_clock_is_the_hosts_affair(postgres: Callable[[], str]) -> None:
    """A clock that somebody hands in, such as a story's, is not compared with the server's."""
    url = postgres()
    Programme.migrate(url)
    with Programme.open(url, clock=VirtualClock(datetime(2020, 2, 20, tzinfo=UTC))) as programme:
        assert programme.sweep().total == 0


def test_on_sqlite_the_doctor_looks_at_what_was_recorded(tmp_path: Path) -> None:
    """SQLite has no clock of its own: a long silence is a warning, a clock set back a fault."""
    url = f"sqlite:///{tmp_path}/x.db"
    Programme.migrate(url)
    assert [check.status for check in clocks(url)] == ["ok"]
    now = SystemClock().now()
    for ahead, status, expected in (
        (-timedelta(days=100), "warning", "nothing was recorded for 100 days"),
        (timedelta(hours=2), "fault", "behind what the database has recorded"),
    ):
        with Programme.open(url, clock=VirtualClock(now + ahead)) as programme:
            seller = f"s{ahead.days}"
            record_facts(programme, [facts(seller=seller)])
            programme.nominate(seller, actor=Actor("employee", "e-1"), statement="x")
        (check,) = clocks(url)
        assert check.status == status
        assert expected in check.found
