"""A country team's day: today, facts gaps, reviewers, stats and cases, each told as it stands."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from lazsa_flow.award.cli.app import app
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import SystemClock, VirtualClock
from lazsa_flow.errors import InputError, NotAllowedError, NotFoundError
from lazsa_flow.lifecycle.model import Actor
from tests.factories import noon
from tests.integration.world import APRIL, EMPLOYEE, OCTOBER, World, watch_statements

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOMINATOR = Actor("employee", "rev-nominator")


@pytest.fixture(scope="module")
def spring(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """20 March 2020: s1 scored by two, s2 by none, s3 without a complete nomination."""
    folder = tmp_path_factory.mktemp("spring")
    (folder / "lazsa.db").write_bytes(migrated.read_bytes())
    opened = World(f"sqlite:///{folder / 'lazsa.db'}")
    opened.facts("s1").facts("s2", gmv_rate=None).facts("s3", date(2020, 1, 1))
    opened.nominate("s1")
    opened.nominate("s2", actor=NOMINATOR)
    opened.programme.nominate("s3", actor=EMPLOYEE)
    opened.go(date(2020, 3, 20))
    opened.panel("award-1", cards=2)
    opened.programme.recuse(
        "award-1", actor=Actor("reviewer", "rev-care", "SG", "care"), reason="same_family"
    )
    opened.open_case("s2", "case-7")
    yield opened
    opened.programme.close()


def test_reviewers(spring: World) -> None:
    """Each reviewer has their cards, and what they may and should still score."""
    work = {each.reviewer: each for each in spring.programme.reviewers("SG", APRIL)}
    assert (work["rev-books"].done, work["rev-books"].missing) == (1, ("award-2",))
    assert (work["rev-care"].stood_back, work["rev-care"].missing) == (1, ("award-2",))
    assert work["rev-law"].missing == ("award-1", "award-2")
    assert work["rev-nominator"].missing == ("award-1",)  # they have nominated s2
    assert work["s1"].missing == ("award-2",)  # nobody reviews themselves
    assert work["rev-third"].team == "books"
    page = spring.programme.reviewers("SG", date(2027, 5, 5))
    assert page.why_empty == (
        "2027-05-05 is no cycle date of SG: the one before is 2027-04-01, the next 2027-10-01."
    )
    nobody = spring.programme.reviewers("VN", APRIL)
    assert nobody.why_empty == "Nobody sits on the panel of VN and 2020-04-01."


def test_facts_gaps(spring: World) -> None:
    """Facts have a gap that are too old on the cycle date, or lack a figure that a bar asks for."""
    gaps = {each.seller: each for each in spring.programme.facts_gaps("SG")}
    assert gaps.keys() == {"s2", "s3"}
    assert (gaps["s2"].facts, gaps["s2"].unknown) == ("incomplete", ("gmv_rate",))
    assert (gaps["s3"].facts, gaps["s3"].facts_as_of) == ("stale", date(2020, 1, 1))
    assert gaps["s3"].needed_since == date(2020, 2, 16)
    later = spring.programme.facts_gaps("SG", OCTOBER)
    assert later.why_empty == "Nobody in SG is in the round of 2020-10-01."
    wrong = spring.programme.facts_gaps("SG", date(2020, 5, 5))
    assert wrong.why_empty is not None
    assert wrong.why_empty.startswith("2020-05-05 is no cycle date of SG")


def test_cases(spring: World) -> None:
    """Open cases are listed, and closed ones when they are asked for."""
    (case,) = spring.programme.cases("SG")
    assert (case.seller, case.case, case.path, case.since) == (
        "s2",
        "case-7",
        "award-2",
        date(2020, 3, 20),
    )
    assert spring.programme.cases("TH").why_empty == "No case has been opened in TH."
    assert len(spring.programme.cases(closed=True)) == 1


def test_today(spring: World) -> None:
    """A team sees at once what is new, what is late and what waits for it."""
    day = spring.programme.today("SG")
    assert (day.on, day.cycle_on, day.days_left) == (date(2020, 3, 20), APRIL, 12)
    assert day.new == ()
    assert [(each.path, each.nominators) for each in day.incomplete] == [
        ("award-3", ("employee:emp-1",))
    ]
    assert len(day.reviewers) == 8
    assert [each.case for each in day.cases] == ["case-7"]
    assert {each.seller for each in day.facts} == {"s2", "s3"}
    assert (day.late, day.parked, day.group) == ((), (), ())
    with pytest.raises(NotFoundError):
        spring.programme.today("XX")


@pytest.fixture(scope="module")
def year(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """10 April 2021: s1 has resigned and taken two steps; s2 was declined; s4 is new."""
    folder = tmp_path_factory.mktemp("year")
    (folder / "lazsa.db").write_bytes(migrated.read_bytes())
    opened = World(f"sqlite:///{folder / 'lazsa.db'}")
    opened.facts("s2", gmv_rate="0.1")
    opened.nominate("s2", actor=Actor("seller", "s2"))
    opened.nominate("s5")
    opened.programme.withdraw_nomination("award-2", actor=EMPLOYEE)
    opened.nominate("s1")
    opened.go(date(2020, 3, 20))
    for path in ("award-1", "award-3"):
        opened.panel(path)
    opened.go(date(2021, 4, 10))
    opened.resign("award-3")
    opened.steps("s1")
    opened.nominate("s4")
    yield opened
    opened.programme.close()


def test_stats(year: World) -> None:
    """A round's figures add up to who was nominated and who fell due."""
    spring = year.programme.stats("SG", APRIL)
    assert dict(spring.nominations) == {"employee": 2, "seller": 1}
    assert (spring.candidates, spring.awarded, dict(spring.declined)) == (
        2,
        1,
        {"not_selected": 1},
    )
    assert dict(spring.left) == {"withdraw": 1}
    assert dict(spring.unmet) == {"gmv": 1}
    later = year.programme.stats("SG", date(2021, 4, 1))
    assert (later.renewals, later.renewed, later.candidates) == (1, 0, 0)
    coming = year.programme.stats("SG", date(2021, 10, 1))
    assert (coming.candidates, coming.undecided) == (1, 1)
    with pytest.raises(InputError, match="2020-05-05 is no cycle date of SG"):
        year.programme.stats("SG", date(2020, 5, 5))


