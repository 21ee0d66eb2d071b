"""Does what must hold under each fault hold? A dose of each; ``./dev chaos`` does them whole."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.runner.messages import QUARANTINE, BellEncoder
from tests.chaos.messages import MALFORMED, forged, malformed, tenfold
from tests.chaos.registry import FAULTS
from tests.chaos.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.fault import Fault


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Servers for all small doses; PostgreSQL waits for the disk, as some faults need it to."""
    with Stage(brief=True, fsync=True) as shared:
        yield shared


@pytest.mark.parametrize(
    "fault", [fault for fault in FAULTS if fault.dose], ids=lambda fault: fault.name
)
def test_a_fault_loses_and_doubles_nothing(stage: Stage, fault: Fault) -> None:
    """design.md, rules 4, 5: whatever happens to processes and servers, the work is done once."""
    outcome = fault.run(stage, 1, fault.dose)
    assert (outcome.lost, outcome.doubled) == (0, 0), outcome.detail
    assert outcome.holds, outcome.detail


class _Sounds:
    """Makes messages without a broker."""

    def sound(self, chunk: int | None = None) -> tuple[str, bytes]:
        """Make one."""
        return "1", json.dumps({"kind": "sweep", "id": "1", "chunk": chunk}).encode()


@pytest.mark.parametrize("make", [tenfold, forged, malformed])
@pytest.mark.parametrize("rounds", [1, 2, 13, 14, 28, 100])
def test_messages_can_be_made_for_any_number_of_rounds(make: Any, rounds: int) -> None:
    """``./dev chaos --rounds N`` works for every N: few rounds leave some of the kinds out."""
    made = make(_Sounds(), random.Random(1), rounds)
    assert len(made) == rounds * (10 if make is tenfold else 1)
    bad = sum(data in MALFORMED for _, data in made)
    assert bad == (min(len(MALFORMED), (rounds + 1) // 2) if make is malformed else 0)


@pytest.mark.parametrize("data", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_no_message_goes_to_the_quarantine(data: bytes) -> None:
    """design.md, rule 5: no bytes make the decoder raise, which would strand the neighbours."""
    assert BellEncoder("sweep").decode(data)["actor_name"] == QUARANTINE
