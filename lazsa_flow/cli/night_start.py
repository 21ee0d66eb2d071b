"""``lazsa-flow night start``: move a cycle date, its canary first, and report who differs."""

from __future__ import annotations

import os
import re
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import typer

from lazsa_flow.cli.approvals import print_request
from lazsa_flow.cli.common import console, find_runtime, open_service, print_json, read_actor
from lazsa_flow.cli.foresight_options import Canary, Differs, NightActor, NightName, Rate
from lazsa_flow.cli.options import DEFAULT_DATABASE, ConfigDir, Database, Json, Key, Request
from lazsa_flow.cli.tables import Column, print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lazsa_flow.clock import Clock
    from lazsa_flow.engine.sweep_result import ChunkResult
    from lazsa_flow.foresight.night_status import NightFinding, NightStatus
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.service import FlowService

STOPPED_BY_ITSELF: Final = 3
"""The exit code of a night that has stopped by itself."""
_LOOK: Final = timedelta(seconds=1)
"""So often a night is looked at that is paused, or waits for a country's midnight."""


def start_night(
    name: NightName,
    canary: Canary = None,
    rate: Rate = None,
    differs: Differs = None,
    who: NightActor = None,
    request: Request = False,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Start the approved night of a cycle date, and move it to its end.

    The canary of each country moves first; each outcome is compared with the approved rehearsal.
    Workers may help. Interrupted, the night goes on with the workers alone. The exit code is 3
    where the night has stopped by itself, since too much differs.

    Example: lazsa-flow night start october --canary 20 --rate 500/s
    """
    from lazsa_flow.cli.progress import bars
    from lazsa_flow.foresight.night_start import START
    from lazsa_flow.foresight.started_nights import StartCommands

    actor = read_night_actor(who)
    given: dict[str, Any] = {"name": name, "canary": canary, "rate": read_rate(rate)}
    given["differs_percent"] = _read_share(differs)
    with open_service(database, config) as service:
        if request:
            asked = service.request_command(START, given, actor=actor, key=key)
            print_request(asked, as_json=as_json)
            return
        nights = StartCommands(find_runtime(service))
        nights.start_night(**given, actor=actor, key=key)
        with bars(console(stderr=True), service.due_by_country(service.clock.now())) as report:
            _move_until_done(service, name, report)
        found = nights.started_night(name)
    if as_json:
        print_json(found.document())
    else:
        print_started(found)
    if found.phase == "stopped":
        raise typer.Exit(STOPPED_BY_ITSELF)


def _move_until_done(
    service: FlowService, name: str, report: Callable[[ChunkResult], bool]
) -> None:
    """Sweep until a night is done or has stopped by itself."""
    from lazsa_flow.engine.night_run import STOPPED

    store = find_runtime(service).store
    while True:
        service.sweep(done=report)
        now = service.clock.now()
        runs = {run.name: run for run in store.nights(now).runs if run.phase != STOPPED}
        if name not in runs:
            return
        next_at = runs[name].next_at
        pace = next_at - now if next_at is not None and next_at > now else None
        if not _wait_for_room(service.clock, pace):
            return


def _wait_for_room(clock: Clock, pace: timedelta | None) -> bool:
    """Wait until more may move; return whether it is worth another look.

    Args:
        clock: A virtual one does not run: it is moved on, and nobody else moves or resumes.
        pace: How long the pace holds the night; ``None`` where something else does.
    """
    from lazsa_flow.clock import VirtualClock

    if isinstance(clock, VirtualClock):
        if pace is not None:
            clock.move_to(clock.now() + pace)
        return pace is not None
    time.sleep(min(pace or _LOOK, _LOOK).total_seconds())
    return True


def read_night_actor(text: str | None) -> Actor:
    """Read who acts; without a word an operator with the number of the user on this machine."""
    return read_actor(text or f"operator:cli-{os.getuid()}")


def read_rate(text: str | None) -> int | None:
    """Read how many paths may move in a second, such as ``500/s``."""
    if text is None:
        return None
    expected = "a number above 0, such as 500/s"
    return int(_match_option(text, "([1-9][0-9]{0,8})(/s)?", "--rate", expected))


def _read_share(text: str | None) -> float | None:
    """Read a share in percent, such as ``1%``."""
    if text is None:
        return None
    return float(_match_option(text, r"([0-9]{1,3}(\.[0-9]{1,2})?) ?%?", "--differs", "such as 1%"))


def _match_option(text: str, pattern: str, option: str, expected: str) -> str:
    from lazsa_flow.errors import InputError

    match = re.fullmatch(pattern, text, re.ASCII)
    if match is None:
        raise InputError.of("option", option, text, expected)
    return match[1]


def print_started(found: NightStatus) -> None:
    """Print how far a night has got, and the paths whose outcome was not foretold."""
    screen, run = console(), found.run
    screen.print(f"Night {run.name} of {run.on}: {found.phase}.", soft_wrap=True)
    moved = ", ".join(f"{code} {each.moved:,}" for code, each in run.countries.items())
    screen.print(f"Moved {run.moved:,} paths: {moved}.", soft_wrap=True)
    screen.print(
        f"Compared {run.compared:,} with the rehearsal: {run.differing:,} differ; "
        f"{run.changed:,} have evidence recorded since, and do not count.",
        soft_wrap=True,
    )
    for pause in found.pauses:
        screen.print(f"Paused: {pause}", soft_wrap=True)
    _print_findings("Other outcomes than foretold", found.differing)
    _print_findings("Evidence recorded since the rehearsal", found.changed)


def _print_findings(title: str, findings: Sequence[NightFinding]) -> None:
    if not findings:
        return
    console().print(f"\n{title}:")
    columns = (
        *(Column("Path", is_id=True), Column("Country"), Column("Foretold"), Column("Outcome")),
        Column("Guards"),
    )
    rows = [
        (each.path, each.country, each.foreseen or "nothing", each.outcome, ", ".join(each.guards))
        for each in findings
    ]
    print_table(columns, rows, empty="")
