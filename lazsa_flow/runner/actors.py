"""What does a message make a worker do? Look, and no more.

Theory of operation:
    The database is the truth; a message is a doorbell. It says "look now" and carries no authority:
    the actor derives from the database what is due. So a message that is lost, doubled, late,
    shuffled or forged changes nothing. The Retries middleware stays, with no retries, so that an
    actor that raises is not swallowed; a failure in the database is looked at again by the ticker.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

import dramatiq

from lazsa_flow.logs import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.programme import Programme

QUEUE: Final = "lazsa"
LONGEST_SWEEP_MS: Final = 24 * 3600 * 1000
"""A cycle night may be long; Dramatiq's default would cut it off after ten minutes."""


@dataclass(frozen=True, slots=True)
class Actors:
    """The actors on one broker."""

    sweep: dramatiq.Actor[[], None]


def register(
    broker: dramatiq.Broker,
    programme: Programme,
    *,
    stopping: Callable[[], bool] = lambda: False,
) -> Actors:
    """Register the actors on a broker.

    Args:
        broker: Ours or a test's; never the global one.
        programme: Whose timers they fire.
        stopping: Asked after each chunk; ``True`` ends the sweep with the chunk in hand.
    """

    @dramatiq.actor(
        broker=broker,
        actor_name="lazsa.sweep",
        queue_name=QUEUE,
        max_retries=0,
        time_limit=LONGEST_SWEEP_MS,
    )
    def sweep() -> None:
        """Fire what is due, chunk by chunk."""
        swept = programme.sweep(done=lambda _swept: stopping())
        if swept.total:
            log.info("sweep.done", **asdict(swept))

    return Actors(sweep=sweep)
