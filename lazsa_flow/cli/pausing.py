"""``lazsa-flow pause`` and ``resume``: pauses of timers, set and lifted by operators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.cli.approvals import print_request
from lazsa_flow.cli.common import (
    console,
    find_runtime,
    open_service,
    print_json,
    print_result,
    read_actor,
)
from lazsa_flow.cli.options import (
    DEFAULT_DATABASE,
    AllPauses,
    As,
    ConfigDir,
    CountryFilter,
    CycleFilter,
    Database,
    Json,
    Key,
    Request,
    ResumeReason,
    ShownReason,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lazsa_flow.foresight.waiting_dates import WaitingDate
    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.service.service import FlowService


def pause(
    who: As,
    reason: ShownReason,
    country: CountryFilter = None,
    cycle: CycleFilter = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Stop all timers, or those of a country, of a cycle date, or of both, until ``resume``.

    Every process obeys with its next chunk and its next command. What falls due waits and keeps
    its day; a command that needs an overdue timer to fire first is refused, but for compliance's.

    Example: lazsa-flow pause --country PH --reason "wrong facts" --as operator:o-1
    """
    with open_service(database, config) as service:
        made = service.pause(
            actor=read_actor(who),
            reason=reason,
            country=country,
            cycle=_read_cycle(cycle),
            key=key,
        )
    assert made is not None
    print_result(f"Paused: {made}", pause_document(made), as_json=as_json)


def resume(
    who: As,
    reason: ResumeReason = "",
    country: CountryFilter = None,
    cycle: CycleFilter = None,
    request: Request = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Lift a pause, with the country and cycle date that it was made with.

    What fell due meanwhile fires at its own instant, with the next sweep.

    Example: lazsa-flow resume --country PH --as operator:o-1
    """
    actor, on = read_actor(who), _read_cycle(cycle)
    with open_service(database, config) as service:
        if request:
            scope = {"reason": reason, "country": country, "cycle": on}
            found = service.request_command("resume", scope, actor=actor, key=key)
            print_request(found, as_json=as_json)
            return
        service.resume(actor=actor, reason=reason, country=country, cycle=on, key=key)
        left = service.pauses()
    documents = [pause_document(each) for each in left]
    print_result("Resumed.", {"pauses": documents}, as_json=as_json)
    if not as_json:
        show_pauses(left)


def pauses(
    lifted: AllPauses = False,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """List the pauses in force, and the cycle dates that wait for approval and start.

    Example: lazsa-flow pauses
    """
    from lazsa_flow.foresight.started_nights import StartCommands

    with open_service(database, config) as service:
        found = service.pauses(lifted=lifted)
        everything = service.paused()
        waiting = StartCommands(find_runtime(service)).waiting_dates()
    if as_json:
        held = [_waiting_document(each) for each in waiting]
        print_json([*(pause_document(each) for each in found), *held])
        return
    for each in (*found, *waiting):
        console().print(str(each), soft_wrap=True)
    if everything:
        console().print("No timer fires: everything is paused.")
    elif not found and not waiting:
        console().print("Nothing is paused.")


def show_pauses(pauses: Iterable[Pause]) -> None:
    """Print the pauses in force on standard error, a line each."""
    for each in pauses:
        console(stderr=True).print(f"Paused: {each}", soft_wrap=True)


def show_waiting_dates(service: FlowService) -> None:
    """Print the cycle dates that wait for approval and start on standard error."""
    from lazsa_flow.foresight.started_nights import StartCommands

    for each in StartCommands(find_runtime(service)).waiting_dates():
        console(stderr=True).print(str(each), soft_wrap=True)


def pause_document(pause: Pause) -> dict[str, Any]:
    """Return a pause as JSON values."""
    return {
        "scope": pause.scope,
        "country": pause.country,
        "cycle": pause.cycle and pause.cycle.isoformat(),
        "actor": pause.actor,
        "since": pause.since,
        "reason": pause.reason,
    }


def _waiting_document(each: WaitingDate) -> dict[str, Any]:
    """Return a date that waits in the form of a pause."""
    return {
        "scope": f"cycle {each.on}",
        "country": each.countries[0] if len(each.countries) == 1 else None,
        "cycle": each.on.isoformat(),
        "actor": None,
        "since": each.since,
        "reason": each.reason,
    }


def _read_cycle(text: str | None) -> date | None:
    from lazsa_flow.lifecycle.calendar import parse_date

    return None if text is None else parse_date(text, where="option", field="--cycle")
