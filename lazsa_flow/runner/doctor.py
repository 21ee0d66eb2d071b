"""What ails this deployment, and what is to be done about it?"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from lazsa_flow.config import Config
from lazsa_flow.errors import ClockError, LazsaError, SchemaError
from lazsa_flow.programme import Programme
from lazsa_flow.runner.broker import check, connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_SOUND_SQLITE: Final = (3, 51, 3)
"""Before it a reset of the write-ahead log could lose a commit. Source: SQLite, WAL-reset fault."""
_LONG_SILENCE: Final = timedelta(days=92)
"""No country is silent for longer between its cycles' dates and windows."""

Status = Literal["ok", "warning", "fault"]


@dataclass(frozen=True, slots=True)
class Check:
    """What one look found, and what is to be done where it is not ok."""

    name: str
    status: Status
    found: str


def examine(database: str, redis: str | None, config: Path | None) -> Iterator[Check]:
    """Look at everything that a deployment stands on, one after the other.

    Args:
        database: The database's URL.
        redis: The broker's; ``None`` where there is none, and one process does it all.
        config: The deployment's own directory.
    """
    yield _ask("policies", lambda: _policies(config))
    yield Check("time zones", "ok", f"tzdata {version('tzdata')}")
    yield _sqlite()
    if redis is None:
        yield Check("broker", "ok", "none: ticker and worker run in one process")
    else:
        yield _ask("broker", lambda: f"Redis {check(connect(redis))}, noeviction")
    yield from _database(database, config)


def _ask(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, "ok", look())
    except LazsaError as error:
        return Check(name, "fault", str(error))


def _policies(directory: Path | None) -> str:
    config = Config.load(directory)
    for country in config.countries:
        ZoneInfo(country.calendar.zone)
    return f"{len(config.policies)} policy files, {len(config.countries)} countries"


def _sqlite() -> Check:
    found = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < _SOUND_SQLITE:
        wanted = ".".join(map(str, _SOUND_SQLITE))
        what = f"{found}: before {wanted} a reset of its log may lose a commit; use a newer one"
        return Check("SQLite", "warning", what)
    return Check("SQLite", "ok", found)


def _database(url: str, directory: Path | None) -> Iterator[Check]:
    try:
        programme = Programme.open(url, config=Config.load(directory))
    except SchemaError as error:
        yield Check("schema", "fault", str(error))
        return
    except ClockError as error:
        yield Check("clock", "fault", str(error))
        return
    except LazsaError as error:
        yield Check("database", "fault", str(error))
        return
    with programme:
        yield Check("database", "ok", programme.store.describe())
        yield Check("schema", "ok", "this release's")
        for warning in programme.config_warnings():
            yield Check("configuration", "warning", str(warning))
        yield _clock(programme)
        yield _work(programme)


def _clock(programme: Programme) -> Check:
    now, latest = programme.clock.now(), programme.store.latest_record()
    if latest is not None and latest > now:
        ahead = f"the journal was written to at {latest:%Y-%m-%d %H:%M} UTC, which is to come"
        return Check("clock", "warning", f"{ahead}; was this clock set back?")
    if latest is not None and now - latest > _LONG_SILENCE:
        silent = f"nothing was recorded for {(now - latest).days} days"
        return Check("clock", "warning", f"{silent}; is this clock right?")
    return Check("clock", "ok", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def _work(programme: Programme) -> Check:
    standing = programme.store.standing(programme.clock.now())
    found = f"{standing.due} timers due, {standing.failing} paths failing, {standing.parked} parked"
    return Check("work", "warning" if standing.parked else "ok", found)
