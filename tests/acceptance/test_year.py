"""The year of one ambassador in Jakarta and one in Manila, as everybody concerned hears of it.

Every command is given through the command line's own entry point, called in process with a clock
that is moved from one due instant to the next. What is told, to whom, and at which local time is
written down here in order.

Source: programme.md, "The year between".
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from lazsa_flow.award.cli import app
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.cli import common
from lazsa_flow.clock import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ZONES = {"ID": ZoneInfo("Asia/Jakarta"), "PH": ZoneInfo("Asia/Manila")}
FACTS = (
    "seller_id,country,joined_on,as_of,ncp_points,policy_compliant,gmv_usd,gmv_rate,"
    "chat_response_rate,monthly_cancellation_rates,retention_rate,is_lazstar,activities\n"
)
SCORES = [f"{item}=4" for item in ITEMS]


class Told(NamedTuple):
    """One mail: when by the country's clock, to whom, and what it is about."""

    at: str
    to: str
    subject: str


class Year:
    """The command line, its clock, and the mails that it has written so far."""

    def __init__(self, folder: Path, clock: VirtualClock) -> None:
        self.clock = clock
        self.mails: list[tuple[str, Told, str]] = []
        self._folder = folder
        self._seen: set[Path] = set()
        self("migrate")
        # looks when the clock must be moved to; all that happens is typed
        self.watcher = Programme.open(f"sqlite:///{folder / 'lazsa.db'}", clock=clock)

    def __call__(self, *words: object) -> Any:
        """Type a command; return what it prints as JSON."""
        url = f"sqlite:///{self._folder / 'lazsa.db'}"
        told = [*map(str, words), "--database", url, "--json"]
        done = CliRunner().invoke(app.app, told, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    def facts(self, seller: str, country: str, as_of: date, chat: str = "0.95") -> None:
        """Import the facts of one seller."""
        file = self._folder / "facts.csv"
        rates = ";".join(["0.005"] * 9)
        row = f"{seller},{country},2020-01-01,{as_of},0,true,5000,0.5,{chat},{rates},,false,\n"
        file.write_text(FACTS + row, "utf-8")
        self("import", "facts", file)

    def score(self, path: str, country: str, reviewer: str) -> None:
        """Score a path."""
        reviewing = ("--as", f"reviewer:{reviewer}", "--country", country, "--team", reviewer)
        self("score", path, *reviewing, "--comment", "As discussed.", *SCORES)

    def until(self, on: date) -> None:
        """Let time pass until noon of Jakarta, with worker and relay awake."""
        end = datetime(on.year, on.month, on.day, 5, tzinfo=UTC)
        while True:
            self.relay(end)
            due = self.watcher.next_due()
            if due is None or due >= end:
                break
            self.clock.move_to(max(due, self.clock.now()))
            self("sweep")
        self.clock.move_to(end)

    def relay(self, end: datetime) -> None:
        """Send what may be sent, then what waits for the morning, until an instant."""
        while True:
            self("relay", "--once")
            self._collect()
            at = min((each.next_at for each in self.watcher.outbox() if each.next_at), default=end)
            due = self.watcher.next_due()
            if at >= end or (due is not None and due <= self.clock.now()):
                return
            self.clock.move_to(max(at, self.clock.now()))

    def _collect(self) -> None:
        for file in sorted((self._folder / "notices").glob("*/*.eml")):
            if file not in self._seen:
                self._seen.add(file)
                mail = message_from_bytes(file.read_bytes(), policy=default)
                country = file.parent.name
                at = self.clock.now().astimezone(ZONES[country]).strftime("%Y-%m-%d %H:%M")
                body = mail.get_body(("plain",))
                assert body is not None
                to = str(mail["to"]).removesuffix(":;")
                self.mails.append((country, Told(at, to, mail["subject"]), body.get_content()))

    def told(self, country: str) -> list[Told]:
        """Return what was told in a country, in order."""
        return [told for where, told, _ in self.mails if where == country]

    def text(self, subject: str) -> str:
        """Return the text of the latest mail of a subject."""
        return next(text for _, told, text in reversed(self.mails) if told.subject == subject)


@pytest.fixture
def year(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Year]:
    """The command line in a folder of its own, on a clock of its own."""
    monkeypatch.chdir(tmp_path)
    for name in ("LAZSA_CONFIG", "LAZSA_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    clock = VirtualClock(datetime(2026, 2, 10, 4, tzinfo=UTC))
    monkeypatch.setattr(common, "make_clock", lambda: clock)
    year = Year(tmp_path, clock)
    with year.watcher:
        yield year


def play(year: Year) -> None:
    """Play the year: both are awarded, both hear half-way; Manila's next cycle is suspended."""
    for seller, country in (("id-1", "ID"), ("ph-1", "PH")):
        year.facts(seller, country, date(2026, 2, 10))
        for cycle in ("2026-04-01", "2027-04-01"):
            seats = ("r-1=r-1", "r-2=r-2", "r-3=r-3")
            year("panel", "assign", country, cycle, *seats, "--as", "manager:m-1")
    year("nominate", "id-1", "--as", "employee:e-1")
    year("nominate", "ph-1", "--as", "employee:e-2", "--statement", "Helps others.")
    year.until(date(2026, 2, 26))
    year("nomination", "complete", "award-1", "--as", "employee:e-1", "--statement", "Teaches.")
    year.until(date(2026, 3, 20))
    for path, country in (("award-1", "ID"), ("award-2", "PH")):
        for reviewer in ("r-1", "r-2"):
            year.score(path, country, reviewer)
    year.until(date(2026, 3, 26))
    for path, country in (("award-1", "ID"), ("award-2", "PH")):
        year.score(path, country, "r-3")
    for seller, country in (("id-1", "ID"), ("ph-1", "PH")):
        year.facts(seller, country, date(2026, 3, 26))
    year.until(date(2026, 9, 20))
    year.facts("id-1", "ID", date(2026, 9, 20), chat="0.80")
    year.facts("ph-1", "PH", date(2026, 9, 20))
    year.until(date(2027, 3, 10))
    year("cycle", "suspend", "PH", "2027-04-01", "--as", "manager:m-1", "--yes")
    for reviewer in ("r-1", "r-2", "r-3"):
        year.score("award-1", "ID", reviewer)
    year.facts("id-1", "ID", date(2027, 3, 10))
    year.until(date(2027, 4, 2))


JAKARTA = [
    Told("2026-02-10 11:00", "id-1", "Anda dinominasikan sebagai City Leader"),
    Told(
        "2026-02-23 08:00",
        "e-1",
        "Nominasi Anda belum lengkap: pendaftaran ditutup pada 2 Maret 2026",
    ),
    Told(
        "2026-03-02 09:00",
        "se-community.id@example.com",
        "Panel Indonesia: yang menunggu Anda hari ini",
    ),
    Told("2026-03-18 09:00", "r-1", "Kartu nilai Anda yang belum ada"),
    Told("2026-03-18 09:00", "r-2", "Kartu nilai Anda yang belum ada"),
    Told("2026-03-18 09:00", "r-3", "Kartu nilai Anda yang belum ada"),
    Told("2026-03-25 09:00", "r-3", "Kartu nilai Anda yang belum ada"),
    Told("2026-04-01 08:00", "id-1", "Selamat datang, City Leader!"),
    Told("2026-04-01 09:00", "se-community.id@example.com", "City Leader Indonesia: yang baru"),
    Told(
        "2026-10-01 08:00",
        "id-1",
        "Pertengahan masa: bagaimana penghargaan Anda sebagai City Leader",
    ),
    Told("2027-03-02 08:00", "id-1", "Penilaian untuk perpanjangan penghargaan Anda telah dibuka"),
    Told(
        "2027-03-02 09:00",
        "se-community.id@example.com",
        "Panel Indonesia: yang menunggu Anda hari ini",
    ),
    Told("2027-04-01 08:00", "id-1", "Diperpanjang: Anda tetap City Leader"),
    Told("2027-04-01 09:00", "se-community.id@example.com", "City Leader Indonesia: yang baru"),
]
MANILA = [
    Told("2026-02-10 12:00", "ph-1", "You have been nominated as Seller Ambassador"),
    Told(
        "2026-03-02 09:00",
        "se-community.ph@example.com",
        "Panel Philippines: what awaits you today",
    ),
    Told("2026-03-18 09:00", "r-1", "Your scorecards that are missing"),
    Told("2026-03-18 09:00", "r-2", "Your scorecards that are missing"),
    Told("2026-03-18 09:00", "r-3", "Your scorecards that are missing"),
    Told("2026-03-25 09:00", "r-3", "Your scorecards that are missing"),
    Told("2026-04-01 08:00", "ph-1", "Welcome, Seller Ambassador!"),
    Told(
        "2026-04-01 09:00",
        "se-community.ph@example.com",
        "Seller Ambassadors of Philippines: what is new",
    ),
    Told("2026-10-01 08:00", "ph-1", "Half-way: how your award as Seller Ambassador stands"),
    Told("2027-03-02 08:00", "ph-1", "The renewal round of your award has opened"),
    Told(
        "2027-03-02 09:00",
        "se-community.ph@example.com",
        "Panel Philippines: what awaits you today",
    ),
    Told("2027-03-10 13:00", "ph-1", "The renewal of your award: another date"),
]


def test_year(year: Year) -> None:
    """Each hears what concerns them, once, in waking hours; what changes is corrected."""
    play(year)
    assert year.watcher.outbox(parked=True) == []
    assert sorted(year.told("ID")) == JAKARTA
    assert sorted(year.told("PH")) == MANILA
    welcome = _joined(year.text("Welcome, Seller Ambassador!"))
    assert "Hall of Fame" in welcome
    assert "falls due for renewal on 1 April 2027" in welcome
    half_way = _joined(year.text(JAKARTA[9].subject))
    assert "80 %; syaratnya paling sedikit 85 %" in half_way
    assert "ph-1" not in half_way
    assert not any(reviewer in half_way for reviewer in ("r-1", "r-2", "r-3"))
    # what the welcome promised for 1 April is corrected when that cycle is suspended
    assert "1 October 2027" in _joined(year.text("The renewal of your award: another date"))
    assert [each["title"] for each in year("show", "id-1")] == ["City Leader"]


def _joined(text: str) -> str:
    return " ".join(text.split())
