"""Assumptions that a rehearsal of the award can take as given, and how they are said."""

from __future__ import annotations

from typing import Final

from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.service.assumptions import Assumption

FACTS: Final = Assumption(
    "facts",
    "facts",
    FrozenDict(held="each seller's latest figures are taken to hold on the date"),
    of_figures=True,
)
JUDGES: Final = Assumption(
    "panel",
    "the panel",
    FrozenDict(
        approves="every round without a quorum is taken to be approved by the panel",
        refuses="every round without a quorum is taken to be refused by the panel",
    ),
)
ASSUMPTIONS: Final = (FACTS, JUDGES)
