"""Kill relays between send and mark: ``.venv/bin/python -m tests.chaos.relay --kills 100``."""

from __future__ import annotations

import argparse
import random
import signal
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.lifecycle.model import Actor
from tests.chaos.crew import run_command
from tests.factories import facts, record_facts, utc
from tests.loopback import mail_server

NOW = utc(2026, 6, 1, 1)
LEASE = timedelta(seconds=61)


@dataclass(frozen=True)
class Toll:
    """What came of it.

    Attributes:
        kills: How many relays died with a mail in hand.
        notices: How many there were to send.
        received: How often each key was received.
    """

    kills: int
    notices: int
    received: Counter[str]

    @property
    def repeats(self) -> int:
        """How many mails were received more than once, counted each time after the first."""
        return self.received.total() - len(self.received)


def campaign(url: str, *, kills: int, seed: int) -> Toll:
    """Kill as many relays as asked on one outbox, each with one of its first mails in hand.

    ``url`` is of an SQLite file; what the relays write stands beside it.
    """
    drawn = random.Random(seed)
    deaths = [drawn.randint(1, 4) for _ in range(kills)]
    notices = sum(deaths) + 3  # what a dying relay has marked is gone, so none runs out before
    _fill(url, notices)
    folder = Path(url.removeprefix("sqlite:///")).parent
    with mail_server() as server:
        for number, mails in enumerate(deaths):
            assert _run(url, server.port, number, folder, str(mails)) == -signal.SIGKILL
        assert _run(url, server.port, kills, folder) == 0
        keys = (mail.message["message-id"].strip("<>") for mail in server.mails)
        received = Counter(key.partition("@")[0] for key in keys)
    with Programme.open(url, clock=VirtualClock(NOW)) as programme:
        assert programme.outbox() == []
        assert sum(programme.deliveries().values()) == notices
    return Toll(kills, notices, received)


def _fill(url: str, notices: int) -> None:
    clock = VirtualClock(NOW)
    Programme.migrate(url, clock=clock)
    with Programme.open(url, clock=clock) as programme:
        sellers = [f"seller-{number}" for number in range(notices)]
        known = [facts(seller=seller, as_of=date(2026, 5, 31)) for seller in sellers]
        record_facts(programme, known)
        for seller in sellers:
            programme.nominate(seller, actor=Actor("employee", "e-1"), statement="Helps.")


def _run(url: str, port: int, number: int, folder: Path, *mails: str) -> int:
    at = (NOW + number * LEASE).isoformat()
    words = ("tests.chaos.relay_process", url, str(port), at, *mails)
    code, _ = run_command(*words, folder=folder)
    return code


def main() -> None:
    """Run a campaign, and tell its toll."""
    parser = argparse.ArgumentParser(description="Kill relays between send and mark.")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        toll = campaign(f"sqlite:///{folder}/lazsa.db", kills=options.kills, seed=options.seed)
    worst = max(toll.received.values())
    print(
        f"{toll.kills} kills, {toll.notices} notices, {len(toll.received)} keys received, "
        f"{toll.repeats} repeats, no key more than {worst} times"
    )


if __name__ == "__main__":
    main()
