"""Who nominates whom, by the file that a host hands over?

Source:
    programme.md, "Nomination and the award cycle".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from lazsa_flow.imports.fields import Cells, one_of, parse_id
from lazsa_flow.imports.table import Problems, Seen, read_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOMINATION_COLUMNS: Final = ("seller_id", "source", "nominator_id", "statement")
SOURCES: Final = ("employee", "ambassador", "seller")

_PRIVATE: Final = ("statement",)
_parse_source: Final = one_of(SOURCES)


@dataclass(frozen=True, slots=True)
class NominationRow:
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
    statement: str = field(repr=False)

    @property
    def complete(self) -> bool:
        """Whether the statement says something."""
        return bool(self.statement.strip())


def read_nominations(file: str | Path) -> Iterator[NominationRow]:
    """Read nominations in the file's order.

    Nothing that was yielded may be relied on before the iterator has ended without an error.

    Args:
        file: CSV with the columns :data:`NOMINATION_COLUMNS`, in any order.

    Raises:
        InputError: While iterating: the file cannot be read or is wrong. It names up to twenty
            problems, and shows no statement.
    """
    with (
        Problems(file, _PRIVATE) as problems,
        Seen(problems, "", "the same seller, source and nominator") as seen,
    ):
        for line, texts in read_table(file, NOMINATION_COLUMNS, problems):
            row = _row(line, Cells(problems, line, texts))
            if row is not None:
                seen.add(line, row.seller, row.source, row.nominator)
                yield row


def _row(line: int, cells: Cells) -> NominationRow | None:
    seller = cells.take("seller_id", parse_id)
    source = cells.take("source", _parse_source)
    nominator = cells.take("nominator_id", parse_id)
    if source == "seller" and None not in (seller, nominator) and nominator != seller:
        cells.refuse("nominator_id", "the seller_id, as the source is seller")
    if cells.refused or seller is None or source is None or nominator is None:
        return None
    return NominationRow(line, seller, source, nominator, cells.text("statement"))
