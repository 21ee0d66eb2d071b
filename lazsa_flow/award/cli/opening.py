"""Opening the award programme for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.cli.common import open_with

if TYPE_CHECKING:
    from pathlib import Path

    from lazsa_flow.award.programme import Programme


def open_programme(database: str, config: Path | None) -> Programme:
    """Open the programme on the database and configuration that the options name."""
    from lazsa_flow.award.programme import Programme

    return open_with(Programme.open, database, config)
