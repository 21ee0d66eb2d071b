"""The command to type after an error: for the same database, where one helps."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Any, Final

from typer.main import get_command

from lazsa_flow.errors import (
    BrokerError,
    ClockError,
    ConfigError,
    ConflictError,
    DamagedError,
    DeliveryError,
    ExtraError,
    HostCodeError,
    InputError,
    JournalError,
    MachineMismatchError,
    NotFoundError,
    ParkedError,
    PausedError,
    ReplacedError,
    SchemaError,
    StorageError,
    TemplateError,
    TransitionError,
    UnavailableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import typer

    from lazsa_flow.cli.application import Application

_MIGRATE: Final = "lazsa-flow migrate"
_KEPT: Final = ("--database", "--config")
"""Options that the next command takes over, where it has them."""
_BY_CLASS: Final = (
    (ParkedError, ("parked",)),
    (PausedError, ("pauses",)),
    (HostCodeError, ("parked",)),
    (DamagedError, ("restore", "BACKUP")),
    (JournalError, ("verify",)),
    (DeliveryError, ("outbox", "--parked")),
    ((ConfigError, TemplateError), ("config", "check")),
    (ReplacedError, ()),
    (
        (BrokerError, ClockError, MachineMismatchError, StorageError, UnavailableError),
        ("doctor",),
    ),
)
_BY_KIND: Final = {
    "policy": ("policy", "list"),
    "country": ("country", "list"),
    "lifecycle": ("policy", "list"),
    "books": ("ledger",),
    "state": ("states",),
    "parked notice": ("outbox", "--parked"),
}
_BY_GROUP: Final = {
    "policy": ("policy", "list"),
    "country": ("country", "list"),
    "pause": ("pauses",),
    "resume": ("pauses",),
    "ledger": ("ledger",),
}


def find_next_command(app: typer.Typer, error: Exception, words: Sequence[str]) -> str | None:
    """Find what to type after an error.

    Args:
        app: The command line that was used.
        error: What was raised.
        words: The words that were typed.

    Returns:
        The whole command; nothing where none helps, or where it is the one that failed.
    """
    if isinstance(error, ExtraError):
        return error.install
    application: Application = (app.info.context_settings or {})["obj"]
    group = get_command(app)
    typed, command = _resolve(group, words)
    found = _find_words(application, error, words, typed, command)
    if found[-1:] in (("--help",), ("--example",)):
        return shlex.join(["lazsa-flow", *found])
    named, following = _resolve(group, found)
    if not found or named == typed:
        return None
    options = {spelling for each in following.params for spelling in each.opts}
    return shlex.join(["lazsa-flow", *found, *_keep(words, options)])


def _find_words(
    application: Application,
    error: Exception,
    words: Sequence[str],
    typed: tuple[str, ...],
    command: Any,
) -> tuple[str, ...]:
    """Return the words of the command that helps; none where none does."""
    for kinds, following in _BY_CLASS:
        if isinstance(error, kinds):
            return following
    if isinstance(error, SchemaError):
        return ("migrate",) if _MIGRATE in str(error) else ("doctor",)
    if isinstance(error, TransitionError):
        return ("explain", error.path) if error.path else ()
    if isinstance(error, InputError):
        return _after_input(error, typed, command)
    if isinstance(error, NotFoundError):
        known = {**_BY_KIND, **application.next_commands}
        return known.get(error.kind, ())
    if isinstance(error, ConflictError):
        return _after_conflict(error, words, typed)
    return ()


def _after_input(error: InputError, typed: tuple[str, ...], command: Any) -> tuple[str, ...]:
    """Return what shows an option's use, or a valid file."""
    where = {problem.where for problem in error.problems}
    if not typed:
        return ()
    if any("--example" in each.opts for each in command.params) and where != {"option"}:
        return (*typed, "--example")
    return (*typed, "--help") if where <= {"option", "argument"} else ()


def _after_conflict(
    error: ConflictError, words: Sequence[str], typed: tuple[str, ...]
) -> tuple[str, ...]:
    """Return what shows the record that a command contradicts."""
    if typed[:1] and typed[0] in _BY_GROUP:
        return _BY_GROUP[typed[0]]
    named = error.subject in words
    return ("show", error.subject) if named and len(typed) == 1 else ()


def _resolve(group: Any, words: Sequence[str]) -> tuple[tuple[str, ...], Any]:
    """Return the words that name a command, and the command."""
    typed: list[str] = []
    for word in words:
        commands = getattr(group, "commands", {})
        if word not in commands:
            break
        group = commands[word]
        typed.append(word)
    return tuple(typed), group


def _keep(words: Sequence[str], options: set[str]) -> Iterator[str]:
    """Give the options of the words that the next command takes as well."""
    for at, word in enumerate(words):
        if word == "--":
            return
        name, equals, value = word.partition("=")
        if name not in _KEPT or name not in options:
            continue
        if not equals:
            value = words[at + 1] if at + 1 < len(words) else ""
        yield name
        yield _hide_password(value) if name == "--database" else value


def _hide_password(url: str) -> str:
    """Return a database's URL as it may be printed."""
    url = re.sub(r"(password=)[^&]*", r"\1***", url)
    head, at, place = url.rpartition("@")
    scheme, slashes, user = head.partition("://")
    name, colon, _ = user.partition(":")
    return f"{scheme}{slashes}{name}:***@{place}" if at and colon else url
