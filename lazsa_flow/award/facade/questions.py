"""What may one ask of the programme? None of it changes anything."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from lazsa_flow.award import queries
from lazsa_flow.award.commands import appeals, panels
from lazsa_flow.award.commands.decision_row import decision_row
from lazsa_flow.award.facade.lists import Lists
from lazsa_flow.engine.ledger import balance
from lazsa_flow.errors import InputError, no_path
from lazsa_flow.graph.chart import chart
from lazsa_flow.lifecycle.calendar import as_utc
from lazsa_flow.service import timeline
from lazsa_flow.service.lookups import Lookups
from lazsa_flow.service.path_views import portraits
from lazsa_flow.service.verifying import JournalWalk, Verification

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lazsa_flow.award.commands.panels import Candidate, PanelGap
    from lazsa_flow.award.queries import Badge, Fame, Outcome
    from lazsa_flow.award.rules.perks import Entitlement
    from lazsa_flow.engine.ledger import Book
    from lazsa_flow.graph.timeline import Picture
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.model import Failure, Path, TimerRow
    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.service.path_views import PathView


@dataclass(frozen=True, slots=True)
class Due:
    """A timer that is pending.

    Attributes:
        path: The path's reference.
        seller: Whose path.
        timer: Its row: name, instant, local date, zone.
        triggers: What it will try, in order, none for a reminder.
    """

    path: str
    seller: str
    timer: TimerRow
    triggers: tuple[str, ...]

    def is_paused(self, pauses: Iterable[Pause]) -> bool:
        """Tell whether one of these pauses stops it."""
        return any(each.covers(self.timer.country, self.timer.book_on) for each in pauses)


@dataclass(frozen=True, slots=True)
class DueCount:
    """How many timers of one name are pending in a country.

    Attributes:
        lifecycle: Of which lifecycle.
        timer: The timer's name.
        triggers: What it will try, in order, none for a reminder.
    """

    country: str
    lifecycle: str
    timer: str
    triggers: tuple[str, ...]
    count: int


class Questions(Lists, Lookups):
    """The questions."""

    def due(self, *, until: datetime | None = None, limit: int | None = None) -> list[Due]:
        """Return what is pending until an instant (the present one by default), earliest first.

        Args:
            until: The instant, inclusive.
            limit: At most so many.
        """
        at = self.clock.now() if until is None else as_utc(until, field="until")
        found = []
        for timer, ref, seller in self.store.due(at, limit):
            lifecycle = self.rulebook.lifecycle(ref.rpartition("-")[0])
            steps = lifecycle.timer(timer.name).steps
            found.append(Due(ref, seller, timer, tuple(dict.fromkeys(s.trigger for s in steps))))
        return found

    def due_by_country(self, until: datetime) -> dict[str, int]:
        """Count what is pending until an instant, country by country.

        Args:
            until: The instant, aware, inclusive.
        """
        return self.store.due_by_country(as_utc(until, field="until"))

    def count_due(self, *, until: datetime | None = None) -> list[DueCount]:
        """Count what is pending until an instant, by country and timer.

        Args:
            until: The instant, aware, inclusive; the clock's by default.
        """
        at = self.clock.now() if until is None else as_utc(until, field="until")
        found = []
        for country, name, timer, count in self.store.count_due_by_timer(at):
            lifecycle = self.rulebook.lifecycles.get(name)
            steps = lifecycle.timer(timer).steps if lifecycle else ()
            triggers = tuple(dict.fromkeys(step.trigger for step in steps))
            found.append(DueCount(country, name, timer, triggers, count))
        return found

    def history(self, path: str) -> list[dict[str, Any]]:
        """Return a path's journal rows, oldest first, as JSON values.

        Raises:
            NotFoundError: There is no such path.
        """
        rows = list(self.store.journal(self.context.path_id(path)))
        if not rows or rows[0]["path"] != path:
            raise no_path(path)
        return rows

    def state_at(self, path: str, when: datetime) -> str | None:
        """Return the state that a path was in at an instant, by effect; ``None`` before it opened.

        Raises:
            InputError: The instant is naive.
            NotFoundError: There is no such path.
        """
        at = as_utc(when, field="when")
        state = None
        for row in self.history(path):
            if datetime.fromisoformat(row["effective_at"]) <= at:
                state = row["dest"]
        return state

    def verdicts(self, path: Path, row: Mapping[str, Any]) -> list[Verdict]:
        """Dress the verdicts of a journal row as they were told then: guard and policy version.

        Raises:
            InputError: It is no row of :meth:`history`, or not this path's.
        """
        try:
            return self.context.verdicts(path.lifecycle, row)
        except (KeyError, TypeError, AttributeError, ValueError):
            expected = "a row of the path's history"
            raise InputError.of("verdicts", "row", row, expected) from None

    def picture(
        self,
        lifecycle: str = "award",
        *,
        names: Iterable[str] = (),
        limit: int = 20,
        now: datetime | None = None,
    ) -> Picture:
        """Put a lifecycle's paths into a picture: figures, the way they came, a few by name.

        Args:
            lifecycle: The lifecycle's name.
            names: Paths' references, or sellers for their latest path, to list whatever the limit.
            limit: How many paths of each state and country are listed, those that came last.
            now: The instant of the question; the clock's by default.

        Raises:
            NotFoundError: There is no such lifecycle, seller or path.
        """
        listed = [self.find(name, lifecycle).id for name in names]
        at = self._at(now)
        return timeline.picture(self.context, lifecycle, at, path_ids=listed, limit=limit)

    def portraits(self, name: str, lifecycle: str = "award") -> list[PathView]:
        """Show where a path, or each path of a seller, stands, and which way it came.

        Args:
            name: The path's reference, or the seller's id.
            lifecycle: The lifecycle's name.

        Raises:
            NotFoundError: There is no such lifecycle, seller or path.
        """
        latest = self.find(name, lifecycle)
        paths = [latest.id] if name == latest.ref else [path.id for path in self.paths(name)]
        context = self.context
        drawn = chart(context.rulebook.lifecycle(lifecycle))
        with self.store.census(lifecycle) as asked:
            return portraits(context, drawn, asked, asked.named(paths), self._at(None))

    def states(self, lifecycle: str | None = None) -> dict[str, int]:
        """Count the paths in each state; states without paths are left out.

        The paths of two lifecycles are never counted together: where a lifecycle uses the name of
        another's state, that of the award stands alone, and the other one as ``entry.refused``.

        Args:
            lifecycle: Only this lifecycle's states, by their names alone.

        Raises:
            NotFoundError: There is no such lifecycle.
        """
        counts = self.store.states()
        return queries.name_states(self.context.rulebook.lifecycles, counts, lifecycle)

    def books(self, *, until: datetime | None = None) -> list[Book]:
        """Lay out the books: the earlier name of :meth:`ledger`."""
        return self.ledger(until=until)

    def ledger(self, *, until: datetime | None = None) -> list[Book]:
        """Lay out the books: a row for each country and cycle date so far, zeros too."""
        at = self.clock.now() if until is None else as_utc(until, field="until")
        since = self.store.first_book()
        if since is None:
            return []
        rules = self.context.rulebook
        calendars = {code: rules.calendar(code) for code in rules.countries}
        return balance(self.store.counts(at), calendars, since=since, until=at)

    def journal(self) -> Iterator[dict[str, Any]]:
        """Yield every journal row by path and ``seq``, as JSON values with their hashes."""
        return self.store.journal()

    def verify(self) -> Verification:
        """Replay every path's journal and compare with its row; return every fault.

        What it proves, and what it does not look at, stands in docs/operations/backup.md. Its
        memory is that of the faults, however many paths there are.
        """
        walk = self._walk()
        faults = tuple(walk.faults())
        return Verification(walk.paths, walk.rows, faults)

    def verify_journal(self) -> int:
        """Replay every path's journal and compare with its state; return how many rows.

        Raises:
            JournalError: A chain is broken, or a path is not where its journal leads.
        """
        walk = self._walk()
        with closing(walk.faults()) as faults:
            for fault in faults:
                raise fault.error()
        return walk.rows

    def _walk(self) -> JournalWalk:
        return JournalWalk(self.store.audit(), self.rulebook.lifecycles)

    def panel(self, country: str, cycle_on: date) -> list[Candidate]:
        """List whom a country's panel has to judge in a cycle, and what is missing for each."""
        return panels.list_candidates(self.context, country, cycle_on)

    def panel_gaps(self) -> list[PanelGap]:
        """Tell of each country how many candidates of the coming cycle have no quorum yet."""
        return panels.panel_gaps(self.context)

    def entitlements(self, seller: str, *, at: datetime | None = None) -> tuple[Entitlement, ...]:
        """Return what a seller is entitled to at an instant, with begin and end."""
        return queries.list_entitlements(self.context, seller, self._at(at))

    def badge(self, seller: str, *, at: datetime | None = None) -> Badge:
        """Tell whether a seller's badge is valid at an instant: one index look-up."""
        return queries.find_badge(self.context, seller, self._at(at))

    def hall_of_fame(self, country: str) -> list[Fame]:
        """List who ever held the award in a country and consents to be named; no contact data.

        Returns:
            Each tenure, by year; those who sit are marked, and whose standing was lost left out.
        """
        return queries.list_fame(self.context, country)

    def contact(self, seller: str, *, regional: bool = False) -> str:
        """Return the mailbox of the seller's local team, or the regional one; never their own."""
        return queries.find_contact(self.context, seller, regional=regional)

    def outcome(self, name: str) -> Outcome:
        """Tell what a seller may see of the latest decision on a path, and how to object."""
        path = self.find(name)
        rows = self.history(path.ref)
        row = decision_row(rows) or rows[-1]
        appeal = appeals.appeal_on(self.context, path.ref, self.clock.now(), row)
        return queries.describe_outcome(self.context, path, row, self.verdicts(path, row), appeal)

    def members(self, country: str) -> list[str]:
        """List the sellers who are in Reconnect in a country: whom updates go to."""
        return queries.list_members(self.context, country)

    def pauses(self, *, lifted: bool = False) -> list[Pause]:
        """Return the pauses in force, oldest first.

        Args:
            lifted: Whether those that were lifted are returned, too.
        """
        return self.store.pauses(lifted=lifted)

    def paused(self) -> bool:
        """Tell whether an operator has paused all timers; see :meth:`pauses` for parts of them."""
        return any(pause.country is None and pause.cycle is None for pause in self.pauses())

    def parked(self) -> list[tuple[str, Failure]]:
        """Return the paths that are parked, by their references, and how each failed."""
        return self.store.parked()

    def _at(self, at: datetime | None) -> datetime:
        return self.clock.now() if at is None else as_utc(at, field="at")
