"""Brakes: what stops a writer, asked in the very transaction that would write.

Every writing transaction reads the stamp before anything else (see
:mod:`~lazsa_flow.store.transaction_stamp`) and shows it to the process's brakes. A schema of
another revision, or a clock that is wrong, stops the whole transaction. Timers under a pause, and
paths of a lifecycle whose table differs from the one that the database is run by, are passed by.
Nothing has to be restarted: the next transaction asks again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.clock import TOLERANCE, SystemClock
from lazsa_flow.errors import ClockError, SchemaError
from lazsa_flow.lifecycle.values import EMPTY
from lazsa_flow.logs import log
from lazsa_flow.store.schema_revision import HEAD

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from lazsa_flow.clock import Clock
    from lazsa_flow.engine.sealed_outcomes import SealedOutcome
    from lazsa_flow.lifecycle.calendar import Calendar
    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.store.transaction_stamp import Stamp

_NONE: Final[frozenset[str]] = frozenset()


class Brakes:
    """What one process holds against the stamp.

    Args:
        clock: The process's clock; ``None``: none is compared.
        lifecycles: The digests of its lifecycles' tables; ``None``: none are compared.

    Attributes:
        calendars: Those of the countries by the rules that were read last; the reader of the rules
            sets them.
        foreseen: What the approved rehearsal of the night under way foretells, by its digest.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        lifecycles: Mapping[str, str] | None = None,
    ) -> None:
        self._clock = clock
        self._lifecycles = lifecycles
        self.calendars: Mapping[str, Calendar] = {}
        self.foreseen: dict[str, Mapping[str, SealedOutcome]] = {}
        self._told: dict[str, object] = {}

    def held_calendars(self, stamp: Stamp) -> Mapping[str, Calendar]:
        """Return the calendars of the countries of which no cycle date starts by itself."""
        return self.calendars if stamp.needs_start else EMPTY

    def now(self) -> datetime:
        """Return the present instant."""
        return (self._clock or SystemClock()).now()

    def check_schema(self, stamp: Stamp) -> None:
        """Let a database pass whose schema is this release's.

        Raises:
            SchemaError: It is another one: a newer release has migrated it, or an older copy was
                restored.
        """
        found, needed = stamp.revision, HEAD
        wrong = found != needed
        if self._changed("schema", wrong):
            if wrong:
                log.critical("schema.differs", found=found, needed=needed)
            else:
                log.info("schema.agrees")
        if wrong:
            what = f"the database's schema is {found}, this process needs {needed}"
            raise SchemaError(f"{what}: nothing is written; run the release that fits it")

    def check_clock(self, stamp: Stamp) -> None:
        """Let a process pass whose clock is about the database server's, if that has one.

        Raises:
            ClockError: It is far from it; nothing may be fired by it.
        """
        if stamp.clock is not None and isinstance(self._clock, SystemClock):
            self._check_ahead(self._clock.now() - stamp.clock, both=True)

    def check(self, stamp: Stamp) -> None:
        """Let a transaction write.

        Only the system's clock is compared with what others have recorded: a clock that a host or
        a test moves may stand anywhere. On each path no clock goes back, see
        :mod:`lazsa_flow.engine.recorded_instant`.

        Raises:
            SchemaError: The schema is another revision's.
            ClockError: The clock is far from the server's, or behind what is recorded.
        """
        self.check_schema(stamp)
        self.check_clock(stamp)
        if stamp.recorded_at is not None and isinstance(self._clock, SystemClock):
            self._check_ahead(self._clock.now() - stamp.recorded_at, both=False)

    def foreign(self, stamp: Stamp) -> frozenset[str]:
        """Return the lifecycles whose table is not the one that the database is run by."""
        ours, theirs = self._lifecycles, stamp.lifecycles
        if ours is None or ours == theirs:
            found = _NONE
        else:
            names = ours.keys() | theirs.keys()
            found = frozenset(name for name in names if ours.get(name) != theirs.get(name))
        differing = sorted(found & (ours or {}).keys())
        if self._changed("lifecycles", tuple(differing)):
            if differing:
                log.critical("lifecycle.differs", lifecycles=differing)
            else:
                log.info("lifecycle.agrees")
        return found

    def tell_pauses(self, pauses: tuple[Pause, ...]) -> None:
        """Log the pauses in force, when they are first seen and when they are gone."""
        scopes = [pause.scope for pause in pauses]
        if self._changed("pauses", tuple(scopes)):
            if scopes:
                log.warning("timers.paused", scopes=scopes)
            else:
                log.info("timers.resumed")

    def _check_ahead(self, ahead: timedelta, *, both: bool) -> None:
        wrong = -ahead > TOLERANCE or (both and ahead > TOLERANCE)
        if self._changed("clock", wrong):
            if wrong:
                log.critical("clock.wrong", seconds=round(ahead.total_seconds()))
            else:
                log.info("clock.right")
        if wrong:
            against = "the database's" if both else "what the database has recorded"
            raise ClockError(ahead.total_seconds(), TOLERANCE.total_seconds(), against)

    def _changed(self, topic: str, state: object) -> bool:
        """Return whether a topic's state has changed since the last call; at first it is falsy."""
        known = self._told.get(topic)
        self._told[topic] = state
        return known != state if known else bool(state)


def build_differing_table(lifecycle: str) -> SchemaError:
    """Return the error of a lifecycle whose table is not the one that the database is run by."""
    return SchemaError(
        f"the table of lifecycle {lifecycle} is not the one that this database is run "
        "by: nothing of it is fired; run: lazsa-flow migrate, or the release that fits"
    )
