"""What if messages come ten times, or are forged, or are no messages at all?

A part of the population is due, the rest falls due a year from now: whatever a message says, what
is done is what the database says is due.
"""

from __future__ import annotations

import json
import random
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.clock import SystemClock
from tests.chaos.audit import audit
from tests.chaos.bell import Bell
from tests.chaos.crew import wait_for
from tests.chaos.fault import Fault, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.chaos.stage import Stage

    Messages = list[tuple[str, bytes]]

MALFORMED: Final = (
    b"",
    b"\x00\xff\xfe",
    b"{",
    b"[]",
    b'{"kind": "sweep"}',
    b'{"kind": ["sweep"], "id": "1"}',
    b'{"kind": {"sweep": 1}, "id": "1"}',
    b'{"kind": "sweep", "id": "1", "chunk": "all"}',
    b'{"kind": "quarantine", "id": "1"}',
    b'{"kind": "sweep", "id": "1", "path": "award-1", "now": "2099-01-01T00:00:00Z"}',
    b'{"kind": "sweep", "id": "\\ud800"}',
    b"9" * 900,
    b"[" * 900,
    b"x" * 100_000,
)
"""No messages of ours, each for another reason."""
_CHUNKS: Final[tuple[Any, ...]] = (0, -1, 1, 7, 10**30, -(10**300), None)


def tenfold(bell: Bell, chance: random.Random, rounds: int) -> Messages:
    """Make messages as the ticker does, each of them ten times, shuffled."""
    copies = [
        bell.sound(chunk) for chunk in chance.choices((1, 10, 1000), k=rounds) for _ in range(10)
    ]
    chance.shuffle(copies)
    return copies


def forged(bell: Bell, chance: random.Random, rounds: int) -> Messages:
    """Make messages that are well formed and mean harm: chunks out of bounds, others' ids."""
    made = []
    for number in range(rounds):
        id_, _ = bell.sound()
        within = chance.choice((id_, "", "'; DROP TABLE lazsa_paths; --", f"bell-{number}"))
        fields = {"kind": "sweep", "id": within, "chunk": chance.choice(_CHUNKS)}
        made.append((id_, json.dumps(fields).encode()))
    return made


def malformed(bell: Bell, chance: random.Random, rounds: int) -> Messages:
    """Make sound messages, and among them one of each kind that is none: half of them at most."""
    made = [bell.sound(10) for _ in range(rounds)]
    kinds = MALFORMED[: (rounds + 1) // 2]
    for place, data in zip(chance.sample(range(rounds), len(kinds)), kinds, strict=True):
        made[place] = made[place][0], data
    return made


def deliver(
    stage: Stage,
    seed: int,
    rounds: int,
    *,
    make: Callable[[Bell, random.Random, int], Messages],
    own: bool = True,
) -> Outcome:
    """Put messages into Redis and let workers take them.

    ``make`` makes them. Those that carry their ``own`` ids, under which Redis holds them, can be
    acknowledged, and leave it.
    """
    now = SystemClock().now()
    sellers = stage.sized(3000, 60)
    later = now + timedelta(days=365)
    instants = [now if number % 3 else later for number in range(sellers)]
    url, wanted = stage.boundaries("postgresql", instants, until=now)
    with stage.crew(url) as crew:
        crew.work(2, tickers=0)
        bell = Bell(crew.redis)
        messages = make(bell, random.Random(seed), rounds)
        bell.push(messages)
        wait_for(lambda: bell.waiting() == 0, "every message is fetched")
        bell.ring()
        crew.finish()
        if own:
            wait_for(lambda: bell.kept() == 0, "every message is done with", 60)
        log = crew.log()
        ended, kept = crew.ends(), bell.kept()
    result = audit(url, wanted)
    told = log.count("message.quarantined")
    bad = sum(data in MALFORMED for _, data in messages)
    result.check(told == bad, f"{told} messages were quarantined, not {bad}")
    result.check(ended == 0, f"{ended} processes ended")
    result.check("Traceback" not in log, "a traceback in the log")
    return Outcome.of(
        rounds,
        result,
        f"{len(messages)} messages for {len(wanted.moves) - sellers} transitions, "
        f"{told} in quarantine, {kept} left in Redis",
    )


FAULTS: Final = (
    Fault(
        "messages-tenfold",
        partial(deliver, make=tenfold),
        rounds=1000,
        dose=10,
        unit="messages, each delivered 10 times, shuffled",
        holds="no effect beyond what the database says is due",
    ),
    Fault(
        "messages-forged",
        partial(deliver, make=forged, own=False),
        rounds=1000,
        dose=40,
        unit="forged messages, well formed",
        holds="no effect beyond what the database says is due",
    ),
    Fault(
        "messages-malformed",
        partial(deliver, make=malformed),
        rounds=1000,
        dose=100,
        unit="messages, among them 14 that are none, each for another reason",
        holds="it goes to the quarantine and leaves Redis, its neighbours are heard",
    ),
)
