"""Rehearsal: what a date will bring, with the reports that can be written of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazsa_flow.foresight.rehearsed_date import RehearsedDate

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Rehearsal(RehearsedDate):
    """What a date will bring.

    Attributes:
        on: The date.
        now: The instant at which it was asked.
        conditions: The value of each assumption; ``as-recorded`` where nothing is assumed.
        assumed: A sentence for each assumption that differs from the record.
        policy: The policy as if under which it was asked; ``None`` for those in force.
        outcomes: What becomes of each path that is due on the date, in the order of their numbers.
        journal: The rows that would be written until then, as ``Programme.journal`` yields them.
        paths: How many paths were copied to decide it.

    Units:
        Instants are aware, in UTC.
    """

    def write_report(self, file: Path | str) -> None:
        """Write it to a file that only its own user can read: a page, a sheet or a document.

        Args:
            file: Where it is written; its name ends with ``.html``, ``.csv`` or ``.json``.

        Raises:
            InputError: The name ends otherwise.
            OSError: The file cannot be written.
        """
        from lazsa_flow.foresight.report.files import write_report

        write_report(self, file)
