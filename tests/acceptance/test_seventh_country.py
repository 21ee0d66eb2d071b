"""Does a seventh country take one file, and no code?

Germany, made up for this, in a zone with summer time: its cycle dates lie on both sides of the
clock change, and each nomination window closes on the other side.

Source: programme.md, "Who and where".
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lazsa_flow import Actor, Config, ConfigError, Programme, VirtualClock
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.runner.scheduler import turn_virtual_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

GERMANY = """
code = "DE"
name = "Germany"
title = "Markt-Botschafter"
zone = "Europe/Berlin"
mailbox = "se-community.de@example.com"
locale = "de"
cycle_dates = ["04-10", "11-10"]
"""
HEAD = (
    (Path(__file__).parents[2] / "lazsa_flow/defaults/sample/sellers.csv")
    .read_text("utf-8")
    .splitlines()[0]
)
PANEL = {"r1": "books", "r2": "events", "r3": "care"}


def utc(year: int, month: int, day: int, hour: int) -> datetime:
    """Return an instant in UTC."""
    return datetime(year, month, day, hour, tzinfo=UTC)


class Germany:
    """The programme in Germany."""

    def __init__(self, folder: Path) -> None:
        (folder / "countries").mkdir()
        (folder / "countries" / "de.toml").write_text(GERMANY, "utf-8")
        self.folder = folder
        self.clock = VirtualClock(utc(2020, 3, 1, 9))
        config = Config.load(folder)
        url = f"sqlite:///{folder / 'lazsa.db'}"
        Programme.migrate(url, config=config, clock=self.clock)
        self.programme = Programme.open(url, config=config, clock=self.clock)

    def until(self, at: datetime) -> None:
        """Let time pass, the worker awake."""
        turn_virtual_clock(self.programme, self.clock, self._sweep, lambda: None, until=at)

    def _sweep(self) -> None:
        self.programme.sweep()

    def nominate(self, seller: str) -> str:
        """Let the host hand over a seller's figures, and an employee nominate them."""
        file = self.folder / f"{seller}.csv"
        today = self.clock.now().date()
        row = f"{seller},DE,2018-01-15,{today},0,true,1,0.3,0.9,;;;;;;;;,,false,"
        file.write_text(f"{HEAD}\n{row}\n", "utf-8")
        self.programme.import_facts(file)
        employee = Actor("employee", "emp-1")
        return self.programme.nominate(seller, actor=employee, statement="Hilft gern.").path

    def score(self, path: str, cycle: date) -> None:
        """Let the local team convene a panel, and the panel say yes."""
        team = Actor("team", "team-de", "DE")
        self.programme.assign_reviewers("DE", cycle, PANEL, actor=team)
        for name, of in PANEL.items():
            actor = Actor("reviewer", name, "DE", of)
            scores = dict.fromkeys(ITEMS, 4)
            self.programme.score(path, actor=actor, scores=scores, comment="Gut.")

    def state(self, path: str) -> str:
        """Return a path's state."""
        return self.programme.find(path).state


@pytest.fixture
def germany(tmp_path: Path) -> Iterator[Germany]:
    """Germany on 1 March 2020."""
    germany = Germany(tmp_path)
    with germany.programme as programme:
        yield germany
        assert not [book for book in programme.books() if book.unexplained]
        programme.verify_journal()


def test_both_sides_of_the_clock_change(germany: Germany) -> None:
    """Awarded at local midnight: 22:00Z in summer, 23:00Z in winter; windows close likewise."""
    spring = germany.nominate("s1")
    germany.until(utc(2020, 3, 10, 22))
    assert germany.state(spring) == "nominated"
    germany.until(utc(2020, 3, 10, 23))  # 11 March, winter time
    assert germany.state(spring) == "under_review"
    germany.score(spring, date(2020, 4, 10))
    germany.until(utc(2020, 4, 9, 21))
    assert germany.state(spring) == "under_review"
    germany.until(utc(2020, 4, 9, 22))  # 10 April, summer time
    assert germany.state(spring) == "awarded"

    germany.until(utc(2020, 10, 1, 9))
    autumn = germany.nominate("s2")
    germany.until(utc(2020, 10, 10, 22))  # 11 October, summer time
    assert germany.state(autumn) == "under_review"
    germany.score(autumn, date(2020, 11, 10))
    germany.until(utc(2020, 11, 9, 22))
    assert germany.state(autumn) == "under_review"
    germany.until(utc(2020, 11, 9, 23))  # 10 November, winter time
    assert germany.state(autumn) == "awarded"

    germany.until(utc(2021, 4, 9, 22))
    assert germany.state(spring) == "renewal_due"
    assert germany.programme.find(spring).cycle_on == date(2021, 4, 10)


def test_the_rest_follows(germany: Germany) -> None:
    """Title, mailbox and books are the country's own; the six others stay as they were."""
    path = germany.nominate("s1")
    germany.until(utc(2020, 3, 20, 9))
    germany.score(path, date(2020, 4, 10))
    germany.until(utc(2020, 4, 10, 9))
    programme = germany.programme
    assert programme.badge("s1").title == "Markt-Botschafter"
    assert programme.contact("s1") == "se-community.de@example.com"
    (book,) = [each for each in programme.books() if each.country == "DE" and each.due == 1][1:]
    assert (book.on, book.moved) == (date(2020, 4, 10), 1)
    countries = set(programme._runtime.rulebook.countries)
    assert countries == {"DE", "ID", "MY", "SG", "PH", "TH", "VN"}


@pytest.mark.parametrize(
    ("was", "wrong", "says"),
    [
        ("Europe/Berlin", "Europe/Bonn", "zone"),
        ('"04-10", "11-10"', '"11-10", "04-10"', "cycle_dates"),
        ("se-community.de@example.com", "Frau Schmidt", "mailbox"),
        ('"DE"', '"de"', "code"),
    ],
)
def test_wrong_file(was: str, wrong: str, says: str, tmp_path: Path) -> None:
    """A country's file that is wrong is refused before anything runs, naming file and key."""
    (tmp_path / "countries").mkdir()
    (tmp_path / "countries" / "de.toml").write_text(GERMANY.replace(was, wrong), "utf-8")
    with pytest.raises(ConfigError, match=f"de.toml: {says}"):
        Config.load(tmp_path)
