"""The configuration of a deployment: files, their keys, and the variables of the environment."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Final

from typer.core import TyperGroup
from typer.main import get_command

from docs.pages.docstrings import read_docstring
from docs.pages.markdown import HEADER, cell, table
from docs.pages.settings import render_settings
from lazsa_flow.award.cli.app import app
from lazsa_flow.lifecycle.policy import Country
from lazsa_flow.notices.channels import CHANNELS
from lazsa_flow.notices.settings import (
    ChannelSettings,
    GuardSettings,
    NightSettings,
    NoticeSettings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

_INTRODUCTION: Final = f"""\
{HEADER}

# Configuration

A deployment has a directory, named by `--config` or `LAZSA_CONFIG`; `lazsa-flow init DIR` writes
one with every setting as a comment. Without a directory everything is as it ships. A file, folder
or key that nothing reads is named at the start of every process and by `lazsa-flow doctor`, with
the nearest name that is read. Secrets stand in no file: a channel names the variable that holds
its secret.
"""
_FILES: Final = (
    (
        "`lazsa.toml`",
        "channels, routes, retries of notices, the limit of slow guards, how nights start",
        "when a process starts",
    ),
    (
        "`countries/<code>.toml`",
        "a country",
        "once released: `country release`; the first `migrate` releases all",
    ),
    (
        "`policies/<lifecycle>/<version>.toml`",
        "a [policy](policies.md)",
        "once released: `policy release`",
    ),
    (
        "`messages/<locale>/`",
        "[own wording of notices](../how-to/notices.md)",
        "when a relay starts",
    ),
)
_ROUTES: Final = """\
## `lazsa.toml`: `[routes.<country>]` and `[routes.all]`

Which channel reaches whom. Each key is a recipient, each value a channel's name: `seller`,
`nominators`, `panel`, `country_lead`, `team`, `group`, `reviewers`, `manager`. A route of a country
goes before the one for all. With one channel no route is needed; with several, `[routes.all]` must
name one for each recipient but `reviewers`, who are reached as nominators are, and `manager`, as
country leads are.
"""
_ENVIRONMENT: Final = {
    "LAZSA_SECRET": (
        (
            "Key for fingerprints of persons and documents, at least 16 bytes: to erase persons, "
            "and for store entry. Keep it as long as the database."
        ),
        "every process",
    ),
    "NO_COLOR": ("Any value: no colours.", "every command"),
    "PGOPTIONS, PGPASSFILE, PGSSLMODE …": (
        "What PostgreSQL's own library reads; passwords belong into `~/.pgpass`.",
        "every process on PostgreSQL",
    ),
}
"""Variables that no option of the command line names."""


def render() -> str:
    """Render the files, their keys, and the environment."""
    parts = [_INTRODUCTION, table(("file", "what it is", "in force"), _FILES)]
    parts.append("## `lazsa.toml`: `[channels.<name>]`\n")
    parts.append(f"{read_docstring(ChannelSettings).summary}\n")
    parts.append(render_settings(ChannelSettings))
    for name, settings in _list_channels():
        parts.append(f'### `kind = "{name}"`\n')
        parts.append(f"{read_docstring(settings).summary}\n")
        parts.append(render_settings(settings))
    parts.append(_ROUTES)
    for name, model in (
        ("notices", NoticeSettings),
        ("guards", GuardSettings),
        ("night", NightSettings),
    ):
        parts.append(f"## `lazsa.toml`: `[{name}]`\n")
        parts.append(f"{read_docstring(model).summary}\n")
        parts.append(render_settings(model))
    parts.append("## `countries/<code>.toml`\n")
    parts.append(f"{read_docstring(Country).summary}\n")
    parts.append(render_settings(Country))
    parts += _render_environment()
    return "\n".join(parts)


def _list_channels() -> Iterator[tuple[str, type[BaseModel]]]:
    """List the kinds of channels that ship, with the model of each one's settings."""
    for point in sorted(entry_points(group=CHANNELS), key=lambda each: each.name):
        if point.value.startswith("lazsa_flow."):
            yield point.name, point.load().Settings


def _render_environment() -> Iterator[str]:
    yield "## Environment\n"
    yield "An option on the command line goes before its variable.\n"
    rows = [
        (f"`{name}`", cell(meaning), cell(used)) for name, (meaning, used) in _ENVIRONMENT.items()
    ]
    options = _options_by_variable(get_command(app))
    for name, (option, meaning, commands) in sorted(options.items()):
        used = ", ".join(f"`{each}`" for each in sorted(commands))
        if len(commands) > 6:
            used = f"{len(commands)} commands"
        rows.append((f"`{name}`", f"As `{option}`: {cell(meaning)}", used))
    for kind, settings in _list_channels():
        rows += [
            (
                f"`{field.default}`",
                f"The secret of `{key}`, whose name it is by default.",
                f"`{kind}`",
            )
            for key, field in settings.model_fields.items()
            if key.endswith("_env")
        ]
    yield table(("variable", "meaning", "read by"), rows)


def _options_by_variable(group: Any) -> dict[str, tuple[str, str, set[str]]]:
    """Return the options that a variable stands for, with the commands that take each."""
    found: dict[str, tuple[str, str, set[str]]] = {}
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            for variable, (option, meaning, commands) in _options_by_variable(command).items():
                known = found.setdefault(variable, (option, meaning, set()))
                known[2].update(f"{name} {each}" for each in commands)
        for parameter in command.params:
            if parameter.envvar:
                opened = (parameter.opts[0], parameter.help or "", set[str]())
                found.setdefault(parameter.envvar, opened)[2].add(name)
    return found
