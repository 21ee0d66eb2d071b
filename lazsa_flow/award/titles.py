"""Titles of ambassadors: ``Seller Ambassador``, in Indonesia ``City Leader``.

Source:
    programme.md, "Who and where".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award.rules.perks import LIFECYCLE

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.service.context import Context

TITLE: Final = "Seller Ambassador"
"""The title where a country's file names none."""


def title_in(context: Context, country: str) -> str:
    """Return the title of a country's ambassadors."""
    return context.country(country).title or TITLE


def title_of(context: Context, path: Path, at: datetime) -> str | None:
    """Return the title of a path's seller at an instant; none without a sitting award.

    A path of another lifecycle gives none, even if its periods have the same name.
    """
    if path.lifecycle != LIFECYCLE or not path.period("award", at):
        return None
    return title_in(context, path.country)
