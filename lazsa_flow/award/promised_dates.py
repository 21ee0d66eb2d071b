"""Promised dates at sending time: a notice shows the date in force, however late it is sent.

A notice is decided at its instant and sent later: after quiet hours, or by a relay that was down.
If the promised date has changed, the notice shows the new one. If the decision has been made, it
promises nothing, and a notice about nothing but the date is not sent.

Source:
    programme.md, "Tenure, renewal, retirement": a notice whenever a promised date changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from lazsa_flow.engine.outbox_values import Claimed

RENEWAL: Final = "renewal_rescheduled"
_CANDIDATE: Final = ("nominated", "under_review")
_PROMISED: Final[Mapping[str, tuple[str, ...]]] = {
    "nominated": _CANDIDATE,
    "postponed": _CANDIDATE,
    "candidacy_rescheduled": _CANDIDATE,
    "awarded": ("awarded",),
    "renewed": ("renewed",),
    "renewal_due": ("renewal_due",),
    RENEWAL: ("awarded", "renewed", "renewal_due"),
}
"""The notices that promise a date, each with the states in which it is still to come."""
_ONLY_A_DATE: Final = frozenset({"candidacy_rescheduled", RENEWAL, "renewal_due"})


def applies(notice: Claimed) -> bool:
    """Return whether a notice that says nothing but a date is still true of its path."""
    if notice.kind not in _ONLY_A_DATE:
        return True
    return _stands(notice) and notice.path.cycle_on == notice.cycle_on


def cycle_told(notice: Claimed, today: date) -> date | None:
    """Return the cycle date that a notice shows; ``None`` if it can promise none any more.

    Args:
        notice: The notice, with the present state of its path.
        today: The local date on which it leaves.
    """
    promised = notice.cycle_on
    if notice.kind in _PROMISED and _stands(notice):
        promised = notice.path.cycle_on
    elif _PROMISED.get(notice.kind) == _CANDIDATE:
        return None  # decided, which another notice says
    over = promised is not None and promised < today
    return None if over and _PROMISED.get(notice.kind) == _CANDIDATE else promised


def _stands(notice: Claimed) -> bool:
    """Return whether what a notice promises is still to come: its path is where it was."""
    path, states = notice.path, _PROMISED[notice.kind]
    here = states == _CANDIDATE or path.entered_at <= notice.created_at
    return path.state in states and here
