"""Single faults put into the tables by rule are caught by the load check or the proof."""

from __future__ import annotations

import pytest

from lazsa_flow.award.proof.rules import PROOF_RULES
from tests.legibility.lifecycles import list_shipped
from tests.proof_mutants.making import make_mutants
from tests.proof_mutants.running import LEAST_CAUGHT, run_mutants

SEED = 20200401
SAMPLE = 20
"""Of each half; all of them run by ``./dev prove-mutants``."""


@pytest.mark.parametrize("names", [("award",), ("entry", "trainer", "invoice")])
def test_mutants_are_caught(names: tuple[str, ...]) -> None:
    """Each mutant is caught, and its fault shown; one that is not caught has a known reason."""
    sample = SAMPLE // len(names)
    results = [each for name in names for each in run_mutants(name, sample, SEED, compares=False)]
    assert [each.name for each in results if not each.good] == []


def test_mutants_are_made_by_rule() -> None:
    """Every kind of fault is among them, and each has a name of its own."""
    mutants = list(make_mutants(list_shipped()["award"]))
    names = [each.name for each in mutants]
    assert len(set(names)) == len(names) > 413
    for kind in ("dropped", "destination", "before the one before it", "reversed", "open False"):
        assert any(kind in name for name in names), kind
    assert 0 < LEAST_CAUGHT <= 1
    assert set(PROOF_RULES) == {"award", "entry", "trainer"}
