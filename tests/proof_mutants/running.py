"""Runs of mutants: what catches each, or why nothing need."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow import LifecycleError, prove
from lazsa_flow.award.proof.rules import PROOF_RULES
from lazsa_flow.foresight.proof.compare import compare_tables
from tests.legibility.lifecycles import list_shipped
from tests.proof_mutants.equivalent import reason_of
from tests.proof_mutants.invoice_rules import INVOICE_RULES
from tests.proof_mutants.making import make_mutants

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow import ProofRules
    from tests.proof_mutants.making import Mutant

LEAST_CAUGHT: Final = 0.95
RULES: Final[dict[str, ProofRules]] = {**PROOF_RULES, "invoice": INVOICE_RULES}


class Result(NamedTuple):
    """What became of a mutant.

    Attributes:
        caught_by: ``load check``, or the property that fails; empty where nothing does.
        shown: Whether a way shows the fault, where a property fails.
        reason: Why it is equivalent, where nothing catches it.
        differs: Whether it allows anything else than the sound table, where nothing catches it.
    """

    name: str
    caught_by: str
    shown: bool = True
    reason: str | None = None
    differs: bool = False

    @property
    def good(self) -> bool:
        """Whether it is caught and shown, or is equivalent for a reason."""
        if self.caught_by:
            return self.shown
        return self.reason is not None and not self.differs


def run_mutants(
    name: str, sample: int | None = None, seed: int = 0, *, compares: bool = True
) -> Iterator[Result]:
    """Run the mutants of a lifecycle, or so many of them by chance.

    Args:
        name: The lifecycle's.
        sample: How many; all by default.
        seed: Chooses them.
        compares: Whether what nothing catches is compared with the sound table.
    """
    table = list_shipped()[name]
    mutants = list(make_mutants(table))
    if sample is not None:
        mutants = Random(seed).sample(mutants, sample)
    for mutant in mutants:
        yield _run(mutant, name, compares=compares)


def _run(mutant: Mutant, name: str, *, compares: bool) -> Result:
    sound, rules = list_shipped()[name], RULES[name]
    try:
        table = mutant.build()
    except LifecycleError:
        return Result(mutant.name, "load check")
    proof = prove(table, rules, stops_early=True)
    if not proof.holds:
        failure = proof.failures[0]
        return Result(mutant.name, failure.failed.name, shown=bool(failure.moves or failure.what))
    differs = compares and bool(compare_tables(sound, table, rules))
    return Result(mutant.name, "", reason=reason_of(mutant.name), differs=differs)
