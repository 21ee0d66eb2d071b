"""What just meets a rule is accepted: a refusal beyond the edge does not show that.

Source: programme.md, "The panel" and "Tenure, renewal, retirement".
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow import Actor, ConflictError
from lazsa_flow.award.rules.panel import ITEMS
from tests.factories import midnight
from tests.integration.world import APRIL, EMPLOYEE, REVIEWER, TICK

if TYPE_CHECKING:
    from pathlib import Path

    from tests.integration.world import World

HOST = Actor("host", "host")
MANAGERS = (Actor("manager", "man-1"), Actor("manager", "man-2"))


def rows(folder: Path, query: str) -> list[tuple[Any, ...]]:
    """Return what stands in the database."""
    with closing(sqlite3.connect(folder / "lazsa.db")) as database:
        return database.execute(query).fetchall()


@pytest.mark.parametrize("score", [0, 5])
def test_the_lowest_and_the_highest_score(world: World, tmp_path: Path, score: int) -> None:
    """0 and 5 are scores, and are recorded as such, for every item."""
    path = world.nominate()
    world.go(date(2020, 3, 20)).score(path, 0, score)
    [(scores,)] = rows(tmp_path, "SELECT scores FROM lazsa_scorecards")
    assert [int(each) for each in scores.strip("[]").split(",")] == [score] * len(ITEMS)
    [candidate] = world.programme.panel("SG", APRIL)
    assert (candidate.cards, candidate.missing) == (1, "2 reviewers, 2 teams")


@pytest.mark.parametrize(("cards", "missing"), [(2, "1 reviewers, 1 teams"), (3, ""), (5, "")])
def test_more_cards_than_needed(world: World, cards: int, missing: str) -> None:
    """A panel that is larger than the quorum lacks nothing, and decides as well."""
    path = world.candidate(cards=cards)
    [candidate] = world.programme.panel("SG", APRIL)
    assert (candidate.cards, candidate.teams, candidate.missing) == (cards, cards, missing)
    world.go(APRIL)
    assert world.state(path) == ("awarded" if cards >= 3 else "under_review")


def test_a_case_is_opened_and_closed_again(world: World) -> None:
    """A case that was closed can be opened once more; it then holds the award as before."""
    path = world.candidate()
    for _ in range(3):
        world.open_case().close_case()
        with pytest.raises(ConflictError, match="case-1 is not open"):
            world.close_case()
    world.open_case()
    with pytest.raises(ConflictError, match="case-1 is open"):
        world.open_case()
    world.go(APRIL)
    assert world.last(path)["trigger"] == "carry_over"
    world.close_case().open_case("s1", "case-2").close_case("s1", "case-2")


def test_an_appeal_on_the_last_day(world: World) -> None:
    """The thirtieth day counts to its end, for the word that decides as for the first."""
    path = world.candidate(score=1)
    world.go(APRIL)
    assert world.state(path) == "declined"
    world.go(midnight(APRIL + timedelta(days=31)) - 2 * TICK)
    for manager in MANAGERS:
        world.programme.appeal(path, actor=manager, grant=True)
    assert world.state(path) == "awarded"


def test_a_seller_with_paths_of_three_lifecycles_moves(world: World) -> None:
    """Paths that have no cycle date move along, and keep none."""
    path = world.ambassador()
    world.programme.invite_trainer("s1", shown=("teaching", "speaking"), actor=EMPLOYEE)
    world.programme.move_country("s1", "TH", actor=HOST)
    moved = {each.ref: (each.country, each.cycle_on) for each in world.programme.paths("s1")}
    assert moved == {path: ("TH", date(2021, 4, 1)), "trainer-2": ("TH", None)}


def test_what_a_reviewer_writes_is_kept_with_its_round(world: World, tmp_path: Path) -> None:
    """The reason of a recusal, and path and author of each comment, can be read back."""
    path = world.candidate(cards=1)
    reviewer = Actor("reviewer", "rev-law", "SG", "law")
    world.programme.recuse(path, actor=reviewer, reason="same_family", note="Cousins.")
    assert rows(tmp_path, "SELECT reviewer, reason FROM lazsa_scorecards ORDER BY id") == [
        (REVIEWER.id, None),
        ("rev-law", "same_family"),
    ]
    number = int(path.rpartition("-")[2])
    texts = "SELECT author, path_id, body FROM lazsa_texts WHERE kind = 'comment' ORDER BY id"
    assert rows(tmp_path, texts) == [
        (REVIEWER.id, number, "As discussed."),
        ("rev-law", number, "Cousins."),
    ]
