"""The command line: every command with its arguments and options, as the commands have them."""

from __future__ import annotations

import inspect
import re
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from typer.core import TyperGroup
from typer.main import get_command

from docs.pages.markdown import HEADER, cell, plain, table
from lazsa_flow.award.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEFT_OUT: Final = frozenset({"help", "install_completion", "show_completion"})
_INTRODUCTION: Final = f"""\
{HEADER}

# Commands

Every command of `lazsa-flow`. `lazsa-flow COMMAND --help` says the same in a terminal, and
`lazsa-flow --install-completion` lets the shell complete names.

## Conventions

- **Database.** `--database URL`, else `LAZSA_DATABASE_URL`, else `lazsa.db` in the current
  folder.
- **Who acts.** `--as ROLE:ID`, with `--country` where the role is held in one country. Who may do
  what is in [a table](authorisation.md).
- **Try first.** `--dry-run` shows what would happen and changes nothing. What cannot be undone
  asks, or needs `--yes` ([list](../operations/confirm.md)).
- **Once only.** With `--key`, a command that is repeated changes nothing and prints the first
  result.
- **Output.** The result goes to standard output, everything else to standard error. `--json`
  prints [JSON](json.md), `--csv` a table for a spreadsheet. `--out` writes the result elsewhere:
  into a FILE, or into a DIR where it is several files.
- **Time.** `--now` is the instant that a command takes for the present, `--on` the cycle date that
  it is about, and `--until` the last date that it includes.
- **Progress.** What can take longer than a second shows a bar on standard error, on a terminal
  alone. `NO_COLOR` takes colours away; into a pipe or a file goes plain text, a table's row a line.
- **Instants** are written with their zone, as `2026-10-01T00:00+08:00`; dates, as `2026-10-01`,
  are local to the country.

## Exit codes

| code | means |
| --- | --- |
| 0 | done, or nothing was to be done |
| 1 | refused, not found, or a fault: standard error says what, and what to type next |
| 2 | the command line itself is wrong: an unknown or missing option, command or argument |

These end with 1 as well:

- what somebody answered no to, and a command whose extra is not installed;
- `relay --once` where a notice failed or was set aside, `sweep` where a decision failed or a path
  was parked: the rest is done, and standard output counts both;
- `verify` and `doctor` that find a fault (warnings leave it at 0);
- `view`, `ledger` and `doctor` of several databases, where one does not answer.

A process that serves (`run`, `worker`, `ticker`, `relay`, `view`) ends with 0 on SIGTERM, and with
1 or more where it failed, so that its supervisor starts it again.
"""
_ROW: Final = ("argument or option", "takes", "default", "meaning")


def render() -> str:
    """Render every command, section by section as the help lists them."""
    group: Any = get_command(app)
    settings: Any = app.info.context_settings
    sections: dict[str, list[Any]] = {}
    for name, command in group.commands.items():
        settings["obj"].add_aliases(command)
        command.name = name
        sections.setdefault(command.rich_help_panel, []).append(command)
    parts = [_INTRODUCTION]
    for section, commands in sections.items():
        parts.append(f"## {section}\n")
        for command in commands:
            parts += _render_command(command, f"lazsa-flow {command.name}")
    return "\n".join(parts)


def _render_command(command: Any, words: str) -> Iterator[str]:
    """Render a command, or a group: what it does by itself, then its commands."""
    is_group = isinstance(command, TyperGroup)
    if not is_group or command.invoke_without_command:
        yield f"### `{words}`\n"
        yield f"{_format_help(command.help)}\n"
        parameters = [each for each in command.params if each.name not in _LEFT_OUT]
        usage = [_usage_of(each) for each in parameters if each.required]
        options = ["[OPTIONS]"] if any(not each.required for each in parameters) else []
        yield f"```text\n{' '.join([words, *options, *usage])}\n```\n"
        if parameters:
            yield table(_ROW, map(_parameter_row, parameters))
    if is_group:
        for name, each in command.commands.items():
            yield from _render_command(each, f"{words} {name}")


def _format_help(text: str | None) -> str:
    """Return a command's help as Markdown: its paragraphs, each on one line."""
    paragraphs = re.split(r"\n\s*\n", (text or "").replace("\b", "").replace("\f", "\n\n"))
    texts = [plain(each) for each in paragraphs if each.strip()]
    return "\n\n".join(re.sub(r"^(Examples?:) (.+)$", r"\1 `\2`", each) for each in texts)


def _usage_of(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    return f"{parameter.opts[-1]} {_takes(parameter)}".strip()


def _parameter_row(parameter: Any) -> tuple[str, ...]:
    if parameter.param_type_name == "argument":
        names = f"`{parameter.metavar or parameter.name.upper()}`"
    else:
        names = ", ".join(f"`{each}`" for each in (*parameter.opts, *parameter.secondary_opts))
    notes = [(parameter.help or "").rstrip(".") + "."]
    notes += [f"Environment: `{parameter.envvar}`."] if parameter.envvar else []
    notes += ["May be repeated."] if getattr(parameter, "multiple", False) else []
    notes += ["Required."] if parameter.required else []
    return (names, _code(_takes(parameter)), _code(_default_of(parameter)), cell(" ".join(notes)))


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|") if text else ""


def _takes(parameter: Any) -> str:
    """Return what stands after an option: its choices, its metavar, or its type with its bounds."""
    if getattr(parameter, "is_flag", False):
        return ""
    kind = parameter.type_descriptor.annotation
    if inspect.isclass(kind) and issubclass(kind, Enum):
        return "|".join(str(each.value) for each in kind)
    is_argument = parameter.param_type_name == "argument"
    if is_argument or parameter.metavar:
        return "" if is_argument else str(parameter.metavar)
    if parameter.min is not None or parameter.max is not None:
        return "…".join(
            "" if each is None else str(each) for each in (parameter.min, parameter.max)
        )
    return {int: "N", float: "NUMBER", Path: "FILE"}.get(kind, "TEXT")


def _default_of(parameter: Any) -> str:
    value = parameter.default
    if value is None or value is False or callable(value) or parameter.required:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(getattr(value, "value", value))
