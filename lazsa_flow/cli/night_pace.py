"""``lazsa-flow night pace``, ``pause`` and ``resume``: a night that is under way, from anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.cli.common import find_runtime, open_service, print_json, read_actor
from lazsa_flow.cli.foresight_options import NightActor, NightName, PaceOfNight, ReasonOfNight
from lazsa_flow.cli.night_start import print_started, read_night_actor, read_rate
from lazsa_flow.cli.options import DEFAULT_DATABASE, As, ConfigDir, Database, Json, Key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lazsa_flow.foresight.night_status import NightStatus
    from lazsa_flow.foresight.started_nights import StartCommands


def set_pace(
    name: NightName,
    rate: PaceOfNight,
    who: NightActor = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Set how many paths of a started night move in a second; `none` lifts the limit.

    Every process obeys with its next chunk.

    Example: lazsa-flow night pace october --rate 200/s
    """
    actor, pace = read_night_actor(who), None if rate == "none" else read_rate(rate)
    _run_command(
        lambda nights: nights.set_pace(name, actor=actor, rate=pace, key=key),
        (database, config),
        as_json=as_json,
    )


def pause_night(
    name: NightName,
    reason: ReasonOfNight = "",
    who: NightActor = None,
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Pause a started night; every process finishes the chunk that it has in hand.

    Example: lazsa-flow night pause october --reason "stocktaking"
    """
    actor = read_night_actor(who)
    _run_command(
        lambda nights: nights.pause_night(name, actor=actor, reason=reason, key=key),
        (database, config),
        as_json=as_json,
    )


def resume_night(
    name: NightName,
    who: As,
    reason: ReasonOfNight = "",
    key: Key = None,
    database: Database = DEFAULT_DATABASE,
    config: ConfigDir = None,
    as_json: Json = False,
) -> None:
    """Let a night go on that was paused; one that has stopped by itself, as a manager.

    After a stop a reason must be given. What differs until then is accepted: only later
    differences can stop it again.

    Example: lazsa-flow night resume october --as manager:m-1 --reason "the new bar is right"
    """
    actor = read_actor(who)
    _run_command(
        lambda nights: nights.resume_night(name, actor=actor, reason=reason, key=key),
        (database, config),
        as_json=as_json,
    )


def _run_command(
    command: Callable[[StartCommands], NightStatus],
    opened_on: tuple[str, Path | None],
    *,
    as_json: bool,
) -> None:
    """Give a command on a started night, and print how far the night has got."""
    from lazsa_flow.foresight.started_nights import StartCommands

    with open_service(*opened_on) as service:
        found = command(StartCommands(find_runtime(service)))
    if as_json:
        print_json(found.document())
    else:
        print_started(found)
