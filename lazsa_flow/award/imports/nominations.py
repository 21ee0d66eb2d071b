"""Nomination files: who nominates which seller.

Source:
    programme.md, "Nomination and the award cycle".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.csvfiles.fields import Cells, one_of, parse_id
from lazsa_flow.csvfiles.formats import Column, FileFormat
from lazsa_flow.csvfiles.problems import Problems, Seen
from lazsa_flow.csvfiles.table import read_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCES: Final = ("employee", "ambassador", "seller")
NOMINATIONS: Final = FileFormat(
    "nominations",
    "one nomination",
    (
        Column("seller_id", "The nominated seller's id; their facts must be known.", "seller-1"),
        Column("source", f"As what the nominator nominates: {', '.join(SOURCES)}.", "employee"),
        Column(
            "nominator_id", "Who nominates; the seller_id where the source is seller.", "employee-7"
        ),
        Column(
            "statement",
            "Why: free text. Empty where it is still to come; review cannot open before.",
            "Helps new sellers every week.",
            required=False,
            private=True,
            multiline=True,
        ),
    ),
)
NOMINATION_COLUMNS: Final = NOMINATIONS.header

_parse_source: Final = one_of(SOURCES)


class NominationRow(NamedTuple):
    """One nomination of a file.

    Attributes:
        line: Where it stands in the file.
        source: One of :data:`SOURCES`: as what the nominator nominates.
        statement: Free text, so personal data, and left out of ``repr``; empty where it is
            still to come.
    """

    line: int
    seller: str
    source: str
    nominator: str
    statement: str

    def __repr__(self) -> str:
        """Say which row it is, and nothing of the statement."""
        return f"<NominationRow: line {self.line}>"

    @property
    def complete(self) -> bool:
        """Whether the statement says something."""
        return bool(self.statement.strip())


def read_nominations(file: str | Path, problems: Problems | None = None) -> Iterator[NominationRow]:
    """Read nominations in the file's order.

    Nothing that was yielded may be relied on before the iterator has ended without an error.

    Args:
        file: CSV with the columns :data:`NOMINATION_COLUMNS`, in any order.
        problems: Gathers what is wrong; by default one of the reader's own.

    Raises:
        InputError: While iterating: the file cannot be read or is wrong. It names up to twenty
            problems, and shows no statement.
    """
    problems = Problems(file, NOMINATIONS.private) if problems is None else problems
    with problems, Seen(problems, "", "the same seller, source and nominator") as seen:
        for line, texts in read_table(file, NOMINATIONS, problems):
            row = _read_row(line, Cells(problems, line, texts))
            if row is not None and seen.add(line, row.seller, row.source, row.nominator):
                yield row


def _read_row(line: int, cells: Cells) -> NominationRow | None:
    seller = cells.take("seller_id", parse_id)
    source = cells.take("source", _parse_source)
    nominator = cells.take("nominator_id", parse_id)
    if source == "seller" and None not in (seller, nominator) and nominator != seller:
        cells.refuse("nominator_id", "the seller_id, as the source is seller")
    if cells.refused or seller is None or source is None or nominator is None:
        return None
    return NominationRow(line, seller, source, nominator, cells.text("statement"))
