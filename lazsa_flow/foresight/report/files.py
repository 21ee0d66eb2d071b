"""Files: a rehearsal written as a page, a sheet or a document, by the name of the file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import InputError
from lazsa_flow.foresight.report.page import write_report_page
from lazsa_flow.foresight.report.sheet import write_sheet
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.private_files import write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lazsa_flow.foresight.rehearsed_date import RehearsedDate


def _write_document(rehearsal: RehearsedDate) -> str:
    return json.dumps(rehearsal.document(), ensure_ascii=False, indent=1) + "\n"


_WRITERS: Final[Mapping[str, Callable[[RehearsedDate], str]]] = FrozenDict(
    {".html": write_report_page, ".csv": write_sheet, ".json": _write_document}
)


def check_report_name(file: Path | str) -> None:
    """Let the name of a file pass that says what the report is written as.

    Raises:
        InputError: It ends otherwise.
    """
    if Path(file).suffix.lower() not in _WRITERS:
        expected = f"a file that ends with {', '.join(_WRITERS)}"
        raise InputError.of("rehearse", "report", str(file), expected)


def write_report(rehearsal: RehearsedDate, file: Path | str) -> None:
    """Write a rehearsal to a file that only its own user can read.

    Args:
        rehearsal: What a date will bring.
        file: Where it is written; its name ends with ``.html``, ``.csv`` or ``.json``.

    Raises:
        InputError: The name ends otherwise.
        OSError: The file cannot be written.
    """
    check_report_name(file)
    write = _WRITERS[Path(file).suffix.lower()]
    write_file(Path(file), write(rehearsal).encode())
