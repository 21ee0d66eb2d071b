"""Groups of commands with a default, which runs where the first word names no command."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


def group_with_default(name: str) -> type[TyperGroup]:
    """Return a group whose command of this name is run where the first word names none.

    What a group replaces keeps working as it was spelled.
    """

    class DefaultGroup(TyperGroup):
        """The commands, with a default."""

        def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
            """Read the words after the group's name."""
            if args and args[0] not in self.commands and args[0] != "--help":
                args = [name, *args]
            return super().parse_args(ctx, args)

    return DefaultGroup
