"""Policies of a rehearsal: under which one a date was rehearsed, and which cycles it governs."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date


@dataclass(frozen=True, slots=True)
class RehearsedPolicy:
    """A policy under which a date was rehearsed.

    Attributes:
        name: The lifecycle with the version, such as ``invoice/2027-1``.
        released: Whether it is released.
        governs: The countries in which it governs the date in production; of a policy that is not
            released, if it were released at the instant at which it was asked.
        governs_from: Per country, the first cycle date to come that it governs in production; a
            country where it governs none is left out.
    """

    name: str
    released: bool
    governs: tuple[str, ...]
    governs_from: Mapping[str, date]

    def sentence(self, on: date) -> str:
        """Say which cycles it governs in production, as a clause without a full stop.

        Args:
            on: The date that is rehearsed.

        Returns:
            Such as ``invoice/2027-1 governs from the cycle of 2027-04-01 (SG)``.
        """
        if self.governs and self.governs == tuple(self.governs_from):
            return f"{self.name} governs the cycle of {on}"
        dates: defaultdict[date, list[str]] = defaultdict(list)
        for code, first in self.governs_from.items():
            dates[first].append(code)
        if not dates:
            return f"{self.name} governs no cycle to come"
        cycles = ", ".join(
            f"{first} ({', '.join(codes)})" for first, codes in sorted(dates.items())
        )
        if self.released:
            return f"{self.name} governs from the cycle of {cycles}"
        return f"{self.name} would govern from the cycle of {cycles} if it were released now"

    def assumption(self, on: date) -> str:
        """Say that it is taken to govern a date, and which cycles it does in production.

        Args:
            on: The date that is rehearsed.

        Returns:
            A sentence without a full stop.
        """
        return f"{self.name} is taken to govern {on}; {self.sentence(on)}"

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "policy": self.name,
            "released": self.released,
            "governs": list(self.governs),
            "governs_from": {code: on.isoformat() for code, on in self.governs_from.items()},
        }
