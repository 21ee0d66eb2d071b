"""The group of all commands: what was typed comes back in an error without control characters."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from typer.core import TyperGroup

from lazsa_flow.terminal_text import escape_controls

if TYPE_CHECKING:
    from collections.abc import Iterator


EARLIER: Final = {
    "assign": ("panel", "assign"),
    "complete": ("nomination", "complete"),
    "invite": ("trainer", "invite"),
    "withdraw": ("nomination", "withdraw"),
}
"""Earlier spellings of commands, which are no longer shown, with those of today."""


class SafeGroup(TyperGroup):
    """Reads the command line, and runs a command."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that is meant, by an earlier spelling too."""
        if args and ctx.parent is None:
            args = [*EARLIER.get(args[0], args[:1]), *args[1:]]
        return super().resolve_command(ctx, args)

    def make_context(self, *arguments: Any, **named: Any) -> Any:
        """Read the words before the command's name."""
        with _escaped():
            return super().make_context(*arguments, **named)

    def invoke(self, ctx: Any) -> Any:
        """Read the command's own words, and run it."""
        with _escaped():
            return super().invoke(ctx)


@contextmanager
def _escaped() -> Iterator[None]:
    """Escape the message of an error of usage, which quotes what was typed."""
    try:
        yield
    except Exception as error:
        if hasattr(error, "format_message"):
            message = escape_controls(error.format_message())
            error.format_message = lambda: message
        raise
