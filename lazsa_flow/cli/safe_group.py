"""The group of all commands: errors quote what was typed without control characters."""

from __future__ import annotations

from contextlib import contextmanager
from copy import copy
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup

from lazsa_flow.cli.application import running
from lazsa_flow.cli.command_table import CommandTable
from lazsa_flow.cli.database_options import keep_words
from lazsa_flow.terminal_text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lazsa_flow.cli.application import Entry


class SafeGroup(TyperGroup):
    """Reads the command line, and runs a command.

    Attributes:
        entries: Its commands; a subclass names them.
    """

    entries: Sequence[Entry] = ()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = self._table = CommandTable(self.entries)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help, for which no command's options are built."""
        listing = copy(self)
        listing.commands = self._table.summaries()
        TyperGroup.format_help(listing, ctx, formatter)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that is meant, by an earlier spelling too."""
        if args:
            args = [*ctx.obj.renamed_commands.get(args[0], args[:1]), *args[1:]]
        keep_words(ctx, args)
        name, command, words = super().resolve_command(ctx, args)
        ctx.obj.add_aliases(command)
        return name, command, words

    def make_context(self, *arguments: Any, **named: Any) -> Any:
        """Read the words before the command's name."""
        with _escape_usage_error():
            return super().make_context(*arguments, **named)

    def invoke(self, ctx: Any) -> Any:
        """Read the command's own words, and run it."""
        with _escape_usage_error(), running(ctx.obj):
            return super().invoke(ctx)


@contextmanager
def _escape_usage_error() -> Iterator[None]:
    """Escape the message of an error of usage, which quotes what was typed."""
    try:
        yield
    except Exception as error:
        if hasattr(error, "format_message"):
            message = escape_controls(error.format_message())
            error.format_message = lambda: message
        raise
