"""Commands of a console block: what is typed, what is shown as printed, whether it exists."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import typer.main

from lazsa_flow.award.cli.app import app
from tests.pages.blocks import PageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.pages.blocks import Block

SHELL: Final = re.compile(r"[|;&*`]|<|\$\(")
ASSIGNED: Final = re.compile(r"^([A-Z_]+)=(.*)$")
SERVES: Final = frozenset({"run", "worker", "ticker", "view", "relay"})
"""Commands that serve until they are stopped."""
ASKS: Final = "asks a process that serves"
"""Why a block is not run in the tests, and is in the walks."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a block.

    Attributes:
        place: Page and line.
        line: What is typed, without the prompt.
        printed: The lines that the page shows as printed.
    """

    place: str
    line: str
    printed: tuple[str, ...]

    def words(self, environment: Mapping[str, str] = os.environ) -> list[str]:
        """Return the words of the line, with variables in their place and comments left out."""
        words = shlex.split(self.line, comments=True)
        return [re.sub(r"\$(\w+)", lambda found: environment.get(found[1], ""), w) for w in words]

    @property
    def needs_shell(self) -> bool:
        """Whether the line is more than one program with its arguments."""
        bare = re.sub(r"'[^']*'|\"[^\"]*\"|\s#\s.*", "", self.line)
        return bool(SHELL.search(bare))


def commands_of(block: Block) -> Iterator[Command]:
    """Yield the commands of a console block.

    Raises:
        PageError: A line stands before the first prompt.
    """
    page, _, first = block.place.rpartition(":")
    line, place = "", ""
    printed: list[str] = []
    rows = enumerate(block.text.splitlines(), int(first) + 1)
    for number, row in rows:
        if row.startswith("$ "):
            if line:
                yield Command(place, line, tuple(printed))
            line, place, printed = row[2:], f"{page}:{number}", []
            while line.endswith("\\"):
                line = line[:-1] + next(rows)[1].removeprefix(">").strip()
        elif not line:
            raise PageError(f"{page}:{number}: expected a command behind '$ '")
        else:
            printed.append(row)
    if line:
        yield Command(place, line, tuple(printed))


def lazsa_words(line: str) -> list[str] | None:
    """Return the arguments of ``lazsa-flow`` in a command; ``None`` for another program."""
    words = shlex.split(line, comments=True)
    while words and ASSIGNED.match(words[0]):
        del words[0]
    return words[1:] if words[:1] == ["lazsa-flow"] else None


@cache
def _tree() -> Any:
    return typer.main.get_command(app)


def serves(line: str) -> bool:
    """Say whether a command serves until it is stopped."""
    words = lazsa_words(line)
    if words is None:
        return line.startswith("uvicorn ")
    return words[:1] != [] and words[0] in SERVES and not {"--once", "--help"} & set(words)


def find_command(words: list[str]) -> tuple[Any, list[str]]:
    """Return the command that some arguments name, and the arguments that are left for it."""
    command, rest = _tree(), list(words)
    while hasattr(command, "commands") and rest and rest[0] in command.commands:
        command, rest = command.commands[rest[0]], rest[1:]
    return command, rest


def check_command(words: list[str], place: str, *, complete: bool = True) -> None:
    """Parse a command line of ``lazsa-flow``, and run nothing.

    Args:
        words: Its arguments.
        place: Page and line.
        complete: Whether nothing that is required may be missing.

    Raises:
        PageError: There is no such command or option, or an argument is missing.
    """
    words = [word for word in words if not word.startswith((">", "2>"))]
    command, rest = find_command(words)
    if not rest and hasattr(command, "commands") and (words or not complete):
        return  # a group, named in a sentence
    if hasattr(command, "commands") and not (rest and rest[0].startswith("--")):
        raise PageError(f"{place}: there is no command 'lazsa-flow {' '.join(words)}'")
    context = command.context_class(command, info_name="lazsa-flow", resilient_parsing=True)
    try:
        given, _, _ = command.make_parser(context).parse_args(args=rest)
    except Exception as error:  # typer's own classes, which are click's in some releases
        raise PageError(f"{place}: {getattr(error, 'format_message', error.__str__)()}") from None
    if not complete:
        return
    missing = [p.name for p in command.params if p.required and given.get(p.name) in (None, ())]
    if missing and "--help" not in rest:
        raise PageError(f"{place}: 'lazsa-flow {' '.join(words)}' lacks {', '.join(missing)}")
