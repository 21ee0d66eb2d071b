"""Scorecards from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.imports.scorecards import SCORECARD_COLUMNS, ScorecardRow, read_scorecards
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.errors import InputError, Problem

if TYPE_CHECKING:
    from pathlib import Path

SCORES = dict(zip(ITEMS, "01234543210", strict=True))
CARD = {
    "seller_id": "s1",
    "reviewer_id": "r1",
    "team": "logistics",
    "comment": "Steady",
    "recusal_reason": "",
    **SCORES,
}
RECUSAL = CARD | dict.fromkeys((*ITEMS, "comment"), "") | {"recusal_reason": "own_seller"}


def rows_of(tmp_path: Path, *rows: dict[str, str]) -> list[ScorecardRow]:
    """Read rows written as a file."""
    path = tmp_path / "c.csv"
    lines = [SCORECARD_COLUMNS, *([row[c] for c in SCORECARD_COLUMNS] for row in rows)]
    path.write_text("\n".join(map(",".join, lines)) + "\n", encoding="utf-8")
    return list(read_scorecards(path))


def refused(tmp_path: Path, *rows: dict[str, str]) -> tuple[Problem, ...]:
    """Have rows refused."""
    with pytest.raises(InputError) as caught:
        rows_of(tmp_path, *rows)
    return caught.value.problems


def test_a_card(tmp_path: Path) -> None:
    """A card holds eleven scores in the panel's order, and a comment (programme.md, The panel)."""
    assert rows_of(tmp_path, CARD) == [
        ScorecardRow(2, "s1", "r1", "logistics", (0, 1, 2, 3, 4, 5, 4, 3, 2, 1, 0), "Steady", None)
    ]


def test_a_recusal(tmp_path: Path) -> None:
    """A reviewer may recuse with a reason, and then scores nothing (programme.md, The panel)."""
    assert rows_of(tmp_path, RECUSAL) == [
        ScorecardRow(2, "s1", "r1", "logistics", (), "", "own_seller")
    ]


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("text", ["", "6", "-1", "3.0", "05", "+3", " 3", "\u0663"])
def test_scores_are_whole_and_all_required(tmp_path: Path, item: str, text: str) -> None:
    """Each of the eleven scores is a whole number from 0 to 5 (programme.md, The panel)."""
    (problem,) = refused(tmp_path, CARD | {item: text})
    assert (problem.where, problem.field) == (f"{tmp_path / 'c.csv'}:2", item)
    assert problem.value == ascii(text)
    assert problem.expected.startswith("a whole number from 0 to 5")


@pytest.mark.parametrize(("text", "shown"), [("", "''"), ("  ", "(text)")])
def test_a_comment_is_required(tmp_path: Path, text: str, shown: str) -> None:
    """Eleven scores want a comment too (programme.md, The panel)."""
    (problem,) = refused(tmp_path, CARD | {"comment": text})
    assert (problem.field, problem.value) == ("comment", shown)


@pytest.mark.parametrize("field", ["seller_id", "reviewer_id"])
@pytest.mark.parametrize("row", [CARD, RECUSAL])
def test_ids_are_required(tmp_path: Path, row: dict[str, str], field: str) -> None:
    """Seller and reviewer are required, of a recusal too; the team is the seat's."""
    (problem,) = refused(tmp_path, row | {field: ""})
    assert problem.field == field


@pytest.mark.parametrize("reason", ["My cousin", "Own_seller", "1st", "_x", "é"])
def test_a_reason_is_a_code(tmp_path: Path, reason: str) -> None:
    """A recusal's reason is a code; free text in its place is refused and not shown."""
    (problem,) = refused(tmp_path, RECUSAL | {"recusal_reason": reason})
    assert (problem.field, problem.value) == ("recusal_reason", "(text)")


def test_a_recusal_scores_nothing(tmp_path: Path) -> None:
    """Scores or a comment beside a recusal are refused, each; the comment is not shown."""
    problems = refused(tmp_path, CARD | {"recusal_reason": "own_seller"})
    assert [p.field for p in problems] == [*ITEMS, "comment"]
    assert problems[-1].value == "(text)"
    assert {p.expected for p in problems} == {"nothing, as a recusal_reason is given"}


def test_one_reviewer_once_a_seller(tmp_path: Path) -> None:
    """A reviewer has one card or recusal a seller in a file."""
    other = CARD | {"reviewer_id": "r2"}
    assert len(rows_of(tmp_path, CARD, other, CARD | {"seller_id": "s2"})) == 3
    (problem,) = refused(tmp_path, CARD, other, RECUSAL)
    assert problem == Problem(
        f"{tmp_path / 'c.csv'}:4",
        "",
        "'s1, r1'",
        "the same seller and reviewer once; it stands on line 2 already",
    )


def test_a_comment_is_not_in_the_repr(tmp_path: Path) -> None:
    """Free text does not slip into logs by a row's repr."""
    (row,) = rows_of(tmp_path, CARD)
    assert "Steady" not in repr(row)
