"""Proving a journal: hold what was recorded to the properties that hold its table."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import NotFoundError
from lazsa_flow.foresight.proof.journal_report import JournalProof, RecordedFailure
from lazsa_flow.foresight.proof.properties import Property
from lazsa_flow.foresight.proof.prove import choose_properties
from lazsa_flow.foresight.proof.recorded_steps import RecordedSteps
from lazsa_flow.foresight.proof.replay import MOVES_ARE_POSSIBLE, PRESENT_FOLLOWS, Replay
from lazsa_flow.foresight.proof.rules import ProofRules
from lazsa_flow.foresight.proof.search import Failure
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.service.part import runtime_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from lazsa_flow.foresight.proof.replay import Breach
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.service.part import Standing
    from lazsa_flow.store.histories import RecordedSubject

_NO_RULES: Final = ProofRules()
_MOST: Final = 100
"""So many failures of each property are kept; all are counted."""
RECORDED: Final = (
    Property(
        MOVES_ARE_POSSIBLE,
        "Each recorded move is one that the table allows in the situation before it.",
    ),
    Property(
        PRESENT_FOLLOWS,
        "Where each path stands is where its recorded moves have led it.",
    ),
)


def prove_journal(
    service: Standing,
    lifecycle: str,
    rules: ProofRules = _NO_RULES,
    *,
    without: Collection[str] = (),
) -> JournalProof:
    """Hold the recorded history of a lifecycle's paths to the properties of its proof.

    Each subject's rows are replayed as moves of the search, in the order in which they were
    recorded, with the answers of guards that were recorded. Nothing is written. Its memory is that
    of one subject, of the steps that most subjects share, and of what is found.

    Args:
        service: The service, or a programme.
        lifecycle: The name of one of its lifecycles.
        rules: The lifecycle's own properties, and what its guards mean in a situation.
        without: The names of properties that are left out.

    Returns:
        What the history keeps to, each failure with the recorded moves that led to it, and what a
        recorded history cannot show.

    Raises:
        InputError: A property to be left out, or a guard that is given a meaning, does not exist.
        NotFoundError: The service has no such lifecycle.
    """
    runtime = runtime_of(service)
    tables = runtime.rulebook.lifecycles
    if lifecycle not in tables:
        raise NotFoundError("lifecycle", lifecycle, among=tables)
    table = tables[lifecycle]
    work = _Work(table, rules, choose_properties(table, rules, without, besides=RECORDED))
    for subject in runtime.store.histories(lifecycle):
        work.replay(subject)
    return work.report()


class _Work:
    """A proof of a journal in the making."""

    def __init__(
        self, table: Lifecycle, rules: ProofRules, properties: tuple[Property, ...]
    ) -> None:
        self._table, self._rules, self._properties = table, rules, properties
        self._by_name = {each.name: each for each in properties}
        self._steps = RecordedSteps(table, rules, properties)
        self._counts: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._failures: list[RecordedFailure] = []

    def replay(self, subject: RecordedSubject) -> None:
        """Replay a subject's history, unless its ids were merged."""
        if subject.merged:
            self._counts["merged"] += 1
            return
        replay = Replay(self._table.name, subject.paths, self._steps, self._rules)
        for breach in replay.find_breaches():
            if breach.name in self._by_name:
                self._keep(breach)
        self._counts["subjects"] += 1
        self._counts["unread"] += replay.unread
        self._counts["paths"] += len(subject.paths)
        self._counts["rows"] += sum(len(path.rows) for path in subject.paths)

    def report(self) -> JournalProof:
        """Return what was found so far."""
        return JournalProof(
            lifecycle=self._table,
            properties=self._properties,
            failures=tuple(self._failures),
            failed=FrozenDict(self._failed),
            subjects=self._counts["subjects"],
            paths=self._counts["paths"],
            rows=self._counts["rows"],
            unread=self._counts["unread"],
            merged=self._counts["merged"],
        )

    def _keep(self, breach: Breach) -> None:
        self._failed[breach.name] += 1
        if self._failed[breach.name] <= _MOST:
            moves = tuple(step.move for step in breach.steps)
            failed = Failure(self._by_name[breach.name], moves, breach.what)
            self._failures.append(RecordedFailure(breach.path, breach.seq, failed, breach.steps))
