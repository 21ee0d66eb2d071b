"""Guards: conditions that answer with a verdict, and their combinations.

A guard is a named check with the words around it. The check returns a small :class:`Finding`, which
is what the journal records; :meth:`Guard.verdict` adds all that can be derived from guard and
policy: what was required, who can change it, the source, and a wording for the subject.

Checks that a cycle night calls a million times return the same three values as a plain tuple,
which takes a tenth of the time to build.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import get_ident
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.errors import ConfigError, GuardError, type_name
from lazsa_flow.lifecycle.evidence import readable_names
from lazsa_flow.lifecycle.findings import Finding as Finding  # authors find it here
from lazsa_flow.lifecycle.findings import Found as Found
from lazsa_flow.lifecycle.findings import Recordable, UnfitError, plain_finding
from lazsa_flow.lifecycle.host_code import call_host, ref_of
from lazsa_flow.lifecycle.path_data import PATH_DATA
from lazsa_flow.lifecycle.running_guards import RUNNING, RunningGuard
from lazsa_flow.verdicts import NOT_KNOWN as NOT_KNOWN
from lazsa_flow.verdicts import STALE as STALE
from lazsa_flow.verdicts import Measured as Measured
from lazsa_flow.verdicts import (
    Need,
    Operator,
    Reading,
    describe_measured,
    describe_required,
)
from lazsa_flow.verdicts import Verdict as Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lazsa_flow.lifecycle.evidence import Source
    from lazsa_flow.lifecycle.model import GuardContext
    from lazsa_flow.lifecycle.policy import Policy

FIELDS: Final = ("measured", "required")
"""What can be filled into a guard's wording."""

_RECORDS: Final = "records."
_PATHS: Final = "paths."
_MET: Final = "met"
_UNMET: Final = "unmet"


def records(kind: str) -> str:
    """Return how a guard says that it reads what is recorded under a kind."""
    return f"{_RECORDS}{kind}"


def paths(lifecycle: str) -> str:
    """Return how a guard says that it reads the subject's other paths in a lifecycle."""
    return f"{_PATHS}{lifecycle}"


def find_unreadable(reads: Iterable[str], sources: Iterable[Source]) -> set[str]:
    """Return what of this no guard of a lifecycle with these evidence sources can read."""
    named = {each for each in reads if not each.startswith((_RECORDS, _PATHS))}
    return named - readable_names(sources) - {PATH_DATA}


def paths_read(reads: Iterable[str]) -> frozenset[str]:
    """Return the lifecycles whose other paths are among what guards read."""
    return frozenset(each.removeprefix(_PATHS) for each in reads if each.startswith(_PATHS))


def kinds_read(reads: Iterable[str]) -> frozenset[str]:
    """Return the kinds of records among what guards read."""
    return frozenset(each.removeprefix(_RECORDS) for each in reads if each.startswith(_RECORDS))


