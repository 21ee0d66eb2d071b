"""Rules of a proof: what guards mean in a situation, and the properties that must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lazsa_flow.errors import InputError
from lazsa_flow.foresight.proof.choices import all_guards
from lazsa_flow.lifecycle.values import EMPTY, FrozenDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazsa_flow.foresight.proof.choices import Meaning
    from lazsa_flow.foresight.proof.properties import Property
    from lazsa_flow.lifecycle.table import Lifecycle


@dataclass(frozen=True, slots=True)
class ProofRules:
    """What a lifecycle's proof knows besides its table.

    Attributes:
        properties: What must hold, besides what must hold for every lifecycle.
        meanings: What guards say in a situation, by the name of the guard; any other guard may
            hold or not at any time.
        reasons_read: The periods of which a meaning asks for what reason they ended.
        counted_in: Periods that nothing reads but in some states, each with these states: without
            them there are fewer situations to search.
    """

    properties: tuple[Property, ...] = ()
    meanings: Mapping[str, Meaning] = EMPTY
    reasons_read: frozenset[str] = frozenset()
    counted_in: Mapping[str, frozenset[str]] = EMPTY

    def __post_init__(self) -> None:
        object.__setattr__(self, "meanings", FrozenDict(self.meanings))
        object.__setattr__(self, "counted_in", FrozenDict(self.counted_in))

    def check_names(self, lifecycle: Lifecycle) -> None:
        """Make sure that each meaning is one of a guard.

        Args:
            lifecycle: Whose guards.

        Raises:
            InputError: The lifecycle has no such guard.
        """
        known = all_guards(lifecycle)
        for name in self.meanings:
            if name not in known:
                raise InputError.of("meanings", "guard", name, f"a guard of {lifecycle.name}")
