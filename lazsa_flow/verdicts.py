"""Verdicts: a guard's finding in full, for people.

A verdict repeats what was measured and required, and who can change it. Of a combined guard it
keeps the parts, each with its own verdict. When asked ahead of the date, it also states the
margin to the bar, the age of the facts, what must be recorded, and the first date that could help.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

Measured = str | int | bool | None
"""What the journal records of what was measured."""

NOT_KNOWN: Final = "not known"
STALE: Final = "stale"
NOBODY: Final = "nobody"
"""Who can change what nothing can change any more."""
CLOCK: Final = "the clock"
"""Who changes what time alone changes."""

Operator = Literal["all_of", "any_of", "none_of"]


class Reading(NamedTuple):
    """What a guard would measure on a date, however old its source is.

    Attributes:
        figure: The figure, also where it is too old to count.
        margin: The signed distance to the bar with its unit; not negative where the bar is met.
        as_of: The date of the facts it is based on.
        age_days: How old those facts are on the date judged.
        note: A difference between two sources, in words.
        met: Whether the figure meets the bar, however old it is; ``None`` where not recorded.
        earliest: The first date on which the bar can be met, where it is not met now; for a bar
            that time alone does not change, by facts of that date.
    """

    figure: Measured
    margin: str | None = None
    as_of: date | None = None
    age_days: int | None = None
    note: str | None = None
    met: bool | None = None
    earliest: date | None = None


class Need(NamedTuple):
    """What must be recorded before a guard can hold.

    Attributes:
        what: The fact, card or record, in words.
        since: The first date that it can be dated or recorded on; ``None`` for any.
        until: The last such date; ``None`` for any.
    """

    what: str
    since: date | None = None
    until: date | None = None

    def __str__(self) -> str:
        if self.since is None:
            return f"{self.what}{f', until {self.until}' if self.until else ''}"
        until = f" to {self.until}" if self.until else ""
        return f"{self.what}, from {self.since}{until}"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"what": self.what, "from": _date_text(self.since), "until": _date_text(self.until)}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A finding in full, for people.

    Attributes:
        name: The guard's name.
        held: Whether the guard holds.
        measured: The figure; of a combined guard, which of its parts hold, in words.
        required: What the policy asks.
        changed_by: Who or what can change it.
        earliest: The first date on which the clock alone makes it hold, where that is so.
        source: The document that states the rule.
        wording: The same for the subject, without anything that is confidential.
        operator: How a combined guard joins its parts.
        parts: The verdicts of a combined guard's parts. Where they come from the journal, only
            whether each one held is known of them.
        reading: What it would measure however old its source is; only where it was asked ahead.
        need: What must be recorded before it can hold; only where it was asked ahead.
        possible_on: The first date on which it could pass; only where it was asked ahead.
    """

    name: str
    held: bool
    measured: Measured
    required: str
    changed_by: str
    earliest: date | None
    source: str
    wording: str
    operator: Operator | None = None
    parts: tuple[Verdict, ...] = ()
    reading: Reading | None = None
    need: Need | None = None
    possible_on: date | None = None

    @property
    def reason(self) -> str:
        """Why it is met or not, in a word: ``met``, ``not known``, ``stale`` or ``not met``."""
        if self.held:
            return "met"
        return str(self.measured) if self.measured in (NOT_KNOWN, STALE) else "not met"

    def __str__(self) -> str:
        sign = "holds" if self.held else "does not hold"
        measured = "" if self.measured is None else f" ({self.measured}; required {self.required})"
        later = f", could hold from {self.earliest}" if self.earliest and not self.held else ""
        return f"{self.name} {sign}{measured}{later}"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values; dates as YYYY-MM-DD or null."""
        reading = self.reading or Reading(None)
        return {
            "name": self.name,
            "held": self.held,
            "measured": self.measured,
            "required": self.required,
            "reason": self.reason,
            "changed_by": self.changed_by,
            "earliest": _date_text(self.earliest),
            "source": self.source,
            "wording": self.wording,
            "figure": reading.figure,
            "margin": reading.margin,
            "as_of": _date_text(reading.as_of),
            "age_days": reading.age_days,
            "note": reading.note,
            "needs": self.need and self.need.to_json(),
            "possible_on": _date_text(self.possible_on),
            "op": self.operator,
            "parts": [part.to_json() for part in self.parts],
        }


def describe_required(operator: Operator, names: Sequence[str]) -> str:
    """Say in plain words which parts of a combined guard have to hold."""
    if len(names) == 1:
        return f"{names[0]} must {'not ' if operator == 'none_of' else ''}hold"
    if operator == "all_of":
        return f"{_join_names(names)} must hold"
    count = "none may" if operator == "none_of" else "at least one must"
    return f"{count} hold of {', '.join(names)}"


def describe_measured(operator: Operator, parts: Sequence[Verdict]) -> str:
    """Say in plain words which parts of a combined guard hold."""
    holding = [part.name for part in parts if part.held]
    failing = [part.name for part in parts if not part.held]
    if operator == "all_of":
        return _do_not_hold(failing) or "all of them hold"
    if len(parts) == 1:
        return _say_hold(holding) or _do_not_hold(failing)
    return _say_hold(holding) or "none of them holds"


def _say_hold(names: Sequence[str]) -> str:
    return f"{_join_names(names)} {'holds' if len(names) == 1 else 'hold'}" if names else ""


def _do_not_hold(names: Sequence[str]) -> str:
    verb = "does" if len(names) == 1 else "do"
    return f"{_join_names(names)} {verb} not hold" if names else ""


def _join_names(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def _date_text(on: date | None) -> str | None:
    return on.isoformat() if on else None
