"""Command table: the commands of a group by name, each imported and built when it is asked for.

typer builds every option of every command before it runs one; a command line of a hundred commands
would wait for that at each start. Here the one command that was typed is built, and the help that
lists all of them takes only their names and first lines.
"""

from __future__ import annotations

import inspect
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lazsa_flow.cli.application import Entry


class CommandTable(MutableMapping[str, Any]):
    """Commands by name, in the order in which the help lists them.

    Args:
        entries: The commands.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {entry.name: entry for entry in entries}
        self._built: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._built:
            self._built[name] = build_command(self._entries[name])
        return self._built[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._built[name] = command

    def __delitem__(self, name: str) -> None:
        del self._entries[name]
        self._built.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys((*self._entries, *self._built))

    def __len__(self) -> int:
        return len(self._entries.keys() | self._built.keys())

    def summaries(self) -> dict[str, Any]:
        """Return what the help of the whole group needs of each command; groups stand last."""
        summaries = {
            name: self._built[name] if name in self._built else summarize(self._entries[name])
            for name in self
        }
        is_group = {name: isinstance(each, TyperGroup) for name, each in summaries.items()}
        return {name: summaries[name] for name in sorted(summaries, key=is_group.__getitem__)}


def build_command(entry: Entry) -> Any:
    """Build the command, or group of commands, of an entry."""
    app = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode="rich")
    command = entry.load()
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=entry.name, rich_help_panel=entry.section)
    else:
        app.command(entry.name, rich_help_panel=entry.section)(command)
    return get_group(app).commands[entry.name]


def summarize(entry: Entry) -> TyperCommand | TyperGroup:
    """Return a command without its options, as the help of the whole group lists it."""
    command = entry.load()
    if isinstance(command, typer.Typer):
        return TyperGroup(name=entry.name, help=command.info.help, rich_help_panel=entry.section)
    help_text = inspect.getdoc(command)
    return TyperCommand(entry.name, help=help_text, rich_help_panel=entry.section)
