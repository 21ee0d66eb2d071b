"""Scorecard files: the panel's cards and recusals.

Source:
    programme.md, "The panel".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.award.imports.fields import SCORE_EXPECTED, parse_score
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.csvfiles.fields import (
    Cells,
    UnfitError,
    parse_code,
    parse_id,
)
from lazsa_flow.csvfiles.formats import Column, FileFormat
from lazsa_flow.csvfiles.problems import Problems, Seen
from lazsa_flow.csvfiles.table import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCORECARDS: Final = FileFormat(
    "scorecards",
    "one reviewer's card, or recusal, for one seller",
    (
        Column("seller_id", "The seller who is judged.", "seller-1"),
        Column("reviewer_id", "The reviewer; they must be assigned to the panel.", "reviewer-3"),
        Column(
            "team",
            "The reviewer's team; it is compared with the seat's, which counts.",
            "payments",
            required=False,
        ),
        *(Column(item, "A whole number from 0 to 5.", "4", required=False) for item in ITEMS),
        Column(
            "comment",
            "Free text; required for a card.",
            "Active in every campaign.",
            required=False,
            private=True,
            multiline=True,
        ),
        # a reason written out in full where a code belongs is free text too
        Column(
            "recusal_reason",
            "A reason code, such as conflict_of_interest, in a row without scores and comment:"
            " the reviewer recuses.",
            "",
            required=False,
            private=True,
        ),
    ),
)
SCORECARD_COLUMNS: Final = SCORECARDS.header


class ScorecardRow(NamedTuple):
    """One reviewer's card, or recusal, of a file.

    Attributes:
        line: Where it stands in the file.
        team: The team that the row names, if it names one; the seat's counts.
        scores: Eleven whole numbers in the order of :data:`lazsa_flow.award.rules.panel.ITEMS`;
            empty for a recusal.
        comment: Free text, so personal data, and left out of ``repr``; empty for a recusal.
        recusal_reason: A reason code, or ``None`` for a card.
    """

    line: int
    seller: str
    reviewer: str
    team: str | None
    scores: tuple[int, ...]
    comment: str
    recusal_reason: str | None = None

    def __repr__(self) -> str:
        """Say which row it is, and nothing of the comment."""
        return f"<ScorecardRow: line {self.line}>"


def read_scorecards(file: str | Path, problems: Problems | None = None) -> Iterator[ScorecardRow]:
    """Read scorecards and recusals in the file's order.

    A card has all eleven scores and a comment; a recusal has a reason and neither. Nothing that
    was yielded may be relied on before the iterator has ended without an error.

    Args:
        file: CSV with the columns :data:`SCORECARD_COLUMNS`, in any order.
        problems: Gathers what is wrong; by default one of the reader's own.

    Raises:
        InputError: While iterating: the file cannot be read or is wrong. It names up to twenty
            problems, and shows no comment.
    """
    problems = Problems(file, SCORECARDS.private) if problems is None else problems
    with problems, Seen(problems, "", "the same seller and reviewer") as seen:
        for line, texts in read_table(file, SCORECARDS, problems):
            row = _read_row(line, Cells(problems, line, texts))
            if row is not None and seen.add(line, row.seller, row.reviewer):
                yield row


def _read_row(line: int, cells: Cells) -> ScorecardRow | None:
    seller = cells.take("seller_id", parse_id)
    reviewer = cells.take("reviewer_id", parse_id)
    team = cells.maybe("team", parse_id)
    reason = cells.maybe("recusal_reason", parse_code)
    scores: tuple[int | None, ...] = ()
    if not cells.text("recusal_reason"):
        scores = tuple(cells.take(item, _parse_score) for item in ITEMS)
        if not cells.text("comment").strip():
            cells.refuse("comment", "a comment, or a recusal_reason")
    else:
        for column in (*ITEMS, "comment"):
            if cells.text(column):
                cells.refuse(column, "nothing, as a recusal_reason is given")
    if cells.refused or seller is None or reviewer is None:
        return None
    whole = tuple(score for score in scores if score is not None)
    return ScorecardRow(line, seller, reviewer, team, whole, cells.text("comment"), reason)


def _parse_score(text: str) -> int:
    if not text:
        raise UnfitError(f"{SCORE_EXPECTED}, or a recusal_reason")
    return parse_score(text)
