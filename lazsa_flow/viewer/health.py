"""Health of a service: what waits, what is late, and what is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer.cells import LateBy, Mark, ZonedTime
from lazsa_flow.viewer.due_page import LATE
from lazsa_flow.viewer.list_page import Column, Section

if TYPE_CHECKING:
    from lazsa_flow.service.service import FlowService
    from lazsa_flow.viewer.cells import Cell, Tone
    from lazsa_flow.viewer.list_page import PageContext

_TONES: dict[str, Tone] = {"ok": "good", "paused": "warn"}


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


def list_notices(service: FlowService) -> list[str]:
    """Return what every page of a service says first: which instant it shows, what is paused."""
    notices = [f"Paused: {each}" for each in service.pauses()]
    if isinstance(service.clock, VirtualClock):
        at = instant_text(service.clock.now())[:16].replace("T", " ")
        notices.insert(0, f"As of {at} UTC: this is not the present, and the clock stands still.")
    return notices


def write_status(status: str) -> Mark:
    """Return a status with its tone."""
    return Mark(status, _TONES.get(status, "bad"))


def list_health(context: PageContext) -> list[Section]:
    """Return the health of a service as tables: figures, and what is paused."""
    service, now = context.service, context.now
    health, stands, next_due = context.figures.get(
        "health",
        lambda: (
            measure_health(service),
            runtime_of(service).store.queue_stats(now),
            service.next_due(),
        ),
    )
    late: Cell = "nothing is late"
    if next_due is not None and next_due < now - LATE:
        late = LateBy(now - next_due)
    relay = "never" if stands.relay_seen is None else ZonedTime(stands.relay_seen)
    since = None if stands.outbox_since is None else ZonedTime(stands.outbox_since)
    rows: list[tuple[Cell, ...]] = [
        ("Status", write_status(health["status"])),
        ("Timers due", stands.due),
        ("Late by", late),
        ("Next timer due", "no timer is pending" if next_due is None else ZonedTime(next_due)),
        ("Paths that failed and are tried again", stands.failing),
        ("Paths parked", stands.parked),
        ("Notices in the outbox", stands.outbox),
        ("Oldest notice", since),
        ("Notices set aside", stands.notices_parked),
        ("Relay last seen", relay),
        ("Database", runtime_of(service).store.describe()),
    ]
    figures = Section("Figures", (Column("What"), Column("Value")), rows)
    return [figures, list_pauses(context)]


def list_pauses(context: PageContext) -> Section:
    """Return the pauses in force."""
    columns = (Column("Paused"), Column("Since"), Column("By"), Column("Reason"))
    rows = [
        (each.scope, ZonedTime(each.since), each.actor, each.reason)
        for each in context.service.pauses()
    ]
    return Section("Pauses", columns, rows, "Nothing is paused.")
