"""Does one seller's whole story read well to a person who knows no code?

Carmen sells in Manila. She nominates herself, becomes an ambassador, is renewed, retires, joins the
alumni, comes back, and loses her standing. Everything is done and asked through the public API, and
at each turn ``explain`` must say in plain words what comes next and what stands against it.
"""

from __future__ import annotations

import csv
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from lazsa_flow import Actor, Programme, RefusedError, VirtualClock
from lazsa_flow.award.imports.facts import FACTS_COLUMNS
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.runner.scheduler import turn_virtual_clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANILA = ZoneInfo("Asia/Manila")
SELLER = "carmen"
HER = Actor("seller", SELLER)
TEAM = Actor("team", "team-ph", "PH")
PANEL = {"rita": "marketing", "ray": "logistics", "rosa": "academy", "rob": "service"}


def local(year: int, month: int, day: int, hour: int = 0) -> datetime:
    """Return an instant by Manila's clocks."""
    return datetime(year, month, day, hour, tzinfo=MANILA)


def _figures(folder: Path, as_of: date) -> Path:
    """Write the host's file with her figures."""
    known = {
        "seller_id": SELLER,
        "country": "PH",
        "joined_on": "2018-01-15",
        "as_of": str(as_of),
        "ncp_points": "0",
        "policy_compliant": "true",
        "gmv_usd": "54000",
        "gmv_rate": "0.31",
        "chat_response_rate": "0.92",
        "monthly_cancellation_rates": ";".join(["0.003"] * 9),
        "retention_rate": "",
        "is_lazstar": "false",
        "activities": "",
    }
    file = folder / f"sellers-{as_of}.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, FACTS_COLUMNS)
        writer.writeheader()
        writer.writerow(known)
    return file


class Story:
    """The programme in Manila, and what people do in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = VirtualClock(local(2020, 8, 20, 10).astimezone(ZoneInfo("UTC")))
        url = f"sqlite:///{folder / 'lazsa.db'}"
        self.dies = False
        Programme.migrate(url, clock=self.clock)
        self.programme = Programme.open(url, clock=self.clock, probe=self.probe)

    def probe(self, point: str) -> None:
        """Let the process die before a commit, when told to."""
        if self.dies and point == "commit.before":
            raise KeyboardInterrupt

    def until(self, at: datetime) -> None:
        """Let time pass, the worker awake."""
        turn_virtual_clock(self.programme, self.clock, self.sweep, lambda: None, until=at)

    def sweep(self) -> None:
        """Fire what is due."""
        self.programme.sweep()

    def facts(self, as_of: date) -> None:
        """Let the host hand over the month's figures."""
        assert self.programme.import_facts(_figures(self.folder, as_of)) == 1

    def convene(self, cycle: date) -> None:
        """Let the local team convene the four reviewers."""
        self.programme.assign_reviewers("PH", cycle, PANEL, actor=TEAM)

    def score(self, path: str, *names: str, score: int = 4) -> None:
        """Let reviewers score."""
        for name in names:
            actor = Actor("reviewer", name, "PH", PANEL[name])
            scores = dict.fromkeys(ITEMS, score)
            self.programme.score(path, actor=actor, scores=scores, comment="Seen at the fair.")

    def told(self, path: str, trigger: str | None = None) -> str:
        """Return what ``explain`` says, one line an exit and one a guard."""
        lines = []
        explanation = self.programme.explain(path, trigger)
        for way in explanation.exits:
            reasons = f" ({' or '.join(way.reasons)})" if way.reasons else ""
            when = "".join(
                f", on {timer.due_on} in {timer.zone}, {timer.due_at:%Y-%m-%d %H:%MZ}"
                for timer in way.timers
            )
            ready = "ready" if way.ready else "not ready"
            lines.append(f"{way.trigger}{reasons}: {way.who}{when}: {ready}")
            lines += [str(verdict) for verdict in way.verdicts]
        return "\n".join(lines)

    def for_her(self, path: str, trigger: str) -> list[str]:
        """Return what a seller is told of what stands against an exit."""
        (way,) = self.programme.explain(path, trigger).exits
        return [verdict.wording for verdict in way.unmet]

    def state(self, path: str) -> str:
        """Return a path's state."""
        return self.programme.find(path).state


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    """Manila on 20 August 2020."""
    story = Story(tmp_path)
    with story.programme:
        yield story


