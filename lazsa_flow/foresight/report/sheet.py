"""Sheets: a rehearsal as CSV, one row a path."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from lazsa_flow.foresight.report.counts import write_margin
from lazsa_flow.terminal_text import quote_for_spreadsheet

if TYPE_CHECKING:
    from lazsa_flow.foresight.rehearsed_date import RehearsedDate

COLUMNS: Final = (
    *("path", "subject", "country", "class", "outcome", "before", "state"),
    *("guards", "instead", "margin", "on", "assumed", "error"),
)


def write_sheet(rehearsal: RehearsedDate) -> str:
    """Return a rehearsal as CSV; a cell that a spreadsheet would compute is quoted."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(COLUMNS)
    assumed = "; ".join(rehearsal.assumed) or "nothing"
    for each in rehearsal.outcomes:
        cells = (
            *(each.path, each.subject, each.country, each.class_),
            *(each.outcome, each.before, each.state, "; ".join(each.guards)),
            "; ".join(f"{given}: {outcome}" for given, outcome in each.instead.items()),
            *(write_margin(each), rehearsal.on.isoformat(), assumed, each.error or ""),
        )
        sheet.writerow(map(quote_for_spreadsheet, cells))
    return text.getvalue()
