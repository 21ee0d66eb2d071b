"""Frozen values: instants in UTC, dates local to the path's country, money as ``Decimal``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.ids import parse_id
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.lifecycle.values import EMPTY, value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from lazsa_flow.lifecycle.calendar import Calendar
    from lazsa_flow.lifecycle.evidence import EvidenceSource
    from lazsa_flow.lifecycle.path_data import PathData
    from lazsa_flow.lifecycle.policy import Policy

_Read = TypeVar("_Read")

SYSTEM: Final = "system"
"""The role of the clock."""

NO_HEAD: Final = "0" * 64
"""The ``prev_hash`` of a path's first journal row."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks for something.

    Raises:
        InputError: Role, id, country or team is no id; see :mod:`lazsa_flow.lifecycle.ids`.

    Attributes:
        role: A role of a lifecycle or of the service; one that no permit names may do nothing.
        id: An opaque id, in NFC; never a name.
        country: The country the role is held in; ``None`` where it is held in all.
        team: A reviewer's team on this day.
    """

    role: str
    id: str
    country: str | None = None
    team: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", parse_id(self.id, where="actor", field="id"))
        if not isinstance(self.role, str) or not self.role.isprintable():
            raise InputError.of("actor", "role", self.role, "the name of a role")
        for name in ("country", "team"):
            text = getattr(self, name)
            if text is not None:
                object.__setattr__(self, name, parse_id(text, where="actor", field=name))

    def __str__(self) -> str:
        return f"{self.role}:{self.given_id}"

    @property
    def given_id(self) -> str:
        """The id under which they asked: another than ``id`` where that one was merged."""
        return self.id

    @property
    def names(self) -> frozenset[str]:
        """Every id of this person; see :class:`lazsa_flow.lifecycle.merged_ids.MergedIds`."""
        return frozenset({self.id})


@value
class Statement:
    """A dated statement about a subject: standing, a compliance case, a step, a vote.

    Attributes:
        kind: ``good_standing``, ``case``, ``step``, ``appeal`` …
        name: Which one: a case's id, a step's name, a path's reference.
        value: What it says: ``began``, ``ended``, ``open``, ``closed``, ``done``, ``grant``.
        reason: A reason code, or ``None``.
        as_of: From which local date it holds.
    """

    kind: str
    name: str
    value: str
    reason: str | None
    actor: str
    as_of: date
    recorded_at: datetime


@value
class Period:
    """A stretch of time that a path has begun and may have ended: a term, a membership.

    Attributes:
        began_on: The local date of ``began_at`` in the zone of that day.
        began_at: The effective instant.
        recorded_at: When the beginning was recorded, and so the first instant a notice could leave.
        reason: Why it ended.

    Units:
        Half-open: from ``began_at`` inclusive to ``ended_at`` exclusive.
    """

    began_on: date
    began_at: datetime
    recorded_at: datetime
    ended_on: date | None = None
    ended_at: datetime | None = None
    reason: str | None = None

    def covers(self, at: datetime) -> bool:
        """Return whether the period contains the instant."""
        return self.began_at <= at and (self.ended_at is None or at < self.ended_at)


@value
class Path:
    """One subject's way through one lifecycle.

    Attributes:
        id: The store's number of it; people see :attr:`ref`.
        lifecycle: The lifecycle's name.
        subject: The subject's id.
        country: The country's code.
        state: The path's state.
        seq: The number of its last journal row, which is its version.
        head: The hash of that row.
        cycle_on: The cycle date of its next decision's round; ``None`` without cycles.
        opened_at: When it was opened, by effect, in UTC.
        entered_at: Since when it has been in ``state``, by effect, in UTC.
        parked: Whether the path is parked.
        periods: What it has begun and ended, by name, oldest first.
        data: Facts of the lifecycle's own: JSON values.
        recorded_at: When it was last written, in UTC.
    """

    id: int
    lifecycle: str
    subject: str
    country: str
    state: str
    seq: int
    head: str
    cycle_on: date | None
    opened_at: datetime
    entered_at: datetime
    parked: bool = False
    periods: Mapping[str, tuple[Period, ...]] = EMPTY
    data: Mapping[str, Any] = EMPTY
    recorded_at: datetime | None = None

    def __repr__(self) -> str:
        """Write it in one line: whose, where, and in which state since when."""
        since = f"{self.entered_at:%Y-%m-%d %H:%M %Z}{', parked' * self.parked}"
        return f"<Path {self.ref}: {self.subject!r} in {self.country}, {self.state} since {since}>"

    @property
    def ref(self) -> str:
        """The path's reference in commands, journal and messages: ``invoice-17``."""
        return write_ref(self.lifecycle, self.id)

    def period(self, name: str, at: datetime) -> Period | None:
        """Return the period of this name that covers the instant, if one does.

        Args:
            name: The period's name.
            at: The instant, aware.
        """
        return next((each for each in self.periods.get(name, ()) if each.covers(at)), None)


