"""Files of rejected rows: each row unchanged, with its line and the reason."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from lazsa_flow.csvfiles.problems import Problems
from lazsa_flow.csvfiles.table import REASON_COLUMNS, read_table
from lazsa_flow.private_files import open_file

if TYPE_CHECKING:
    from pathlib import Path

    from lazsa_flow.csvfiles.formats import FileFormat


def write_rejects(file: Path, form: FileFormat, problems: Problems, rejects: Path) -> int:
    """Write the refused rows of a file, each with its line and every problem.

    The rows are written unchanged, with personal data, so that the file can be fixed and imported
    again. A row that could not be read as a row of the table has its line and problems alone.

    Args:
        file: The file that was read.
        form: Its columns.
        problems: What was found in it.
        rejects: The file to write.

    Returns:
        How many rows were refused.
    """
    refused = problems.refused
    wanted = {line for line in refused if line}
    rows = {}
    if wanted:
        again = Problems(file, keep_all=True, partial=True)
        rows = {line: row for line, row in read_table(file, form, again) if line in wanted}
    with open_file(rejects, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow((*form.header, *REASON_COLUMNS))
        for line, found in refused.items():
            row = rows.get(line, {})
            fields = [row.get(name, "") for name in form.header]
            reasons = (
                f"{each.field or 'row'}: got {each.value}, expected {each.expected}"
                for each in found
            )
            writer.writerow((*fields, line, "; ".join(reasons)))
    return len(refused)