def test_the_whole_story(story: Story) -> None:
    """One seller goes every way there is, and is told at each turn (programme.md, all of it)."""
    path = _nominated(story)
    _reviewed(story, path)
    _awarded(story, path)
    _renewed(story, path)
    _retired(story, path)
    _joined(story, path)
    again = _awarded_again(story, path)
    _lost(story, again)
    assert [each.ref for each in story.programme.paths(SELLER)] == [path, again]
    assert not [book for book in story.programme.books() if book.unexplained]
    assert story.programme.verify_journal() == sum(
        len(story.programme.history(each)) for each in (path, again)
    )


def _nominated(story: Story) -> str:
    """She nominates herself, and hears when review opens."""
    story.facts(date(2020, 8, 20))
    made = story.programme.nominate(SELLER, actor=HER, statement="I train sellers in my street.")
    assert (made.cycle_on, made.supporting) == ("2020-10-01", False)
    told = story.told(made.path)
    assert "open_review: system, on 2020-09-01 in Asia/Manila, 2020-08-31 16:00Z: ready" in told
    assert "nomination_complete holds (1 of 1 complete; required a nomination with its" in told
    assert "withdraw (nominee): seller (self): ready" in told
    return made.path


def _reviewed(story: Story, path: str) -> None:
    """Three teams review; one reviewer stands back, and a fourth takes the place."""
    story.until(local(2020, 9, 10, 9))
    assert story.state(path) == "under_review"
    story.convene(date(2020, 10, 1))
    assert "quorum does not hold (0 reviewers from 0 teams; required 3 reviewers from 3 teams)" in (
        story.told(path, "award")
    )
    assert "panel_approval does not hold (no scorecard; required mean at least 3.5, no item" in (
        story.told(path, "award")
    )
    story.score(path, "rita", "ray", "rosa")
    rosa = Actor("reviewer", "rosa", "PH", "academy")
    story.programme.recuse(path, actor=rosa, reason="same_family")
    told = story.told(path, "award")
    assert "quorum does not hold (2 reviewers from 2 teams; required 3 reviewers from 3 teams)" in (
        told
    )
    assert story.for_her(path, "award") == ["The panel could not complete its review in time."]
    (waiting,) = story.programme.panel("PH", date(2020, 10, 1))
    assert (waiting.missing, waiting.waiting) == ("1 reviewers, 1 teams", ("rob",))
    story.score(path, "rob", score=5)
    told = story.told(path, "award")
    assert "award: system, on 2020-10-01 in Asia/Manila, 2020-09-30 16:00Z: ready" in told
    assert "quorum holds (3 reviewers from 3 teams; required 3 reviewers from 3 teams)" in told
    assert "tenure holds (32; required 9 months as a seller)" in told
    assert "gmv holds (0.31; required gmv_rate of at least 0.20)" in told
    assert "chat_response holds (0.92; required at least 0.85)" in told
    assert "cancellation holds (0.003; required at most 0.01 in each of nine months)" in told
    assert "no_open_case holds (0; required no compliance case open)" in told


def _awarded(story: Story, path: str) -> None:
    """1 October begins in Manila at 16:00 UTC of the day before."""
    story.until(local(2020, 9, 30, 23))
    assert not story.programme.badge(SELLER).valid
    story.until(local(2020, 10, 1))
    assert story.state(path) == "awarded"
    badge = story.programme.badge(SELLER)
    assert (badge.valid, badge.title) == (True, "Seller Ambassador")
    assert {"badge_and_logo", "executive_certificate"} <= {
        each.perk for each in story.programme.entitlements(SELLER)
    }
    told = story.told(path)
    assert "fall_due: system, on 2021-10-01 in Asia/Manila, 2021-09-30 16:00Z: ready" in told
    assert "retire (account_closed or resigned): host, seller (self): ready" in told
    assert "retire (code_of_conduct or seller_violation): compliance: ready" in told


def _renewed(story: Story, path: str) -> None:
    """A year on the same panel says yes again, and the award runs another year."""
    story.until(local(2021, 9, 10, 9))
    story.facts(date(2021, 9, 10))
    story.convene(date(2021, 10, 1))
    story.score(path, "rita", "ray", "rob")
    story.until(local(2021, 10, 1, 9))
    assert story.state(path) == "renewed"
    row = story.programme.history(path)[-1]
    assert datetime.fromisoformat(row["effective_at"]) == local(2021, 10, 1)
    assert "fall_due: system, on 2022-10-01 in Asia/Manila, 2022-09-30 16:00Z" in story.told(path)


