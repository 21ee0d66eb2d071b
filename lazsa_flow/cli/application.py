"""Applications: the commands of a command line, and the service that its commands open.

The general commands stand in :mod:`lazsa_flow.cli.app`. An application adds its own by an
:class:`Application`, from which :func:`lazsa_flow.cli.app.build_app` makes the whole command line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

import typer

if TYPE_CHECKING:
    from typing import TypeAlias

    from lazsa_flow.foresight.proof.rules import ProofRules
    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.service.service import FlowService

    Service: TypeAlias = FlowService

OPERATE: Final = "Operate"
INSPECT: Final = "Inspect"
COMPLIANCE: Final = "Compliance"
SET_UP: Final = "Set up"


class Entry:
    """A command, or a group of commands, in the help of the whole command line.

    Args:
        section: The section of ``--help`` that lists it.
        command: The function that runs it, or the group; or where that stands, as
            ``package.module:attribute``, which is imported when it is needed.
        name: Its name; by default the function's.
    """

    def __init__(
        self, section: str, command: Callable[..., None] | typer.Typer | str, name: str = ""
    ) -> None:
        self.section = section
        self.name = name or _name_of(command)
        self._command = command

    def load(self) -> Callable[..., None] | typer.Typer:
        """Return the function or the group, imported now if it was not before."""
        if isinstance(self._command, str):
            module, _, attribute = self._command.partition(":")
            self._command = cast("Any", getattr(import_module(module), attribute))
        return cast("Callable[..., None] | typer.Typer", self._command)


def _name_of(command: Callable[..., None] | typer.Typer | str) -> str:
    """Return the name of a command after its function."""
    if isinstance(command, str):
        function = command.partition(":")[2]
    else:
        function = getattr(command, "__name__", "")
    return function.replace("_", "-")


def load_service() -> type[Service]:
    """Import and return the service that the general commands open."""
    from lazsa_flow.service import installed

    return installed.load_service()


def describe_nothing(service: Service, path: Path) -> Mapping[str, str | None]:
    """Return nothing more to say of a path than what every path has."""
    del service, path
    return {}


def load_no_rules() -> Mapping[str, ProofRules]:
    """Return that no lifecycle has rules of its own for its proof."""
    return {}


@dataclass(frozen=True, slots=True)
class Application:
    """What a command line consists of besides the general commands.

    Attributes:
        help: The first line of ``--help``.
        load: Imports and returns the class of the service that commands open.
        commands: Its own commands.
        sections: Its own sections of ``--help``, listed before the general ones.
        subject: What it calls a path's subject.
        renamed_commands: Earlier spellings of commands, no longer shown, each with today's words.
        option_aliases: Further spellings of options, by the general one.
        next_commands: The words of the command that lists what there is, by the kind of what was
            not found.
        describe: Returns what else is said of a path, each by its key in JSON.
        load_proof_rules: Imports and returns the rules of its lifecycles' proofs, by lifecycle.
    """

    help: str
    load: Callable[[], type[Service]] = load_service
    commands: Sequence[Entry] = ()
    sections: Sequence[str] = ()
    subject: str = "subject"
    renamed_commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    option_aliases: Mapping[str, str] = field(default_factory=dict)
    next_commands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    describe: Callable[[Service, Path], Mapping[str, str | None]] = describe_nothing
    load_proof_rules: Callable[[], Mapping[str, ProofRules]] = load_no_rules

    def add_aliases(self, command: Any) -> None:
        """Let a command's options be spelled as this application spells them, too."""
        for each in command.params:
            each.opts += [
                alias
                for name, alias in self.option_aliases.items()
                if name in each.opts and alias not in each.opts
            ]


_running: Final[ContextVar[Application]] = ContextVar("application")


@contextmanager
def running(application: Application) -> Iterator[None]:
    """Run commands of an application; :func:`current_application` returns it while they run."""
    token = _running.set(application)
    try:
        yield
    finally:
        _running.reset(token)


def current_application() -> Application:
    """Return the application whose command runs.

    Raises:
        LookupError: No command runs.
    """
    return _running.get()
