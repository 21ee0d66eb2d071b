"""Decision rows: the journal row of a path's latest decision, even if the path has moved since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_AFTERWARDS: Final = frozenset({"join_reconnect", "rejoin", "remove", "revoke_standing"})
"""Triggers that decide nothing about a candidacy or award: it had ended before."""


def decision_row(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """Return the latest decision among rows that are given oldest first.

    A refused decision is one: it names the unmet guards. A move of country, a suspended cycle
    and a release are none, nor is what a former ambassador does in Reconnect.
    """
    found = None
    for row in rows:
        trigger = row["trigger"]
        if row["reason"] == "refused" if trigger is None else trigger not in _AFTERWARDS:
            found = row
    return found
