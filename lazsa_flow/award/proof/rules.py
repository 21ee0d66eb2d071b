"""Rules of the proofs of the award's lifecycles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award.proof.award_expectations import AWARD_EXPECTATIONS
from lazsa_flow.award.proof.award_letters import AWARD_LETTERS
from lazsa_flow.award.proof.entry_expectations import ENTRY_EXPECTATIONS
from lazsa_flow.award.proof.meanings import AWARD_MEANINGS
from lazsa_flow.award.proof.trainer_expectations import TRAINER_EXPECTATIONS
from lazsa_flow.foresight.proof.rules import ProofRules
from lazsa_flow.lifecycle.values import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Mapping

PROOF_RULES: Final[Mapping[str, ProofRules]] = FrozenDict(
    award=ProofRules(
        (*AWARD_EXPECTATIONS, *AWARD_LETTERS),
        AWARD_MEANINGS,
        reasons_read=frozenset({"membership"}),
        counted_in={"postponement": frozenset({"nominated", "under_review"})},
    ),
    entry=ProofRules(ENTRY_EXPECTATIONS),
    trainer=ProofRules(TRAINER_EXPECTATIONS),
)
"""The rules of each lifecycle, by its name."""
