"""Questions about pending timers, the states of paths, and whether books and journal are right.

None of it changes anything.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from lazsa_flow import service
from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.calendar import as_utc
from lazsa_flow.lifecycle.path_ref import parse_ref
from lazsa_flow.service.configuration import find_warnings
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from lazsa_flow.config import ConfigWarning
    from lazsa_flow.engine.journal_entry import JournalEntry
    from lazsa_flow.engine.ledger import Book
    from lazsa_flow.lifecycle.model import Failure, TimerRow
    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.service.verifying import Verification


@dataclass(frozen=True, slots=True)
class Due:
    """A timer that is pending.

    Attributes:
        path: The path's reference.
        subject: Whom the path is about.
        timer: Its row: name, instant, local date, zone.
        triggers: What it will try, in order, none for a reminder.
    """

    path: str
    subject: str
    timer: TimerRow
    triggers: tuple[str, ...]

    def is_paused(self, pauses: Iterable[Pause]) -> bool:
        """Return whether one of these pauses stops it.

        Args:
            pauses: The pauses in force.
        """
        return any(each.covers(self.timer.country, self.timer.book_on) for each in pauses)


@dataclass(frozen=True, slots=True)
class DueCount:
    """How many timers of one name are pending in a country.

    Attributes:
        country: The country's code.
        lifecycle: Of which lifecycle.
        timer: The timer's name.
        triggers: What it will try, in order, none for a reminder.
        count: How many timers.
    """

    country: str
    lifecycle: str
    timer: str
    triggers: tuple[str, ...]
    count: int


class Questions(Part):
    """The questions."""

    def due(self, *, until: datetime | None = None, limit: int | None = None) -> list[Due]:
        """Return what is pending until an instant (the present one by default), earliest first.

        Args:
            until: The instant, aware, inclusive.
            limit: At most so many.
        """
        at = self._runtime.now(until, "until")
        found = []
        for timer, ref, subject in self._runtime.store.due(at, limit):
            lifecycle = self._runtime.rulebook.lifecycle(parse_ref(ref).lifecycle)
            steps = lifecycle.timer(timer.name).steps
            found.append(Due(ref, subject, timer, tuple(dict.fromkeys(s.trigger for s in steps))))
        return found

    def due_by_country(self, until: datetime) -> dict[str, int]:
        """Count what is pending until an instant, country by country.

        Args:
            until: The instant, aware, inclusive.

        Returns:
            The number of timers by country.
        """
        return self._runtime.store.due_by_country(as_utc(until, field="until"))

    def count_due(self, *, until: datetime | None = None) -> list[DueCount]:
        """Count what is pending until an instant, by country and timer.

        Args:
            until: The instant, aware, inclusive; the clock's by default.

        Returns:
            The numbers, by country and timer.
        """
        at = self._runtime.now(until, "until")
        found = []
        for country, name, timer, count in self._runtime.store.count_due_by_timer(at):
            lifecycle = self._runtime.rulebook.lifecycles.get(name)
            steps = lifecycle.timer(timer).steps if lifecycle else ()
            triggers = tuple(dict.fromkeys(step.trigger for step in steps))
            found.append(DueCount(country, name, timer, triggers, count))
        return found

    def states(self, lifecycle: str | None = None) -> dict[str, int]:
        """Count the paths in each state; states without paths are left out.

        The paths of two lifecycles are never counted together: where a lifecycle uses the name of
        another's state, the application's main one has it alone, and the other ``other.state``.

        Args:
            lifecycle: Only this lifecycle's states, by their names alone.

        Returns:
            The number of paths by state.

        Raises:
            NotFoundError: There is no such lifecycle.
        """
        counts = self._runtime.store.states()
        lifecycles = self._runtime.context.rulebook.lifecycles
        first = self._runtime.application.main_lifecycle
        return service.state_names.name_states(lifecycles, counts, lifecycle, first=first)

    def books(self, *, until: datetime | None = None) -> list[Book]:
        """Lay out the books: the earlier name of :meth:`ledger`.

        Args:
            until: The instant, aware, inclusive; the clock's by default.

        Returns:
            The rows, by cycle date and country.
        """
        return self.ledger(until=until)

    def ledger(self, *, until: datetime | None = None) -> list[Book]:
        """Lay out the books: a row for each country and cycle date so far, zeros too.

        Args:
            until: The instant, aware, inclusive; the clock's by default.

        Returns:
            The rows, by cycle date and country.
        """
        from lazsa_flow.engine.ledger import build_ledger

        at = self._runtime.now(until, "until")
        since = self._runtime.store.first_book()
        if since is None:
            return []
        rules = self._runtime.context.rulebook
        calendars = {code: rules.calendar(code) for code in rules.countries}
        return build_ledger(self._runtime.store.counts(at), calendars, since=since, until=at)

    def journal(self) -> Iterator[JournalEntry]:
        """Yield every journal row by path and ``seq``, as JSON values with their hashes."""
        return cast("Iterator[JournalEntry]", self._runtime.store.journal())

    def verify(self) -> Verification:
        """Replay every path's journal, compare with its row and with the counted flows.

        docs/operations/backup.md says what it proves, and what it does not check. Its
        memory is that of the faults, however many paths there are.

        Returns:
            What was compared, and every fault that was found.
        """
        with self._runtime.store.auditing() as audit:
            walk = service.verifying.JournalWalk(audit.paths(), self._runtime.rulebook.lifecycles)
            faults = tuple(walk.faults())
            flows = walk.recount.find_differences(audit.flows())
        return service.verifying.Verification(walk.paths, walk.rows, faults, tuple(flows))

    def verify_journal(self) -> int:
        """Replay every path's journal and compare with its state; return how many rows.

        Returns:
            The number of rows.

        Raises:
            JournalError: A chain is broken, or a path is not where its journal leads.
        """
        with closing(self._runtime.store.audit()) as audited:
            walk = service.verifying.JournalWalk(audited, self._runtime.rulebook.lifecycles)
            for fault in walk.faults():
                raise fault.error()
        return walk.rows

    def pauses(self, *, lifted: bool = False) -> list[Pause]:
        """Return the pauses in force, oldest first.

        Args:
            lifted: Whether those that were lifted are returned, too.
        """
        return self._runtime.store.pauses(lifted=lifted)

    def paused(self) -> bool:
        """Return whether an operator has paused all timers; :meth:`pauses` lists every pause."""
        return any(pause.country is None and pause.cycle is None for pause in self.pauses())

    def parked(
        self,
        *,
        country: str | None = None,
        after: str | None = None,
        limit: int | None = None,
    ) -> list[tuple[str, Failure]]:
        """Return the paths that are parked, by their references, and how each failed.

        The oldest failure comes first; of one instant, the path of the smallest number.

        Args:
            country: In this country; in all by default.
            after: The last path of the page before.
            limit: At most so many; all by default.

        Raises:
            NotFoundError: There is no such country.
            InputError: ``after`` is no path that is parked.
        """
        store, context = self._runtime.store, self._runtime.context
        if country is not None:
            context.country(country)
        place = None
        if after is not None:
            last = store.find_parked(path_ids=[parse_ref(after).number])
            if not last or last[0].ref != after:
                raise InputError.of("parked", "after", after, "a path that is parked")
            place = last[0].place
        found = store.find_parked(country=country, after=place, limit=limit)
        return [(each.ref, each.failure) for each in found]

    def next_due(self) -> datetime | None:
        """Return the instant of the next look at a timer, those under a pause left out."""
        return self._runtime.store.next_due()

    def config_warnings(self) -> tuple[ConfigWarning, ...]:
        """Return what in the configuration is not used: not released, or read by nothing."""
        store = self._runtime.store
        return find_warnings(self._runtime.config, store.policies(), store.countries())
