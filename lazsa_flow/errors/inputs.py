"""Errors of what was given: inputs, configuration, ids, keys, templates."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from lazsa_flow.errors.base import LazsaError
from lazsa_flow.errors.problems import Problem, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


class InputError(LazsaError):
    """An input is wrong; nothing of it was taken.

    Attributes:
        problems: Every problem found, in the order of the input.

    Do next:
        Correct each value that is named, and give the whole input again.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    @classmethod
    def of(cls, where: str, field: str, value: object, expected: str) -> InputError:
        """Build the error for a single problem.

        Args:
            where: The place: a key's path, or ``file:line``.
            field: The field or column.
            value: The refused value.
            expected: What was expected instead.

        Returns:
            The error.
        """
        return cls([Problem(where, field, shown(value), expected)])


class ConfigError(InputError):
    """A policy or country file is wrong; each problem names its key's path.

    Do next:
        Correct each key that is named; ``lazsa-flow doctor`` reads the files again.
    """


class NotFoundError(LazsaError):
    """Nothing is known under this id.

    Attributes:
        kind: What was looked for: ``path``, ``seller``, ``lifecycle``, ``country`` …
        id: The id that was given.
        expected: What would be found: the names there are, or what they look like.
        close: Known names that resemble it.

    Do next:
        Check the id; ``close`` names what resembles it, and ``lazsa-flow list`` lists what there
        is.
    """

    def __init__(
        self,
        kind: str,
        id: str,  # noqa: A002 - the field's name
        *,
        expected: str = "",
        among: Iterable[str] = (),
    ) -> None:
        names = sorted(among)
        self.kind = kind
        self.id = id
        self.expected: str = expected or (f"one of {', '.join(names)}" if names else "")
        self.close: tuple[str, ...] = (
            tuple(get_close_matches(id, names)) if isinstance(id, str) else ()
        )
        hint = f"; expected {self.expected}" if self.expected else ""
        close = f"; did you mean {' or '.join(self.close)}?" if self.close else ""
        super().__init__(f"no {kind} {shown(id)}{hint}{close}")


def no_path(ref: str) -> NotFoundError:
    """Return the error that there is no path of this reference."""
    return NotFoundError("path", ref, expected="a path's reference, such as award-17")


def no_seller(seller: str) -> NotFoundError:
    """Return the error that no seller of this id is known."""
    return NotFoundError("seller", seller, expected="the id of a seller whose facts are known")


def no_subject_or_path(name: str) -> NotFoundError:
    """Return the error that neither a seller nor a path is known by this name."""
    expected = "the id of a seller whose facts are known, or a path's reference such as award-17"
    return NotFoundError("seller or path", name, expected=expected)


class KeyReusedError(LazsaError):
    """An idempotency key came again with another payload.

    Attributes:
        key: The key.

    Do next:
        Use a key of its own for each command; only the very same command may come again with its
        key.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(f"idempotency key {shown(key)} was used for another command")


class ConflictError(LazsaError):
    """The command contradicts what is already recorded, such as a second open path.

    Attributes:
        subject: Whose records.
        what: The record that it contradicts.
        until: The first instant at which it could be tried again, if one is known.

    Do next:
        Look at the record (``lazsa-flow show``); wait until ``until`` where it is given.
    """

    def __init__(self, subject: str, what: str, until: datetime | None = None) -> None:
        self.subject = subject
        self.what = what
        self.until = until
        super().__init__(f"{shown(subject)}: {what}")


class ExtraError(LazsaError):
    """What was asked for needs an extra that is not installed.

    Attributes:
        extra: The extra's name.
        purpose: What needs it.
        install: The command that installs it.

    Do next:
        Install the extra that is named.
    """

    def __init__(self, extra: str, purpose: str) -> None:
        self.extra = extra
        self.purpose = purpose
        self.install: str = f"pip install 'lazsa-flow[{extra}]'"
        super().__init__(f"{purpose} needs an extra: {self.install}")


class TemplateError(LazsaError):
    """A template of a notice, or its words, cannot be put into words.

    Attributes:
        file: The file at fault.
        line: The line in it; ``None`` where none can be named.
        fault: What is wrong.

    Do next:
        Mend the file at the line that is named, and look at it with ``lazsa-flow notices preview``.
    """

    def __init__(self, file: str, line: int | None, fault: str) -> None:
        self.file = file
        self.line = line
        self.fault = fault
        super().__init__(f"{file}{'' if line is None else f':{line}'}: {fault}")
