"""Imports as they are recorded: who imported what, through what, from which file, and when."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lazsa_flow.lifecycle.calendar import instant_text

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """One import, by file or by call; every row of evidence that it wrote names it.

    Attributes:
        id: Its number.
        kind: What was imported, such as ``facts``.
        actor: Who imported, as ``role:id``.
        via: Through what: the command line with the user's number on its machine, as ``cli/1000``,
            or the name under which a host opened the programme.
        file: The file's name; none where rows came by a call.
        sha256: The digest of the file, or of the rows.
        recorded_at: The instant.

    Units:
        Instants are aware, in UTC.
    """

    id: int
    kind: str
    actor: str
    via: str
    file: str | None
    sha256: str | None
    recorded_at: datetime

    def fields(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "recorded_at": instant_text(self.recorded_at)}
