"""Recipients and subjects by the names that rows and ``lazsa.toml`` have them under.

The names are stored in the database, so they do not change when a lifecycle renames them.
"""

from __future__ import annotations

from typing import Final

ROUTED: Final = ("seller", "nominators", "panel", "country_lead", "team", "group")
"""Recipients that a deployment with several channels must name a channel for."""
INCOMPLETE_NOMINATORS: Final = "incomplete_nominators"
REVIEWERS: Final = "reviewers"
COUNTRY_LEAD: Final = "country_lead"
MANAGER: Final = "manager"
STORED_SUBJECT: Final = "seller"
"""The key of a path's subject in stored results of commands."""


def recipient_class(to: str) -> str:
    """Return the class of a recipient: ``reviewers`` for ``reviewer:r-1``, as routes name it."""
    if ":" not in to:
        return "nominators" if to == INCOMPLETE_NOMINATORS else to
    return REVIEWERS if to.startswith("reviewer:") else "nominators"
