"""Confirmation of commands that cannot be undone: show what would happen, then ask.

Every such command goes through :func:`confirm`, so that all of them take the same two options and
behave the same way: ``--dry-run`` shows and stops, ``--yes`` does not ask, and without either the
command asks on a terminal and is refused where there is none.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import typer

from lazsa_flow.cli.common import console, print_json

_LINES: Final = 40
"""How many lines of a forecast precede the question; ``--dry-run`` shows all of it."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a command would do.

    Attributes:
        lines: What people read, a fact on each line: who is affected, counts, what ends.
        data: The same as JSON values.
    """

    lines: Sequence[str]
    data: Mapping[str, Any] = field(default_factory=dict)


def confirm(
    command: str,
    forecast: Callable[[], Forecast],
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool = False,
) -> bool:
    """Return whether a command that cannot be undone may run now.

    Args:
        command: Its words, such as ``policy release``; the error and the question name it.
        forecast: Computes what it would do, writing nothing; not called with ``--yes`` alone.
        dry_run: Whether to show the forecast on standard output and stop.
        yes: Whether consent was given by an option.
        as_json: Whether a dry run prints JSON.

    Returns:
        ``True``: run it. ``False``: it was a dry run, and has been shown.

    Raises:
        InputError: Nobody can be asked, since standard input is no terminal.
        typer.Abort: The answer was no.
    """
    if yes and not dry_run:
        return True
    from lazsa_flow.cli.progress import working_bar

    with working_bar(command):
        found = forecast()
    if dry_run:
        _show_forecast(found, as_json=as_json)
        return False
    shown = found.lines[:_LINES]
    _print_lines(shown, stderr=True)
    if more := len(found.lines) - len(shown):
        _print_lines([f"… and {more} more lines: --dry-run shows all of them."], stderr=True)
    if not _is_terminal():
        from lazsa_flow.errors import InputError, Problem

        expected = "--yes, since this cannot be undone, or --dry-run to see what it would do"
        raise InputError([Problem(command, "--yes", "no terminal to ask on", expected)])
    typer.confirm(f"{command}: this cannot be undone. Continue?", abort=True, err=True)
    return True


def _show_forecast(found: Forecast, *, as_json: bool) -> None:
    if as_json:
        print_json({"dry_run": True, **found.data})
    else:
        _print_lines((*found.lines, "Dry run: nothing was changed."))


def _print_lines(lines: Sequence[str], *, stderr: bool = False) -> None:
    to = console(stderr=stderr)
    for line in lines:
        to.print(line, soft_wrap=True)


def _is_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty()
