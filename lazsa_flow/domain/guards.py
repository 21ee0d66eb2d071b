"""How does a guard say yes or no, and why?

A guard is a named check with the words around it. The check returns a small :class:`Finding`, which
is what the journal records; :meth:`Guard.verdict` dresses it with all that can be told again from
guard and policy: what was required, who can change it, the source, and a wording for the seller.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from lazsa_flow.domain.model import Situation
    from lazsa_flow.domain.policy import Policy

Measured = str | int | bool | None

NOT_KNOWN: Final = "not known"
STALE: Final = "stale"


class Finding(NamedTuple):
    """What a check found.

    Attributes:
        held: Whether the guard holds.
        measured: The figure that was compared, :data:`NOT_KNOWN`, or :data:`STALE`.
        earliest: The first local date on which it could hold, as far as the clock alone decides;
            ``None`` where it holds already or no date can be named.
    """

    held: bool
    measured: Measured = None
    earliest: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A finding in full, for people.

    Attributes:
        required: What the policy asks.
        changed_by: Who or what can change it.
        source: Where the rule stands.
        wording: The same for the seller: no reviewer, no single score, no other seller.
    """

    name: str
    held: bool
    measured: Measured
    required: str
    changed_by: str
    earliest: date | None
    source: str
    wording: str

    @property
    def reason(self) -> str:
        """Why it is met or not, in a word: ``met``, ``not known``, ``stale`` or ``not met``."""
        if self.held:
            return "met"
        return str(self.measured) if self.measured in (NOT_KNOWN, STALE) else "not met"

    def __str__(self) -> str:
        sign = "holds" if self.held else "does not hold"
        measured = "" if self.measured is None else f" ({self.measured}; required {self.required})"
        later = f", could hold from {self.earliest}" if self.earliest else ""
        return f"{self.name} {sign}{measured}{later}"


@dataclass(frozen=True, slots=True)
class Guard:
    """A named condition on an edge.

    Attributes:
        name: As programme.md names it.
        check: Situation in, finding out; pure.
        required: Policy in, the bar in words out.
        changed_by: Who or what can change the answer.
        source: Document and clause.
        wording: For the seller; ``{measured}`` and ``{required}`` are filled in.
    """

    name: str
    check: Callable[[Situation], Finding]
    required: Callable[[Any], str]
    changed_by: str
    source: str
    wording: str

    def verdict(self, finding: Finding, policy: Policy) -> Verdict:
        """Dress a finding, made now or read from the journal, as a verdict."""
        required = self.required(policy)
        measured = "—" if finding.measured is None else finding.measured
        return Verdict(
            name=self.name,
            held=finding.held,
            measured=finding.measured,
            required=required,
            changed_by=self.changed_by,
            earliest=finding.earliest,
            source=self.source,
            wording=self.wording.format(measured=measured, required=required),
        )


def _parts(findings: list[tuple[str, Finding]], held: bool) -> str:
    return ", ".join(name for name, finding in findings if finding.held is held)


def all_of(name: str, *guards: Guard, wording: str) -> Guard:
    """Combine guards into one that holds where every one holds; it measures the unmet names."""

    def check(situation: Situation) -> Finding:
        findings = [(guard.name, guard.check(situation)) for guard in guards]
        unmet = [finding for _, finding in findings if not finding.held]
        dates = [finding.earliest for finding in unmet]
        known = [on for on in dates if on is not None]
        earliest = max(known) if known and len(known) == len(dates) else None
        return Finding(not unmet, f"unmet: {_parts(findings, False) or 'none'}", earliest)

    return _combined(name, check, "all of " + ", ".join(g.name for g in guards), guards, wording)


def any_of(name: str, *guards: Guard, wording: str) -> Guard:
    """Combine guards into one that holds where at least one holds; it measures the met names."""

    def check(situation: Situation) -> Finding:
        findings = [(guard.name, guard.check(situation)) for guard in guards]
        held = any(finding.held for _, finding in findings)
        known = [finding.earliest for _, finding in findings if finding.earliest is not None]
        earliest = min(known) if known and not held else None
        return Finding(held, f"met: {_parts(findings, True) or 'none'}", earliest)

    return _combined(name, check, "any of " + ", ".join(g.name for g in guards), guards, wording)


def none_of(name: str, *guards: Guard, wording: str) -> Guard:
    """Combine guards into one that holds where none holds; it measures the met names."""

    def check(situation: Situation) -> Finding:
        findings = [(guard.name, guard.check(situation)) for guard in guards]
        met = _parts(findings, True)
        return Finding(not met, f"met: {met or 'none'}")

    return _combined(name, check, "none of " + ", ".join(g.name for g in guards), guards, wording)


def _combined(
    name: str,
    check: Callable[[Situation], Finding],
    required: str,
    guards: tuple[Guard, ...],
    wording: str,
) -> Guard:
    return Guard(
        name=name,
        check=check,
        required=lambda _policy: required,
        changed_by=", ".join(dict.fromkeys(guard.changed_by for guard in guards)),
        source="; ".join(dict.fromkeys(guard.source for guard in guards)),
        wording=wording,
    )
