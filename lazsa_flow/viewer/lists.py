"""The viewer's lists of one service: due timers, parked paths, and its health."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.clock import VirtualClock
from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.calendar import instant_text, parse_date
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.tables import Link, write_paragraph

if TYPE_CHECKING:
    from datetime import datetime

    from lazsa_flow.service.service import FlowService
    from lazsa_flow.viewer.extra_pages import Addresses
    from lazsa_flow.viewer.tables import Cell

LISTED: Final = 500
"""How many rows a list has at most."""
LATE: Final = timedelta(minutes=2)
"""How long a due timer may wait before the service is called late; the ticker is faster."""
DUE_HEAD: Final = ("Path", "Subject", "Country", "Timer", "On", "Instant (UTC)", "Tries")
PARKED_HEAD: Final = ("Path", "Timer", "Due (UTC)", "Error", "Attempts", "Failed (UTC)")
ASK_UNTIL: Final = (
    '<form><label>What falls due by the beginning of <input type="date" name="until"'
    "></label> <button>Show</button></form>"
)


def link_lists(addresses: Addresses) -> list[Link]:
    """Return the links to the lists, which every page has."""
    return [Link(name.capitalize(), addresses.of(name)) for name in ("due", "parked", "health")]


def list_due(service: FlowService, addresses: Addresses, until: str | None) -> list[list[Cell]]:
    """Return rows of what is due, no more than a list has.

    Args:
        service: Whose timers.
        addresses: Where the service's pages are.
        until: The date at whose beginning it is due; now by default.
    """
    at = _beginning(service, until) if until else None
    return [
        [
            addresses.path(each.path),
            each.subject,
            each.timer.country,
            each.timer.name,
            each.timer.due_on.isoformat(),
            instant_text(each.timer.due_at)[:16],
            ", ".join(each.triggers) or "a reminder",
        ]
        for each in service.due(until=at, limit=LISTED)
    ]


def list_parked(service: FlowService, addresses: Addresses) -> list[list[Cell]]:
    """Return rows of the parked paths.

    Args:
        service: Whose paths.
        addresses: Where the service's pages are.
    """
    return [
        [
            addresses.path(ref),
            failure.timer,
            instant_text(failure.due_at)[:16],
            failure.error,
            failure.attempts,
            instant_text(failure.failed_at)[:16],
        ]
        for ref, failure in service.parked()
    ]


def measure_health(service: FlowService) -> dict[str, Any]:
    """Return the health of a service as JSON values: what waits, and whether it is late."""
    now = service.clock.now()
    pauses, next_due = service.pauses(), service.next_due()
    stands = runtime_of(service).store.queue_stats(now)
    late = next_due is not None and next_due < now - LATE
    since = stands.outbox_since
    status = "parked" if stands.parked else "late" if late else "ok"
    return {
        "status": "paused" if pauses else status,
        "paused": [each.scope for each in pauses],
        "due": stands.due,
        "failing": stands.failing,
        "parked": stands.parked,
        "next_due": next_due and instant_text(next_due),
        "outbox": stands.outbox,
        "outbox_since": since and instant_text(since),
    }


def note_cut_rows(rows: int) -> list[str]:
    """Return a note below a list that has as many rows as it may; nothing below a shorter one."""
    return [write_paragraph(f"The first {LISTED} are listed.")] if rows >= LISTED else []


def note_instant(service: FlowService) -> list[str]:
    """Return a note of the instant shown, where it is not the machine's own; else nothing."""
    if not isinstance(service.clock, VirtualClock):
        return []
    at = instant_text(service.clock.now())[:16].replace("T", " ")
    return [
        write_paragraph(f"As of {at} UTC: this is not the present, and the clock stands still.")
    ]


def _beginning(service: FlowService, text: str) -> datetime:
    """Return the instant at which a date has begun in every country."""
    day = parse_date(text, where="due", field="until")
    rulebook = runtime_of(service).rulebook
    try:
        return max(rulebook.calendar(code).start(day).at for code in rulebook.countries)
    except (OverflowError, ValueError):
        raise InputError.of("due", "until", text, "a date that every calendar has") from None