@value
class TimerRow:
    """One timer of one path: a promise that a decision will be made at an instant.

    Attributes:
        due_at: The instant from which it takes effect, whenever it is recorded.
        due_on: The same as a local date, with ``zone`` the zone it was computed in.
        book_on: The cycle date in whose books it is counted.
        status: ``pending``, ``fired``, ``refused``, ``reminded``, ``parked`` or ``cancelled``.
        seq: The journal row of its outcome, once it has one.
        decides: False for a reminder, which has effects and no trigger.
    """

    path_id: int
    name: str
    due_at: datetime
    due_on: date
    zone: str
    country: str
    book_on: date
    decides: bool = True
    status: str = "pending"
    seq: int | None = None

    def ended(self, status: str, seq: int | None) -> TimerRow:
        """Return the same timer with its outcome."""
        return TimerRow(
            self.path_id,
            self.name,
            self.due_at,
            self.due_on,
            self.zone,
            self.country,
            self.book_on,
            self.decides,
            status,
            seq,
        )


@dataclass(frozen=True, slots=True)
class Failure:
    """What became of a path on which a decision raised, the latest time it was tried.

    Attributes:
        path_id: The store's number of the path.
        timer: The timer that was being decided, with its instant ``due_at``.
        due_at: When the timer was due, in UTC.
        error: The error's name; its text may hold anything and is not kept.
        attempts: How often it was tried.
        failed_at: When it failed last, in UTC.
        retry_at: When it is tried again, in UTC; ``None`` where the path is parked.
    """

    path_id: int
    timer: str
    due_at: datetime
    error: str
    attempts: int
    failed_at: datetime
    retry_at: datetime | None


@value
class Snapshot:
    """All that a decision on one path may read, as it was recorded before an instant.

    Attributes:
        values: What each evidence source says, by its name; ``snapshot[SOURCE]`` reads one.
        others: The subject's other paths, of every lifecycle.
        timers: The path's pending timers.
        taken: Those of the keys in the path's ``data["claims"]`` that another path holds.
        data: What people handed over with triggers of the path, oldest first.
        dates: Of which date the evidence is that holds from a date, by the source's name.
    """

    path: Path
    values: Mapping[str, Any] = EMPTY
    records: tuple[Statement, ...] = ()
    others: tuple[Path, ...] = ()
    timers: tuple[TimerRow, ...] = ()
    taken: frozenset[str] = frozenset()
    data: tuple[PathData, ...] = ()
    dates: Mapping[str, date] = EMPTY

    def __getitem__(self, source: EvidenceSource[_Read]) -> _Read:
        """Return what an evidence source says.

        Raises:
            KeyError: The source was not read, or the guard that asks does not declare it.
        """
        found: _Read = self.values[source.name]
        return found


@value
class GuardContext:
    """What a guard looks at: the evidence, the instant, the rules, and who asks.

    Attributes:
        at: The instant of effect: a timer's due instant, or the instant of the command.
        on: Its local date in the path's country.
        recorded_at: When the decision is being made.
        actor: Who asks; the system for a timer.
    """

    snapshot: Snapshot
    at: datetime
    on: date
    recorded_at: datetime
    policy: Policy
    calendar: Calendar
    actor: Actor
    reason: str | None = None

    @property
    def path(self) -> Path:
        """The path that is judged."""
        return self.snapshot.path

    @property
    def data(self) -> tuple[PathData, ...]:
        """What people handed over with triggers of the path, oldest first."""
        return self.snapshot.data

    @property
    def judged_on(self) -> date:
        """The date whose facts decide: the round's cycle date, or today without one."""
        return self.snapshot.path.cycle_on or self.on

    def giving(self, reason: str | None) -> GuardContext:
        """Return the same context with another reason."""
        if reason == self.reason:
            return self
        return GuardContext(
            self.snapshot,
            self.at,
            self.on,
            self.recorded_at,
            self.policy,
            self.calendar,
            self.actor,
            reason,
        )


@dataclass(frozen=True, slots=True)
class Move:
    """What became of one fire: the journal row, in short.

    Attributes:
        path: The path's reference.
        seq: The number of the journal row in its path, from 1.
        effective_at: When it took effect, in UTC.
        recorded_at: When it was recorded, in UTC.
        trigger: The trigger that fired, or ``None`` where a timer was refused.
        source: The state that the path left; ``None`` where it was opened.
        dest: The state that the path is in afterwards.
        actor: Who acted, as ``role:id``.
        reason: The reason code, if there is one.
        verdicts: What was recorded of each guard: name, held, measured, earliest.
    """

    path: str
    seq: int
    effective_at: datetime
    recorded_at: datetime
    trigger: str | None
    source: str | None
    dest: str
    actor: str
    reason: str | None
    verdicts: tuple[Mapping[str, Any], ...] = field(default=())
