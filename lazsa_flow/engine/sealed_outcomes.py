"""Sealed outcomes: what a saved rehearsal foretells of each path, as it is stored."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from lazsa_flow.errors import MalformedError
from lazsa_flow.lifecycle.values import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Mapping


class SealedOutcome(NamedTuple):
    """What a saved rehearsal foretells of one path.

    Attributes:
        country: The country's code.
        class_: How sure it is; see :class:`lazsa_flow.foresight.rehearsed_date.PathOutcome`.
        outcome: The trigger that fires; ``refused``, ``parked`` or ``paused`` where none does.
        state: The state that the path is in afterwards.
    """

    country: str
    class_: str
    outcome: str
    state: str


def digest_of_text(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_outcomes(text: str) -> Mapping[str, SealedOutcome]:
    """Read the outcome of each path from a saved rehearsal.

    Raises:
        MalformedError: They cannot be read.
    """
    try:
        return FrozenDict(
            (path, SealedOutcome(*values)) for path, values in json.loads(text).items()
        )
    except (AttributeError, TypeError, ValueError):
        raise MalformedError("outcomes of a saved rehearsal") from None
