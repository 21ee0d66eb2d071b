"""Opening a service, reading options and printing, for every command."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lazsa_flow.cli.application import current_application
from lazsa_flow.cli.output import encodes_all
from lazsa_flow.terminal_text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime

    from rich.console import Console

    from lazsa_flow.cli.application import Service
    from lazsa_flow.clock import Clock
    from lazsa_flow.lifecycle.model import Actor, Move
    from lazsa_flow.service.runtime import Runtime
    from lazsa_flow.service.service import FlowService


S = TypeVar("S")
_FILE_WIDTH = 2000


def make_clock() -> Clock:
    """Return the clock of every command; tests put another function in this one's place."""
    from lazsa_flow.clock import SystemClock

    return SystemClock()


def open_service(database: str, config: Path | None, *, now: datetime | None = None) -> Service:
    """Open the running application's service on the database that the options name.

    Args:
        database: The database's URL.
        config: The deployment's directory of configuration.
        now: Where its clock stands still; by default it is :func:`make_clock`'s.
    """
    return open_with(current_application().load().open, database, config, now=now)


def open_with(
    opener: Callable[..., S], database: str, config: Path | None, *, now: datetime | None = None
) -> S:
    """Open a service by its class's ``open``; arguments as for :func:`open_service`.

    Args:
        opener: Opens it.
        database: The database's URL.
        config: The deployment's directory of configuration.
        now: Where its clock stands still; by default it is :func:`make_clock`'s.
    """
    return build_opener(opener, config, now=now)(database)


def build_opener(
    opener: Callable[..., S], config: Path | None, *, now: datetime | None = None
) -> Callable[[str], S]:
    """Return what opens a service on a URL, as commands open it.

    Args:
        opener: The ``open`` of the service's class.
        config: The deployment's directory of configuration.
        now: Where its clock stands still; by default it is :func:`make_clock`'s.
    """
    from functools import partial

    from lazsa_flow.clock import VirtualClock
    from lazsa_flow.config import Config
    from lazsa_flow.logs import warn_on_stderr

    warn_on_stderr()
    via = f"cli/{os.getuid()}"
    clock = make_clock() if now is None else VirtualClock(now)
    return partial(opener, config=Config.load(config), clock=clock, via=via)


def find_runtime(service: FlowService) -> Runtime:
    """Return what a service runs on: its rulebook, store and clock."""
    from lazsa_flow.service.part import runtime_of

    return runtime_of(service)


def read_actor(text: str, country: str | None = None, team: str | None = None) -> Actor:
    """Read who asks from ``ROLE:ID``."""
    from lazsa_flow.config.lifecycles import installed_roles
    from lazsa_flow.errors import InputError
    from lazsa_flow.lifecycle.model import Actor

    role, colon, id_ = text.partition(":")
    roles = installed_roles()
    if not colon or not id_ or role not in roles:
        expected = f"ROLE:ID with one of the roles {', '.join(sorted(roles))}"
        raise InputError.of("option", "--as", text, expected)
    return Actor(role, id_, country, team)


def print_move(move: Move | None, *, as_json: bool, none: str) -> None:
    """Print what became of a command, or ``none`` where nothing moved."""
    from lazsa_flow.service.move_json import move_to_json

    if as_json:
        print_json(move and move_to_json(move))
    elif move is None:
        console().print(none)
    else:
        console().print(f"{move.path}: {move.trigger}: {move.source or 'new'} → {move.dest}")


def read_now(text: str | None) -> datetime | None:
    """Read an option's instant."""
    from lazsa_flow.lifecycle.calendar import parse_instant

    return None if text is None else parse_instant(text, where="option", field="--now")


def read_instant(text: str | None, field: str) -> datetime | None:
    """Read an instant of an option or argument, which carries its offset."""
    from lazsa_flow.lifecycle.calendar import parse_instant

    return None if text is None else parse_instant(text, where="option", field=field)


def read_day(text: str | None, field: str) -> date | None:
    """Read a date of an option."""
    from lazsa_flow.lifecycle.calendar import parse_date

    return None if text is None else parse_date(text, where="option", field=field)


def print_json(value: Any) -> None:
    """Print one JSON document on a line; where not all can be encoded, in ASCII alone.

    Instants in it are written in UTC with ``Z``, dates as ``2026-10-01``.
    """
    sys.stdout.write(_json_text(value) + "\n")


def _json_text(value: Any) -> str:
    from lazsa_flow.cli.documents import to_json

    written = json.dumps(value, ensure_ascii=not encodes_all(), default=to_json)
    return escape_controls(written)


def print_rows(rows: Iterable[Any], *, as_json: bool) -> None:
    """Print many rows as JSON, one on a line; with ``as_json``, the lines are one array."""
    before = "[\n" if as_json else ""
    for row in rows:
        sys.stdout.write(before)
        sys.stdout.write(_json_text(row))
        before = ",\n" if as_json else "\n"
    empty = before in ("", "[\n")
    if as_json:
        sys.stdout.write("[]\n" if empty else "\n]\n")
    elif not empty:
        sys.stdout.write("\n")


def print_result(text: str, data: Any, *, as_json: bool) -> None:
    """Print what a command did, as text for people or as one JSON document."""
    if as_json:
        print_json(data)
    else:
        console().print(text, soft_wrap=True)


def console(*, stderr: bool = False) -> Console:
    """Return the console for people; neither markup nor control characters in data are obeyed.

    Into a file or a pipe a table's row is one line, whose ids are whole.

    Args:
        stderr: Whether it is standard error instead of standard output.
    """
    from lazsa_flow.cli.safe_console import SafeConsole

    to = SafeConsole(stderr=stderr)
    if not to.is_terminal and "COLUMNS" not in os.environ:
        to.width = _FILE_WIDTH
    return to


def local(at: datetime, zone: str) -> str:
    """Write an instant in a zone's own time: ``2026-10-01 20:00 +08:00 Manila``."""
    from lazsa_flow.lifecycle.local_time import write_local_time

    return write_local_time(at, zone)
