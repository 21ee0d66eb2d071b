"""How did the panel score, by the file that a host hands over?

Source:
    programme.md, "The panel".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lazsa_flow.domain.panel import ITEMS
from lazsa_flow.imports.fields import (
    SCORE_EXPECTED,
    Cells,
    UnfitError,
    parse_code,
    parse_id,
    parse_score,
)
from lazsa_flow.imports.table import Problems, Seen, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SCORECARD_COLUMNS: Final = (
    "seller_id",
    "reviewer_id",
    "team",
    *ITEMS,
    "comment",
    "recusal_reason",
)

# A reason written out in full where a code belongs is free text too.
_PRIVATE: Final = ("comment", "recusal_reason")


@dataclass(frozen=True, slots=True)
class ScorecardRow:
    """One reviewer's card, or recusal, of a file.

    Attributes:
        line: Where it stands in the file.
        scores: Eleven whole numbers in the order of :data:`lazsa_flow.domain.panel.ITEMS`;
            empty for a recusal.
        comment: Free text, so personal data, and left out of ``repr``; empty for a recusal.
        recusal_reason: A reason code, or ``None`` for a card.
    """

    line: int
    seller: str
    reviewer: str
    team: str
    scores: tuple[int, ...]
    comment: str = field(repr=False)
    recusal_reason: str | None = None


def read_scorecards(file: str | Path) -> Iterator[ScorecardRow]:
    """Read scorecards and recusals in the file's order.

    A card has all eleven scores and a comment; a recusal has a reason and neither. Nothing that
    was yielded may be relied on before the iterator has ended without an error.

    Args:
        file: CSV with the columns :data:`SCORECARD_COLUMNS`, in any order.

    Raises:
        InputError: While iterating: the file cannot be read or is wrong. It names up to twenty
            problems, and shows no comment.
    """
    with (
        Problems(file, _PRIVATE) as problems,
        Seen(problems, "", "the same seller and reviewer") as seen,
    ):
        for line, texts in read_table(file, SCORECARD_COLUMNS, problems):
            row = _row(line, Cells(problems, line, texts))
            if row is not None:
                seen.add(line, row.seller, row.reviewer)
                yield row


def _row(line: int, cells: Cells) -> ScorecardRow | None:
    seller = cells.take("seller_id", parse_id)
    reviewer = cells.take("reviewer_id", parse_id)
    team = cells.take("team", parse_id)
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
    if cells.refused or seller is None or reviewer is None or team is None:
        return None
    whole = tuple(score for score in scores if score is not None)
    return ScorecardRow(line, seller, reviewer, team, whole, cells.text("comment"), reason)


def _parse_score(text: str) -> int:
    if not text:
        raise UnfitError(f"{SCORE_EXPECTED}, or a recusal_reason")
    return parse_score(text)