def test_the_group_waits_for_the_team(year: World) -> None:
    """Who has taken the first steps into Reconnect is a task of the team's until they are in."""
    day = year.programme.today("SG")
    (task,) = day.group
    assert (task.path, task.seller, task.unmet) == ("award-3", "s1", ())
    assert [each.path for each in day.new] == ["award-4", "award-3"]
    assert {(each.path, each.seller) for each in day.perks} == {("award-3", "s1")}


def test_late(year: World) -> None:
    """A timer that no worker has fired is late."""
    later = VirtualClock(noon(date(2021, 9, 2)))
    with Programme.open(str(_url(year.programme)), clock=later) as programme:
        late = programme.today("SG").late
    assert ("award-4", "review_opens") in [(each.path, each.timer) for each in late]
    assert all(year.clock.now() < each.due_at <= later.now() for each in late)


COMMANDS = (
    "today SG",
    "facts gaps SG",
    "facts gaps SG --cycle 2020-04-01 --csv",
    "reviewers SG 2020-04-01",
    "reviewers SG 2020-04-01 --csv",
    "stats SG 2020-04-01",
    "case list --country SG",
    "case list --csv",
)


@pytest.mark.parametrize("words", COMMANDS)
def test_typed(spring: World, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is a command that fits the terminal, with the same answer as JSON."""
    monkeypatch.setattr(SystemClock, "now", lambda _clock: spring.clock.now())
    monkeypatch.setenv("LAZSA_DATABASE_URL", str(_url(spring.programme)))
    monkeypatch.setenv("COLUMNS", "80")
    shown = CliRunner().invoke(app, words.split())
    assert shown.exit_code == 0, shown.exception
    if "--csv" not in words and not words.startswith("today"):
        assert max(map(len, shown.stdout.splitlines())) <= 80
    assert "s2" in shown.stdout or words.startswith(("reviewers", "stats"))
    data = CliRunner().invoke(app, [*words.split(), "--json"])
    assert json.loads(data.stdout)


def _url(programme: Programme) -> object:
    return programme._runtime.store._engine.url


def test_reviewers_are_reminded(spring: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reminder to those whose cards are missing goes out through the outbox, once a key."""
    programme = spring.programme
    team = Actor("team", "team-SG", "SG")
    before = len(programme.outbox())
    would = programme.remind_reviewers("SG", APRIL, actor=team, dry_run=True)
    assert len(programme.outbox()) == before
    done = programme.remind_reviewers("SG", APRIL, actor=team, key="r")
    assert programme.remind_reviewers("SG", APRIL, actor=team, key="r") == done == would
    assert done.paths == 2
    assert set(done.reviewers) == {each.reviewer for each in programme.today("SG").reviewers}
    added = [each for each in programme.outbox() if each.kind == "cards_missing"]
    assert len(programme.outbox()) == before + 2
    assert {each.path for each in added} == {"award-1", "award-2"}
    for wrong in (Actor("team", "t", "TH"), EMPLOYEE):
        with pytest.raises(NotAllowedError):
            programme.remind_reviewers("SG", APRIL, actor=wrong)
    with pytest.raises(InputError, match="2020-05-05 is no cycle date of SG"):
        programme.remind_reviewers("SG", date(2020, 5, 5), actor=team)
    monkeypatch.setattr(SystemClock, "now", lambda _clock: spring.clock.now())
    monkeypatch.setenv("LAZSA_DATABASE_URL", str(_url(programme)))
    words = "reviewers SG 2020-04-01 --remind --as manager:m-1 --dry-run"
    assert "reviewers would be reminded of 2 paths" in CliRunner().invoke(app, words.split()).stdout


def test_its_statements_do_not_grow_with_the_sellers(migrated: Path, tmp_path: Path) -> None:
    """A day asks as many statements of a country of eight sellers as of one of two."""
    (tmp_path / "lazsa.db").write_bytes(migrated.read_bytes())
    world = World(f"sqlite:///{tmp_path / 'lazsa.db'}")
    scores = {"p1": 4, "p2": 1, **{f"q{number}": 4 - number % 2 * 3 for number in range(8)}}
    paths = {}
    for seller in scores:
        world.facts(seller, country="SG" if seller.startswith("p") else "TH")
        paths[seller] = world.nominate(seller)
    world.go(date(2020, 3, 20))
    for seller, score in scores.items():
        world.panel(paths[seller], score=score)
    world.go(date(2020, 4, 2))
    for seller, score in scores.items():
        if score == 4:
            world.programme.give_perk(seller, "award_kit", actor=Actor("manager", "m-1"))
        else:
            world.programme.appeal(paths[seller], actor=Actor("manager", "m-1"))
    counts, sizes = [], []
    for country in ("SG", "TH"):
        asked = watch_statements(world.programme)
        day = world.programme.today(country)
        counts.append(len(asked))
        sizes.append((len(day.perks), [each.reason for each in day.appeals]))
    world.programme.close()
    assert sizes == [(3, ["not_selected"]), (12, ["not_selected"] * 4)]
    assert 0 < counts[0] == counts[1]
