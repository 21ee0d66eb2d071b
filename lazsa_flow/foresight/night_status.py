"""Status of a night that was started: its phase, what was counted, and who differs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lazsa_flow.engine import night_run
from lazsa_flow.errors import NotFoundError
from lazsa_flow.lifecycle.calendar import instant_text
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.service.unmet_guards import recorded_unmet

if TYPE_CHECKING:
    from lazsa_flow.engine.night_run import NightRun
    from lazsa_flow.lifecycle.pauses import Pause
    from lazsa_flow.service.context import Context
    from lazsa_flow.store.night_runs import FindingRow
    from lazsa_flow.store.transaction import SqlTransaction

PAUSED: Final = "paused"
_EXPECTED: Final = "the name of a rehearsal whose night was started"


class NightFinding(NamedTuple):
    """A path whose outcome is another than the rehearsal foretells.

    Attributes:
        path: Its reference.
        country: Its country.
        changed: Whether evidence was recorded since the rehearsal, so that it does not count.
        foreseen: The outcome that was foretold; ``None`` where none was.
        foreseen_state: The state that was foretold.
        outcome: The trigger that fired; ``refused`` or ``parked`` where none did.
        state: The state that the path was in afterwards.
        guards: The guards that did not hold.
    """

    path: str
    country: str
    changed: bool
    foreseen: str | None
    foreseen_state: str | None
    outcome: str
    state: str
    guards: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**self._asdict(), "guards": list(self.guards)}


@dataclass(frozen=True, slots=True)
class NightStatus:
    """How far a night has got.

    Attributes:
        run: What was started, with its counts.
        pauses: The pauses in force that hold it.
        findings: The outcomes that were not foretold, in the order in which they happened.
    """

    run: NightRun
    pauses: tuple[Pause, ...]
    findings: tuple[NightFinding, ...]

    @property
    def phase(self) -> str:
        """``canary``, ``running``, ``paused``, ``stopped`` or ``done``."""
        going = self.run.phase in (night_run.CANARY, night_run.RUNNING)
        return PAUSED if going and self.pauses else self.run.phase

    @property
    def differing(self) -> tuple[NightFinding, ...]:
        """The outcomes that count as differences."""
        return tuple(each for each in self.findings if not each.changed)

    @property
    def changed(self) -> tuple[NightFinding, ...]:
        """The outcomes of paths whose evidence has changed since the rehearsal."""
        return tuple(each for each in self.findings if each.changed)

    def document(self) -> dict[str, Any]:
        """Return it as JSON values."""
        run = self.run
        return {
            "name": run.name,
            "on": run.on.isoformat(),
            "country": run.country,
            "phase": self.phase,
            "canary": run.canary,
            "rate": run.rate,
            "differs_percent": run.differs / 100,
            "moved": run.moved,
            "compared": run.compared,
            "differing": run.differing,
            "changed": run.changed,
            "countries": {
                code: {"starts_at": instant_text(each.starts_at), "moved": each.moved}
                for code, each in run.countries.items()
            },
            "paused": [each.scope for each in self.pauses],
            "started_by": run.actor,
            "started_at": instant_text(run.recorded_at),
            "ended_at": run.ended_at and instant_text(run.ended_at),
            "differing_paths": [each.document() for each in self.differing],
            "changed_paths": [each.document() for each in self.changed],
        }


def find_run(transaction: SqlTransaction, name: str) -> NightRun:
    """Return the last start of a night.

    Raises:
        NotFoundError: There is none of this name.
    """
    for run in reversed(transaction.night_runs(name=name)):
        return run
    raise NotFoundError("started night", name, expected=_EXPECTED)


def read_status(context: Context, name: str) -> NightStatus:
    """Return how far the last start of a night has got.

    Raises:
        NotFoundError: There is none of this name.
    """
    with context.store.begin(write=False) as transaction:
        return status_of(context, transaction, find_run(transaction, name))


def status_of(context: Context, transaction: SqlTransaction, run: NightRun) -> NightStatus:
    """Return how far a night has got."""
    pauses = [
        each
        for each in transaction.pauses()
        if any(each.covers(code, run.on) for code in run.countries)
    ]
    found = transaction.night_findings(run.id)
    return NightStatus(run, tuple(pauses), tuple(_finding(context, each) for each in found))


def _finding(context: Context, row: FindingRow) -> NightFinding:
    table = context.rulebook.lifecycles.get(row.lifecycle)
    return NightFinding(
        path=write_ref(row.lifecycle, row.path_id),
        country=row.country,
        changed=row.changed,
        foreseen=row.foreseen,
        foreseen_state=row.foreseen_state,
        outcome=row.outcome,
        state=row.state,
        guards=tuple(recorded_unmet(table, json.loads(row.verdicts or "[]"))),
    )
