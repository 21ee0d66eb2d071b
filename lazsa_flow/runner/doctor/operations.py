"""Checks of operation: clock, timers, pauses, the outbox, and subjects that cannot be notified."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.engine.night_run import STOPPED
from lazsa_flow.engine.tables import digest_of
from lazsa_flow.foresight.waiting_dates import list_waiting_dates
from lazsa_flow.notices.channels import asks_for_contacts
from lazsa_flow.runner.doctor.examination import Check
from lazsa_flow.store.brakes import Brakes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.runner.doctor.examination import Examination

_LONG_SILENCE: Final = timedelta(days=92)
"""No country is silent for longer between its cycles' dates and windows."""
_LATE: Final = timedelta(hours=1)
"""A relay looks every few seconds; what has waited for so long waits for a relay."""


def check_clock(examination: Examination) -> Iterator[Check]:
    """Compare this machine's clock with the server's, and with what was recorded last."""
    store = examination.database.store
    Brakes(examination.clock).check(store.stamp())
    now, latest = examination.now, store.latest_record()
    if latest is not None and latest > now:
        ahead = f"the journal was written to at {latest:%Y-%m-%d %H:%M} UTC, which is to come"
        yield Check("clock", "warning", f"{ahead}; was this clock set back?")
    elif latest is not None and now - latest > _LONG_SILENCE:
        silent = f"nothing was recorded for {(now - latest).days} days"
        yield Check("clock", "warning", f"{silent}; is this clock right?")
    else:
        yield Check("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def check_tables(examination: Examination) -> Iterator[Check]:
    """Compare the lifecycles' tables of this process with those that the database is run by."""
    tables = {each.name: digest_of(each) for each in examination.config.lifecycles}
    stamp = examination.database.store.stamp()
    differing = sorted(Brakes(lifecycles=tables).foreign(stamp) & tables.keys())
    if differing:
        what = "nothing of them is fired by this release; to run by its tables: lazsa-flow migrate"
        yield Check("lifecycles", "fault", f"{', '.join(differing)}: another table; {what}")
    else:
        yield Check("lifecycles", "ok", f"{', '.join(sorted(tables))}: the database's tables")


def check_work(examination: Examination) -> Iterator[Check]:
    """Count what is due, what fails and what is parked."""
    standing = examination.database.store.queue_stats(examination.now)
    found = f"{standing.due} timers due, {standing.failing} paths failing, {standing.parked} parked"
    yield Check("work", "warning" if standing.parked else "ok", found)


def check_pauses(examination: Examination) -> Iterator[Check]:
    """Name every pause in force: what it stops, since when, by whom and why."""
    pauses = examination.database.store.pauses()
    for each in pauses:
        yield Check("pauses", "warning", f"paused: {each}; to go on: lazsa-flow resume")
    if not pauses:
        yield Check("pauses", "ok", "none")


def check_nights(examination: Examination) -> Iterator[Check]:
    """Name every night that has stopped by itself, and every cycle date that waits."""
    yield from _check_night_rule(examination)
    store, rules = examination.database.store, examination.rules
    calendars = {code: rules.calendar(code) for code in rules.countries}
    nights = store.nights(examination.now, calendars)
    waiting = list_waiting_dates(store, rules.merged, nights.held)
    stopped = [run for run in nights.runs if run.phase == STOPPED]
    for run in stopped:
        found = f"{run.name} has stopped by itself: {run.differing} of {run.compared} outcomes"
        following = f"next: lazsa-flow night show {run.name}"
        yield Check("nights", "fault", f"{found} differ from its rehearsal; {following}")
    for each in waiting:
        yield Check("nights", "warning", str(each))
    if not stopped and not waiting:
        yield Check("nights", "ok", "no cycle date waits")


def _check_night_rule(examination: Examination) -> Iterator[Check]:
    """Say whether cycle dates wait for a start, and where the configuration says otherwise."""
    with examination.read() as transaction:
        rule = transaction.night_rule()
    required, wanted = rule is not None and rule.required, examination.config.deployment.night
    if rule is not None:
        what = "wait for approval and start" if required else "start by themselves"
        since = f"{rule.recorded_at:%Y-%m-%d %H:%M} UTC"
        yield Check("nights", "ok", f"cycle dates {what}, recorded {since} via {rule.via}")
    if wanted.approval not in (None, required):
        told = f"[night] approval = {str(wanted.approval).lower()} is not what the database says"
        yield Check("nights", "warning", f"{told}; the next command or worker records it")


def check_imports(examination: Examination) -> Iterator[Check]:
    """Name every import that is under way or was ended half-way; only SQLite takes one in parts."""
    if examination.database.dialect != "sqlite":
        return
    with examination.read() as transaction:
        found = transaction.inspect().open_imports()
    for each in found:
        what = f"import {each.id} of {each.kind} ({each.file or 'without a file'}), begun"
        yield Check(
            "imports",
            "warning",
            f"{what} {each.recorded_at:%Y-%m-%d %H:%M} UTC, is not complete, and its rows are"
            " hidden; if it runs no longer, import the same again",
        )
    if not found:
        yield Check("imports", "ok", "every import is complete")


def check_outbox(examination: Examination) -> Iterator[Check]:
    """Look for notices that nobody sends, and for those that were set aside."""
    late = examination.now - _LATE
    with examination.read() as transaction:
        backlog = transaction.inspect().backlog(late)
    if backlog.parked:
        what = "see: lazsa-flow outbox --parked"
        yield Check("outbox", "warning", f"{backlog.parked} notices are parked; {what}")
    if backlog.late:
        since = f"{backlog.since:%Y-%m-%d %H:%M} UTC" if backlog.since else "an unknown time"
        what = f"{backlog.late} notices may go and wait since {since}; does a relay run?"
        yield Check("outbox", "warning", what)
    if not backlog.parked and not backlog.late:
        yield Check("outbox", "ok", f"{backlog.waiting} notices wait, none for long")


def check_contacts(examination: Examination) -> Iterator[Check]:
    """Count the subjects with open paths that the channel could not reach."""
    deployment = examination.config.deployment
    if deployment.notices.resolver is not None:
        yield Check("contacts", "ok", f"known by the host: {deployment.notices.resolver}")
        return
    with examination.read() as transaction:
        subjects, lacking = transaction.inspect().contacts()
    found = f"{lacking} of {subjects} subjects with an open path have no contact"
    needed = asks_for_contacts(deployment)
    if lacking and needed:
        what = f"{found}: their notices would be parked; see: lazsa-flow import contacts"
        yield Check("contacts", "warning", what)
    else:
        yield Check("contacts", "ok", found if needed else f"{found}, and no channel asks for one")
