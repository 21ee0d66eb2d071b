"""A country of a zone alone: no cycle dates, no title and no mailbox."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow import Actor, Config, ConfigError, Programme, VirtualClock
from lazsa_flow.award.lifecycles.award import AWARD
from tests.acceptance.bill import BILL
from tests.factories import facts, noon, record_facts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAY = date(2020, 5, 4)
CLERK = Actor("clerk", "c-1", "DE")
CUSTOMER = Actor("customer", "s1")


@pytest.fixture
def clock() -> VirtualClock:
    """Noon of 4 May 2020 in Singapore."""
    return VirtualClock(noon(MAY))


@pytest.fixture
def programme(tmp_path: Path, clock: VirtualClock) -> Iterator[Programme]:
    """A programme with a country whose file has one line."""
    folder = tmp_path / "config" / "countries"
    folder.mkdir(parents=True)
    (folder / "de.toml").write_text('zone = "Europe/Berlin"\n', "utf-8")
    config = Config.load(tmp_path / "config", lifecycles=[AWARD, BILL])
    url = f"sqlite:///{tmp_path / 'lazsa.db'}"
    Programme.migrate(url, config=config, clock=clock)
    with Programme.open(url, config=config, clock=clock) as programme:
        yield programme


def test_a_lifecycle_without_rounds_runs_there(programme: Programme, clock: VirtualClock) -> None:
    """Paths open, timers fall due in its zone, and its books are those of a month."""
    programme.open_path("bill", "s1", "DE", actor=CLERK)
    [due] = programme.due(until=noon(MAY + timedelta(days=60)))
    assert due.timer.due_at == datetime(2020, 6, 2, 22, tzinfo=UTC)  # midnight in Berlin
    clock.move_to(noon(MAY + timedelta(days=31)))
    assert programme.sweep().moved == 1
    books = [book for book in programme.books() if book.country == "DE"]
    assert [(book.on, book.due, book.moved) for book in books] == [(date(2020, 6, 1), 1, 1)]
    assert programme.explain("bill-1").path.state == "overdue"
    assert programme.country_show("DE").text.country.name == "DE"
    programme.verify_journal()


def test_what_needs_a_cycle_date_names_file_and_key(programme: Programme) -> None:
    """A nomination there is refused with the file and the key that it needs."""
    record_facts(programme, [facts(seller="s1", country="DE", as_of=MAY)])
    with pytest.raises(ConfigError, match=r"countries/de\.toml: cycle_dates: got nothing") as told:
        programme.nominate("s1", actor=Actor("employee", "e-1"), statement="Helps.")
    assert told.value.problems[0].field == "cycle_dates"
    assert programme.states() == {}


def test_what_needs_a_mailbox_names_file_and_key(programme: Programme) -> None:
    """The mailbox of a team that has none is asked for by file and key."""
    path = programme.open_path("bill", "s1", "DE", actor=CLERK).path
    programme.fire(path, "pay", actor=CUSTOMER)
    with pytest.raises(ConfigError, match=r"countries/de\.toml: mailbox: got nothing"):
        programme.outcome(path)
