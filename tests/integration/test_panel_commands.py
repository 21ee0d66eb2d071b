"""``lazsa-flow panel`` and ``appeal``: what they print, as text and as JSON."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from lazsa_flow.award.cli.app import app
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.cli import common
from lazsa_flow.lifecycle.model import Actor
from tests.integration.world import APRIL, OTHER, World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEAM = ("--as", "team:team-SG", "--country", "SG")
SCORES = [f"{item}=4" for item in ITEMS]


@pytest.fixture
def type_(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Return what types a command on the world's database and returns what it prints."""
    monkeypatch.setattr(common, "make_clock", lambda: world.clock)
    monkeypatch.setenv("LAZSA_DATABASE_URL", f"sqlite:///{tmp_path / 'lazsa.db'}")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: str, code: int = 0) -> Any:
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == code, (done.output, done.exception)
        return json.loads(done.stdout) if "--json" in words else done.stdout

    return run


def test_a_panels_day(world: World, type_: Callable[..., Any]) -> None:
    """Seats, a card with another team, a card set aside: the answers say what counts."""
    world.programme.assign_reviewers("SG", APRIL, {"nom-1": "care"}, actor=Actor("manager", "m-1"))
    path = world.nominate("s1", actor=Actor("employee", "nom-1"))
    other = world.nominate("s2", actor=OTHER)
    assigned = type_("panel", "assign", "SG", "2020-04-01", "nom-1=events", "n-2=hr", *TEAM)
    assert "2 reviewers were assigned to the panel of SG and 2020-04-01; 10 sit on it." in assigned
    assert f"nom-1 may not review {path}: nominated." in assigned
    told = type_("assign", "SG", "2020-04-01", "n-3=legal", *TEAM, "--json", "--dry-run")
    assert (told["dry_run"], told["assigned"], told["conflicts"]) == (True, {"n-3": "legal"}, [])
    world.go(date(2020, 3, 20))
    scored = type_(
        "score", path, *SCORES, "--as", "reviewer:n-2", "--country", "SG",
        "--team", "payroll", "--comment", "Good.",
    )  # fmt: skip
    assert "scored for the team hr" in scored
    assert "the card names the team 'payroll', the seat 'hr'; the seat's team counts" in scored
    told = type_(
        "score", path, *SCORES, "--as", "reviewer:rev-pay", "--country", "SG",
        "--comment", "Good.", "--json",
    )  # fmt: skip
    assert (told["team"], told["given_team"], told["difference"]) == ("pay", None, None)
    recused = type_(
        "recuse", path, "--as", "reviewer:rev-law", "--country", "SG", "--reason", "same_family"
    )
    assert "recused for the team law" in recused
    left = type_("panel", "unassign", "SG", "2020-04-01", "rev-third", *TEAM)
    assert left == "rev-third no longer sits on the panel of SG and 2020-04-01; 9 do.\n"
    aside = type_(
        "panel", "set-aside", path, "n-2", "--as", "compliance:c-1", "--reason", "conflict"
    )
    assert "the card of n-2 is set aside; 1 cards from 1 teams count" in aside
    text = type_("panel", "list", "SG", "2020-04-01")
    assert text == type_("panel", "SG", "2020-04-01")  # as it was spelled
    for word in (
        path,
        other,
        "nom-1",
        "recused: rev-law (same_family)",
        "cards set aside: n-2 (conflict)",
    ):
        assert word in text
    assert "2 of 2 have no quorum yet." in text
    found = {each["path"]: each for each in type_("panel", "list", "SG", "2020-04-01", "--json")}
    assert found[path]["conflicts"] == ["nom-1", "s1"]
    assert found[path]["set_aside"] == {"n-2": "conflict"}
    assert type_("panel", "list", "SG", "2027-05-05") == "2027-05-05 is no cycle date of SG.\n"
    [_, first, *_] = type_("panel", "list", "SG", "2020-04-01", "--csv").splitlines()
    assert first.startswith(f"{path},s1,under_review,1,1,")
    assert "nom-1;s1,rev-law (same_family),n-2 (conflict),no," in first
    cards = type_("panel", "cards", path, "--as", "manager:m-1", "--json")
    assert [card["reason"] for card in cards] == [None, None, "same_family", "conflict"]
    assert cards[0]["scores"] == dict.fromkeys(ITEMS, 4)
    assert "set aside by compliance:c-1: conflict" in type_(
        "panel", "cards", path, "--as", "manager:m-1"
    )


def test_appeals(world: World, type_: Callable[..., Any]) -> None:
    """A voice says how the appeal stands; the list has days left, and names for staff."""
    path = world.candidate(score=1)
    world.go(APRIL)
    assert type_("appeal", "list", "SG") == "No appeal is open in SG.\n"
    assert path in type_("appeal", "list", "--unfiled")
    said = type_("appeal", path, "--as", "manager:m-1", "--reject")
    assert "of 2 persons 0 grant it and 1 reject it" in said
    assert "until 2020-05-01, 30 days from now" in said
    assert f"{path} s1: 30 days left; 0 of 2 grant it, 1 reject it" in type_("today", "SG")
    assert "m-1" not in type_("appeal", "list", "SG")
    [told] = type_("appeal", "list", "SG", "--as", "manager:m-9", "--json")
    assert (told["days_left"], told["rejections"]) == (30, 1)
    assert [voice["person"] for voice in told["voices"]] == ["m-1"]
    listed = type_("appeal", "list", "SG", "--as", "manager:m-9", "--csv").splitlines()[1]
    assert listed == f"{path},s1,SG,not_selected,2020-05-01,30,0,1,m-1 (reject)"
    said = type_("appeal", "decide", path, "--as", "manager:m-2", "--reject")
    assert "rejected and closed" in said
    for command in ("outcome", "show"):
        assert "appeal: rejected" in type_(command, path)
    assert type_("show", path, "--json")[0]["appeal"] == "rejected"


def test_an_import_names_what_differs(
    world: World, type_: Callable[..., Any], tmp_path: Path
) -> None:
    """A file's team that is another than the seat's is reported with its line."""
    world.nominate()
    world.go(date(2020, 3, 20))
    file = tmp_path / "cards.csv"
    header = ",".join(("seller_id,reviewer_id,team", *ITEMS, "comment,recusal_reason"))
    file.write_text(f"{header}\ns1,rev-pay,payroll,{'4,' * len(ITEMS)}Good.,\n")
    told = type_("import", "scorecards", str(file), "--json", "--key", "k")
    assert told["differences"] == [
        (
            "line 2: 'rev-pay': the card names the team 'payroll', "
            "the seat 'pay'; the seat's team counts"
        )
    ]
    assert told["differences"][0] in type_("import", "scorecards", str(file), "--key", "k")


def test_the_class_of_each_candidate(world: World, type_: Callable[..., Any]) -> None:
    """With --class the date is rehearsed, and candidates are shown with their class, or by it."""
    world.nominate("s2", actor=OTHER)
    words = ("panel", "list", "SG", "2020-04-01")
    [without] = type_(*words, "--json")
    assert without["class"] is None
    [shown] = type_(*words, "--class", "any", "--json")
    assert shown["class"] == "depends on the panel"
    assert "depends on the panel" in type_(*words, "--class", "depends on the panel")
    assert "None of 1 candidates is" in type_(*words, "--class", "certain")
    assert ",depends on the panel" in type_(*words, "--class", "any", "--csv")
    assert CliRunner().invoke(app, [*words, "--class", "sure"]).exit_code == 1
