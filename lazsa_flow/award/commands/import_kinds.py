"""What an import is: where its rows come from, how one of their kind is taken, and its options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from lazsa_flow.lifecycle.model import Actor

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from lazsa_flow.award.commands.intake import Intake
    from lazsa_flow.csvfiles.formats import FileFormat
    from lazsa_flow.csvfiles.problems import Problems

HOST: Final = Actor("host", "host")
"""Who imports where nobody is named."""

_Row = TypeVar("_Row")
Persons = tuple[str, ...]
"""The persons whose data a row holds."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How rows are imported.

    Attributes:
        actor: Who imports.
        partial: Whether good rows count although others are refused.
        rejects: Where refused rows are written to, with the reason of each.
        key: The idempotency key.
        done: Called with the number of rows that were read so far.
    """

    actor: Actor
    partial: bool = False
    rejects: Path | None = None
    key: str | None = None
    done: Callable[[int], None] = lambda rows: None


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from.

    Attributes:
        form: The columns.
        name: The file's name, or the method's.
        file: The file, where there is one.
        sha256: The digest of the file or of the rows.
    """

    form: FileFormat
    name: str
    file: Path | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class PartTaker(Generic[_Row]):
    """How rows are taken in parts; see :mod:`lazsa_flow.store.open_imports`.

    Attributes:
        order: Returns what the rows are ordered by before they are written. A part of them then
            touches few pages of the index that has the same order.
        check: Refuses the rows of a batch that cannot be taken; nothing is written yet.
        look_up: Reads what is recorded about a batch.
        write: Writes what was looked up and is not recorded yet.
    """

    order: Callable[[_Row], Any]
    check: Callable[[Intake, list[_Row]], None]
    look_up: Callable[[Intake, list[_Row]], Any]
    write: Callable[[Intake, Any], None]


@dataclass(frozen=True, slots=True)
class ImportKind(Generic[_Row]):
    """How rows of one kind are imported.

    Attributes:
        form: Their columns.
        read: Reads a file, by the codes of the countries that are configured; reports to the
            problems what is wrong with a row.
        take: Takes a batch of rows.
        persons: Returns a row's line and whose personal data it holds; ``None`` where it holds
            none. A row of somebody who was erased is left out of the import.
        fire_overdue: Whether overdue timers fire first.
        parts: How a large file is taken in parts, where it can be.
        batch: How many rows are taken together.
    """

    form: FileFormat
    read: Callable[[Path | str, Collection[str], Problems], Iterable[_Row]]
    take: Callable[[Intake, list[_Row]], None]
    persons: Callable[[_Row], tuple[int, Persons]] | None = None
    fire_overdue: bool = False
    parts: PartTaker[_Row] | None = None
    batch: int = 1000
