"""A relay in a process of its own, which kills itself between sending a mail and marking it.

``python -m tests.chaos.relay_process URL PORT INSTANT [MAILS]``: it dies with this mail in hand,
the first being 1; without a number it lives.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.lifecycle.contact import Contact
from lazsa_flow.lifecycle.policy import read
from lazsa_flow.notices.settings import Deployment

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def main(url: str, port: str, instant: str, mails: str = "0") -> None:
    """Drain the outbox, and die on the way."""
    left = int(mails)

    def probe(point: str) -> None:
        nonlocal left
        if point == "relay.sent":
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    server = {"kind": "smtp", "host": "127.0.0.1", "port": int(port), "tls": "none"}
    fields = {
        # from one address: with a mail in hand, the next transaction has been begun
        "channels": {"mail": {**server, "sender": "lazsa@example.com"}},
        "notices": {"lease_s": 60},
    }
    config = replace(Config.load(), deployment=read(Deployment, fields, where="chaos"))
    clock = VirtualClock(datetime.fromisoformat(instant))
    with Programme.open(url, config=config, clock=clock, probe=probe) as programme:
        programme.relay(resolver=everybody)


def everybody(ids: Collection[str]) -> Mapping[str, Contact]:
    """Know how everybody is reached."""
    return {each: Contact(f"{each}@example.org") for each in ids}


if __name__ == "__main__":
    main(*sys.argv[1:])