def _retired(story: Story, path: str) -> None:
    """She resigns in good standing, and hears what Reconnect still asks."""
    story.until(local(2022, 3, 15, 10))
    story.programme.fire(path, "retire", actor=HER, reason="resigned")
    assert not story.programme.badge(SELLER).valid
    told = story.told(path, "join_reconnect")
    assert "join_reconnect: team (country): not ready" in told
    assert "good_standing holds (good; required the seller in good standing)" in told
    assert "held_a_year holds (a full tenure; required an award held for 12 months)" in told
    assert "reconnect_steps does not hold (missing: get_app, register; required done: get_app" in (
        told
    )
    assert story.for_her(path, "join_reconnect") == [
        "Before the team can add you: missing: get_app, register."
    ]


def _joined(story: Story, path: str) -> None:
    """She takes two steps, the local team the third."""
    story.until(local(2022, 3, 20, 10))
    for step in ("get_app", "register"):
        story.programme.reconnect_step(SELLER, step, actor=HER)
    assert "join_reconnect: team (country): ready" in story.told(path, "join_reconnect")
    move = story.programme.reconnect_step(SELLER, "join_group", actor=TEAM)
    assert move is not None
    assert move.dest == "reconnect"
    told = story.told(path, "remove")
    assert "remove (left or re_awarded): seller (self), system: ready" in told
    assert "remove (code_of_conduct): compliance: ready" in told


def _awarded_again(story: Story, old: str) -> str:
    """An employee nominates her anew; award and end of membership are one transaction."""
    story.until(local(2022, 6, 1, 10))
    employee = Actor("employee", "emp-7")
    new = story.programme.nominate(SELLER, actor=employee, statement="She is back.").path
    assert (story.state(old), story.state(new)) == ("reconnect", "nominated")
    story.until(local(2022, 9, 10, 9))
    story.facts(date(2022, 9, 10))
    story.convene(date(2022, 10, 1))
    story.score(new, "rita", "ray", "rob")
    assert "no_sitting_award holds (none; required no award that is sitting)" in (
        story.told(new, "award")
    )
    story.dies = True
    with pytest.raises(KeyboardInterrupt):
        story.until(local(2022, 10, 1))
    story.dies = False
    assert (story.state(old), story.state(new)) == ("reconnect", "under_review")
    story.until(local(2022, 10, 1))
    assert (story.state(old), story.state(new)) == ("removed", "awarded")
    ended, awarded = (story.programme.history(path)[-1] for path in (old, new))
    assert (ended["trigger"], ended["reason"]) == ("remove", "re_awarded")
    for field in ("effective_at", "recorded_at"):
        assert ended[field] == awarded[field]
    told = story.told(old, "rejoin")
    assert "rejoin: team (country): not ready" in told
    assert "left_by_choice does not hold (re_awarded; required removed because they left)" in told
    assert f"latest_path does not hold ({new}; required the seller's latest award)" in told
    assert f"no_sitting_award does not hold ({new} due 2023-10-01" in told
    return new


def _lost(story: Story, path: str) -> None:
    """The code of conduct ends award and good standing, and the door of Reconnect stays shut."""
    story.until(local(2023, 1, 10, 10))
    compliance = Actor("compliance", "com-1")
    story.programme.fire(path, "retire", actor=compliance, reason="code_of_conduct")
    assert not story.programme.badge(SELLER).valid
    told = story.told(path, "join_reconnect")
    assert "good_standing does not hold (lost on 2023-01-10: code_of_conduct; required the" in told
    assert "held_a_year holds (a full tenure" in told
    with pytest.raises(RefusedError) as refused:
        story.programme.reconnect_step(SELLER, "join_group", actor=TEAM)
    assert "good_standing does not hold (lost on 2023-01-10: code_of_conduct" in str(refused.value)
    assert story.for_her(path, "join_reconnect") == [
        "Your standing with the programme: lost on 2023-01-10: code_of_conduct."
    ]
    with pytest.raises(RefusedError, match="could hold from 2025-01-10"):
        story.programme.nominate(SELLER, actor=HER, statement="Again.")


class ManilaClock:
    """A host's clock that shows Manila's time."""

    def now(self) -> datetime:
        """Return noon of 10 February 2020."""
        return local(2020, 2, 10, 12)


def test_clock_of_a_zone(tmp_path: Path) -> None:
    """A host's clock may show any zone: what is recorded is the instant (versions and data)."""
    url = f"sqlite:///{tmp_path / 'lazsa.db'}"
    Programme.migrate(url, clock=ManilaClock())
    with Programme.open(url, clock=ManilaClock()) as programme:
        programme.import_facts(_figures(tmp_path, date(2020, 2, 10)))
        path = programme.nominate(SELLER, actor=HER, statement="I train sellers.").path
        assert programme.history(path)[0]["recorded_at"] == "2020-02-10T04:00:00.000000Z"
        assert programme.find(path).opened_at == local(2020, 2, 10, 12)