Check = Callable[["GuardContext"], "tuple[bool, Recordable, date | None]"]
"""What an author writes: a :class:`Finding`, or the plain tuple of its three values."""
Ask = Callable[["GuardContext"], Found]
"""The same, with what it returned made plain."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A named condition on an edge.

    Attributes:
        name: What edges and effects name it by.
        check: The context in, finding out; pure.
        required: Policy in, the bar in words out.
        changed_by: Who or what can change the answer.
        source: Document and clause.
        wording: For the subject; ``{measured}`` and ``{required}`` are filled in.
        reads: What its answer depends on besides the instant, the policy, and the path's state,
            round, periods, data and pending timers: names of the lifecycle's evidence sources, or
            of their fields, for all that their keys hold;
            :data:`~lazsa_flow.lifecycle.path_data.PATH_DATA` for what people handed over with
            triggers; :func:`records` of a kind for their values and dates, and :func:`paths`
            of a lifecycle for the subject's other paths. Paths for which all that is the same are
            decided once, and then the guard sees nothing else: reading what a key leaves out, an
            actor or the path's own subject raises, and each path is decided on its own. ``None``:
            it may read anything, and each path is decided on its own.
        by_clock: Whether the earliest date that its check finds is one on which the clock alone
            makes it hold. ``False``: something has to be recorded as well.
        reading: The context in, what it would measure out, however old the source is.
        need: The context and a date in, what must be recorded for it to hold on that date out.
        operator: How a combined guard joins its parts; ``None`` for any other.
        parts: The guards that it combines.
        title: What people read instead of the name, in English; by default made of the name.
    """

    name: str
    check: Check
    required: Callable[[Any], str]
    changed_by: str
    source: str
    wording: str
    reads: frozenset[str] | None = None
    by_clock: bool = True
    reading: Callable[[GuardContext], Reading | None] | None = None
    need: Callable[[GuardContext, date], Need] | None = None
    operator: Operator | None = None
    parts: tuple[Guard, ...] = ()
    title: str | None = None

    def __repr__(self) -> str:
        """Write it in one line: its name, and what it combines."""
        parts = f" {self.operator} {len(self.parts)} guards" if self.parts else ""
        return f"<Guard {self.name}{':' if parts else ''}{parts}>"

    def ask(self, context: GuardContext) -> Found:
        """Call the check; return what it found as plain values, which can be recorded.

        Nothing else calls it.

        Args:
            context: What the guard may read.

        Returns:
            What it found.

        Raises:
            GuardError: It raised, or returned what cannot be recorded.
        """
        thread = get_ident()
        outer = RUNNING.get(thread)
        RUNNING[thread] = RunningGuard(self.name, context, outer)
        try:
            return plain_finding(self.check(context))
        except (GuardError, ConfigError):  # of a guard that is a part of this one; of a calendar
            raise
        except UnfitError as error:
            raise GuardError(self.name, str(error), path=ref_of(context)) from None
        except Exception as error:
            raise self._raised(error, ref_of(context)) from error
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

        Args:
            finding: What the check found.
            policy: The policy that governs, whose bar the verdict states.

        Returns:
            The verdict.

        Raises:
            GuardError: The requirement cannot be stated for this policy.
        """
        held, measured, earliest = finding
        parts = () if measured is None else self._parts_found(str(measured), policy)
        if self.operator is None:
            required = self._required(policy)
        else:
            required = describe_required(self.operator, [part.name for part in self.parts])
            measured = describe_measured(self.operator, parts) if parts else measured
        shown = "—" if measured is None else measured
        return Verdict(
            name=self.name,
            held=held,
            measured=measured,
            required=required,
            changed_by=self.changed_by,
            earliest=earliest if self.by_clock else None,
            source=self.source,
            wording=self.wording.format(measured=shown, required=required),
            operator=self.operator,
            parts=parts,
        )

    def _parts_found(self, measured: str, policy: Policy) -> tuple[Verdict, ...]:
        """Return which parts of a combined guard held, according to its finding."""
        sign, _, named = measured.partition(": ")
        names = named.split(", ")
        return tuple(
            part.verdict(((part.name in names) == (sign == _MET), None, None), policy)
            for part in self.parts
        )

    def examine(self, context: GuardContext) -> Verdict:
        """Ask it, and each part of a combined guard; return the verdict with all that they say.

        Args:
            context: What the guard may read.

        Returns:
            The verdict, with its parts.

        Raises:
            GuardError: It or a part raised, or returned what cannot be recorded.
            HostCodeError: Its reading raised.
        """
        verdict = self.verdict(self.ask(context), context.policy)
        parts = tuple(part.examine(context) for part in self.parts)
        return replace(verdict, parts=parts, reading=self.read(context))

    def read(self, context: GuardContext) -> Reading | None:
        """Return what it would measure, however old its source is; ``None`` if it tells nothing.

        Args:
            context: What the guard may read.

        Raises:
            HostCodeError: Its reading raised.
        """
        if self.reading is None:
            return None
        part = f"reading of guard {self.name}"
        return call_host(part, self.reading, context, path=ref_of(context))

    def _required(self, policy: Policy) -> str:
        try:
            required = self.required(policy)
        except Exception as error:
            raise self._raised(error) from error
        if not isinstance(required, str):
            what = f"what is required is {type_name(required)}, expected text"
            raise GuardError(self.name, what)
        return required

    def holds(self, context: GuardContext) -> bool:
        """Return whether it holds.

        Args:
            context: What the guard may read.
        """
        return self.ask(context)[0]


def all_of(name: str, *guards: Guard, wording: str, title: str | None = None) -> Guard:
    """Combine guards into one that holds where every one holds; it measures the unmet names."""

    def check(context: GuardContext) -> Found:
        unmet, dates = [], []
        for each in guards:
            held, _, earliest = each.ask(context)
            if not held:
                unmet.append(each.name)
                dates.append(earliest)
        known = [on for on in dates if on is not None]
        latest = max(known) if known and len(known) == len(dates) else None
        return not unmet, _named(_UNMET, unmet), latest

    return _combined(name, check, "all_of", guards, wording, title)


def any_of(name: str, *guards: Guard, wording: str, title: str | None = None) -> Guard:
    """Combine guards into one that holds where at least one holds; it measures the met names."""

    def check(context: GuardContext) -> Found:
        met, dates = [], []
        for each in guards:
            held, _, earliest = each.ask(context)
            if held:
                met.append(each.name)
            elif earliest is not None:
                dates.append(earliest)
        first = min(dates) if dates and not met else None
        return bool(met), _named(_MET, met), first

    return _combined(name, check, "any_of", guards, wording, title)


def none_of(name: str, *guards: Guard, wording: str, title: str | None = None) -> Guard:
    """Combine guards into one that holds where none holds; it measures the met names."""

    def check(context: GuardContext) -> Found:
        met = [each.name for each in guards if each.ask(context)[0]]
        return not met, _named(_MET, met), None

    return _combined(name, check, "none_of", guards, wording, title)


def _named(what: str, names: Iterable[str]) -> str:
    """Write the names of parts as the journal keeps them."""
    return f"{what}: {', '.join(names) or 'none'}"


def _combined(
    name: str,
    check: Check,
    operator: Operator,
    guards: tuple[Guard, ...],
    wording: str,
    title: str | None,
) -> Guard:
    required = f"{operator.replace('_', ' ')} {', '.join(guard.name for guard in guards)}"
    return Guard(
        name=name,
        check=check,
        required=lambda _policy: required,
        changed_by=", ".join(dict.fromkeys(guard.changed_by for guard in guards)),
        source="; ".join(dict.fromkeys(guard.source for guard in guards)),
        wording=wording,
        reads=all_read(guards),
        by_clock=all(guard.by_clock for guard in guards),
        operator=operator,
        parts=guards,
        title=title,
    )


def all_read(guards: Iterable[Guard]) -> frozenset[str] | None:
    """Return what these guards read together; ``None`` where one of them may read anything."""
    together: set[str] = set()
    for guard in guards:
        if guard.reads is None:
            return None
        together |= guard.reads
    return frozenset(together)
