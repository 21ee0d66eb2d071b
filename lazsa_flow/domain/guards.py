"""How does a guard say yes or no, and why?

A guard is a named check with the words around it. The check returns a small :class:`Finding`, which
is what the journal records; :meth:`Guard.verdict` dresses it with all that can be told again from
guard and policy: what was required, who can change it, the source, and a wording for the seller.

What a cycle night asks a million times returns the same three values as a plain tuple, which is
made in a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.domain.findings import Finding as Finding  # authors find it here
from lazsa_flow.domain.findings import Found as Found
from lazsa_flow.domain.findings import Measured as Measured
from lazsa_flow.domain.findings import Recordable, UnfitError, plain_finding
from lazsa_flow.domain.host import ref_of
from lazsa_flow.domain.model import FIGURES
from lazsa_flow.domain.running import RUNNING, RunningGuard
from lazsa_flow.errors import GuardError, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lazsa_flow.domain.model import Situation
    from lazsa_flow.domain.policy import Policy

NOT_KNOWN: Final = "not known"
STALE: Final = "stale"

FIELDS: Final = ("measured", "required")
"""What can be filled into a guard's wording."""

PANEL: Final = "panel"
NOMINATIONS: Final = "nominations"
_RECORDS: Final = "records."
_PATHS: Final = "paths."
_READABLE: Final = frozenset({*FIGURES, PANEL, NOMINATIONS})


def records(kind: str) -> str:
    """Return how a guard says that it reads what is recorded under a kind."""
    return f"{_RECORDS}{kind}"


def paths(lifecycle: str) -> str:
    """Return how a guard says that it reads the subject's other paths in a lifecycle."""
    return f"{_PATHS}{lifecycle}"


def unreadable(reads: Iterable[str]) -> set[str]:
    """Return what of this no guard can read."""
    return {each for each in reads if not each.startswith((_RECORDS, _PATHS))} - _READABLE


def paths_read(reads: Iterable[str]) -> frozenset[str]:
    """Return the lifecycles whose other paths are among what guards read."""
    return frozenset(each.removeprefix(_PATHS) for each in reads if each.startswith(_PATHS))


def kinds_read(reads: Iterable[str]) -> frozenset[str]:
    """Return the kinds of records among what guards read."""
    return frozenset(each.removeprefix(_RECORDS) for each in reads if each.startswith(_RECORDS))


Check = Callable[["Situation"], "tuple[bool, Recordable, date | None]"]
"""What an author writes: a :class:`Finding`, or the plain tuple of its three values."""
Ask = Callable[["Situation"], Found]
"""The same, with what it returned made plain."""


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
        reads: What its answer hangs on besides the instant, the policy, and the path's state,
            round, spans, data and pending timers: names of the figures of
            :class:`~lazsa_flow.domain.model.Facts`, :data:`PANEL` for how many cards there are and
            what they add up to, :data:`NOMINATIONS` for which are complete or withdrawn,
            :func:`records` of a kind for what those say and from when, and :func:`paths` of a
            lifecycle for the subject's other paths. Paths for which all that is the same are
            decided once, and then the guard sees nothing else: to look at a nominator, a reviewer,
            an actor or the path's own subject raises, and each path is asked by itself. ``None``:
            anything, and each path is asked.
    """

    name: str
    check: Check
    required: Callable[[Any], str]
    changed_by: str
    source: str
    wording: str
    reads: frozenset[str] | None = None

    def ask(self, situation: Situation) -> Found:
        """Call the check; return what it found as plain values, which can be recorded.

        Nothing else calls it.

        Raises:
            GuardError: It raised, or returned what cannot be recorded.
        """
        thread = get_ident()
        outer = RUNNING.get(thread)
        RUNNING[thread] = RunningGuard(self.name, situation, outer)
        try:
            return plain_finding(self.check(situation))
        except GuardError:  # of a guard that is a part of this one
            raise
        except UnfitError as error:
            raise GuardError(self.name, str(error), path=ref_of(situation)) from None
        except Exception as error:
            raise self._raised(error, ref_of(situation)) from error
        finally:
            if outer is None:
                del RUNNING[thread]
            else:
                RUNNING[thread] = outer

    def _raised(self, error: Exception, path: str | None = None) -> GuardError:
        name = type_name(error)
        return GuardError(self.name, f"raised {name}", path=path, raised=name)

    def verdict(self, finding: Found, policy: Policy) -> Verdict:
        """Dress a finding, made now or read from the journal, as a verdict.

        Raises:
            GuardError: What is required cannot be told of this policy.
        """
        held, measured, earliest = finding
        required = self._required(policy)
        shown = "—" if measured is None else measured
        return Verdict(
            name=self.name,
            held=held,
            measured=measured,
            required=required,
            changed_by=self.changed_by,
            earliest=earliest,
            source=self.source,
            wording=self.wording.format(measured=shown, required=required),
        )

    def _required(self, policy: Policy) -> str:
        try:
            required = self.required(policy)
        except Exception as error:
            raise self._raised(error) from error
        if not isinstance(required, str):
            what = f"what is required is {type_name(required)}, expected text"
            raise GuardError(self.name, what)
        return required

    def holds(self, situation: Situation) -> bool:
        """Tell whether it holds."""
        return self.ask(situation)[0]


def all_of(name: str, *guards: Guard, wording: str) -> Guard:
    """Combine guards into one that holds where every one holds; it measures the unmet names."""

    def check(situation: Situation) -> Found:
        unmet, dates = [], []
        for each in guards:
            held, _, earliest = each.ask(situation)
            if not held:
                unmet.append(each.name)
                dates.append(earliest)
        known = [on for on in dates if on is not None]
        latest = max(known) if known and len(known) == len(dates) else None
        return not unmet, f"unmet: {', '.join(unmet) or 'none'}", latest

    return _combined(name, check, "all of " + ", ".join(g.name for g in guards), guards, wording)


def any_of(name: str, *guards: Guard, wording: str) -> Guard:
    """Combine guards into one that holds where at least one holds; it measures the met names."""

    def check(situation: Situation) -> Found:
        met, dates = [], []
        for each in guards:
            held, _, earliest = each.ask(situation)
            if held:
                met.append(each.name)
            elif earliest is not None:
                dates.append(earliest)
        first = min(dates) if dates and not met else None
        return bool(met), f"met: {', '.join(met) or 'none'}", first

    return _combined(name, check, "any of " + ", ".join(g.name for g in guards), guards, wording)


def none_of(name: str, *guards: Guard, wording: str) -> Guard:
    """Combine guards into one that holds where none holds; it measures the met names."""

    def check(situation: Situation) -> Found:
        met = [each.name for each in guards if each.ask(situation)[0]]
        return not met, f"met: {', '.join(met) or 'none'}", None

    return _combined(name, check, "none of " + ", ".join(g.name for g in guards), guards, wording)


def _combined(
    name: str,
    check: Check,
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
        reads=all_read(guards),
    )


def all_read(guards: Iterable[Guard]) -> frozenset[str] | None:
    """Return what these guards read together; ``None`` where one of them may read anything."""
    together: set[str] = set()
    for guard in guards:
        if guard.reads is None:
            return None
        together |= guard.reads
    return frozenset(together)
