"""Effects: what an edge or a timer brings about.

Effects are data. The engine interprets these seven and nothing else, in the order in which the
table lists them, inside the transaction of the move; so diagrams, documents, rehearsal and proof
can read what an edge does without running it.

``when`` names a guard of the lifecycle: the effect is applied only if it holds on the path as the
effects before it have left it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["path", "subject"]


@dataclass(frozen=True, slots=True)
class Notify:
    """Put a notice into the outbox.

    Attributes:
        kind: Which notice.
        to: The recipient: ``subject``, or one that the lifecycle declares.
    """

    kind: str
    to: str = "subject"
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Begin:
    """Begin a period: of this path, or as a dated statement about its subject."""

    what: str
    of: Scope = "path"
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Reserve:
    """Take the keys in the path's ``data["claims"]`` for this path, for ever.

    Where another path holds one of them in the same scope, the whole move fails.

    Attributes:
        scope: Within which the keys are unique.
    """

    scope: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class End:
    """End a period, with the move's reason; where none is open, nothing happens.

    For a subject's period this is a dated statement that replaces any earlier one.
    """

    what: str
    of: Scope = "path"
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Reopen:
    """Let a period of this path go on as though it had never ended.

    It keeps the day on which it began. Where there was none, it begins.
    """

    what: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """Set a timer to the instant that its entry in the table names.

    Attributes:
        timer: The timer's name.
        round: The name of a round function; its date becomes the path's ``cycle_on`` first.
    """

    timer: str
    round: str | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class FireOther:
    """Fire a trigger on the subject's other paths of this lifecycle that are in ``state``.

    It is part of the same move: both commit together or neither.
    """

    trigger: str
    state: str
    reason: str
    when: str | None = None


Effect = Notify | Begin | Reserve | End | Reopen | Schedule | FireOther
