"""References of paths, such as ``invoice-17``: a lifecycle's name and a number."""

from __future__ import annotations

import re
from typing import Final

from lazsa_flow.errors import no_path
from lazsa_flow.lifecycle.values import value

_REF: Final = re.compile(r"([a-z][a-z0-9_]*)-([1-9][0-9]{0,17})", re.ASCII)


@value
class PathRef:
    """The reference of a path, as commands, journal and messages have it.

    Attributes:
        lifecycle: The lifecycle's name.
        number: The path's number, which is its id in the database.
    """

    lifecycle: str
    number: int

    def __str__(self) -> str:
        """Write the reference."""
        return write_ref(self.lifecycle, self.number)


def write_ref(lifecycle: str, number: int) -> str:
    """Return the reference of a path as text."""
    return f"{lifecycle}-{number}"


def parse_ref(text: str) -> PathRef:
    """Read a reference.

    Raises:
        NotFoundError: It is no reference, so that there is no such path.
    """
    match = _REF.fullmatch(text)
    if match is None:
        raise no_path(text)
    return PathRef(match[1], int(match[2]))
