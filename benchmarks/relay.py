"""Mails of the relay, compared with a bare loop over ``smtplib``.

Two processes of the relay and two of a loop over ``smtplib.SMTP.send_message`` send as many mails
of the same words to the same SMTP server on the loopback, in turns. The loop has its one
``EmailMessage`` ready; the relay claims, resolves, renders, makes an ``EmailMessage``, sends and
marks each one in the database.

Units: mails a second, from the moment that both processes are told to go until both are done.
"""

from __future__ import annotations

import multiprocessing
import shutil
import smtplib
import tempfile
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiosmtpd.controller import Controller

from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns
from lazsa_flow.award.programme import Programme
from lazsa_flow.award.rules.facts import Facts
from lazsa_flow.clock import VirtualClock
from lazsa_flow.config import Config
from lazsa_flow.lifecycle.contact import Contact
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.policy import read
from lazsa_flow.notices.mail import compose_mail
from lazsa_flow.notices.ports import Letter
from lazsa_flow.notices.settings import Deployment
from tests.factories import record_facts
from tests.servers import free_port

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from multiprocessing.synchronize import Barrier, Event

    from benchmarks.harness.bench import Bench

PROCESSES: Final = 2
NOW: Final = datetime(2026, 6, 1, 4, tzinfo=UTC)
_SPAWN: Final = multiprocessing.get_context("spawn")


MEANING: Final = (
    "How many mails leave in a second, compared with a loop that does nothing but send them."
)


def measure(bench: Bench) -> Figure:
    """Measure both sides in turns."""
    mails = bench.scale.mails
    with tempfile.TemporaryDirectory() as folder, _listening() as port:
        filled, copy = Path(folder) / "filled.db", Path(folder) / "copy.db"
        letter = _fill(f"sqlite:///{filled}", mails)

        def ours() -> float:
            shutil.copy(filled, copy)
            seconds = _race(_relay, port, f"sqlite:///{copy}")
            _check(f"sqlite:///{copy}", mails)
            return mails / seconds

        def reference() -> float:
            return mails / _race(_loop, port, letter, mails // PROCESSES)

        relay, loop = in_turns(bench.scale.rounds, ours, reference)
    name = "relay of 2 processes, compared with a bare smtplib loop of 2"
    return Figure.of(name, relay, loop, unit="mails/s", goal=Goal(0.5, at_least=True))


def _fill(url: str, mails: int) -> Letter:
    """Put as many notices into an outbox, and return a letter of the same words."""
    clock = VirtualClock(NOW)
    Programme.migrate(url, clock=clock)
    with Programme.open(url, clock=clock) as programme:
        sellers = [f"seller-{number}" for number in range(mails)]
        known = [Facts(seller, "SG", date(2026, 5, 31)) for seller in sellers]
        record_facts(programme, known)
        for seller in sellers:
            programme.nominate(seller, actor=Actor("employee", "e-1"), statement="Helps.")
        shown = programme.preview_notice("nominated", country="SG")
        return Letter(
            key="award-1.1.1",
            kind="nominated",
            to="seller",
            country="SG",
            locale="en",
            reply_to="team@example.com",
            sender="Team",
            subject=shown.subject,
            text=shown.text,
            html=shown.html,
            sent_at=NOW,
            contact=Contact("seller-1@example.org", "Seller 1"),
        )


def _race(run: Any, *arguments: Any) -> float:
    """Let the processes of one side go at once; return the seconds until the last is done."""
    barrier = _SPAWN.Barrier(PROCESSES + 1)
    racers = [_SPAWN.Process(target=run, args=(barrier, *arguments)) for _ in range(PROCESSES)]
    for racer in racers:
        racer.start()
    barrier.wait(60)
    began = time.perf_counter()
    barrier.wait(120)
    took = time.perf_counter() - began
    for racer in racers:
        racer.join()
    if any(racer.exitcode for racer in racers):
        raise RuntimeError("a process failed")
    return took


def _loop(barrier: Barrier, port: int, letter: Letter, mails: int) -> None:
    message = compose_mail(letter, "team@example.com")
    connection = smtplib.SMTP("127.0.0.1", port)
    barrier.wait()
    for _ in range(mails):
        connection.send_message(message)
    barrier.wait()
    connection.quit()


def _relay(barrier: Barrier, port: int, url: str) -> None:
    server = {"kind": "smtp", "host": "127.0.0.1", "port": port, "tls": "none"}
    fields = {"channels": {"mail": {**server, "sender": "team@example.com"}}}
    config = replace(Config.load(), deployment=read(Deployment, fields, where="benchmark"))
    with (
        Programme.open(url, config=config, clock=VirtualClock(NOW)) as programme,
        programme.open_relay(resolver=_everybody) as relay,
    ):
        barrier.wait()
        relay.drain()
        barrier.wait()


def _everybody(ids: Collection[str]) -> Mapping[str, Contact]:
    return {each: Contact(f"{each}@example.org", "Seller 1") for each in ids}


def _check(url: str, mails: int) -> None:
    with Programme.open(url, clock=VirtualClock(NOW)) as programme:
        delivered = sum(programme.deliveries().values())
    if delivered != mails:
        raise RuntimeError(f"{delivered} of {mails} were delivered")


class _Handler:
    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 OK"


@contextmanager
def _listening() -> Iterator[int]:
    """Run the server in a process of its own."""
    ready, port = _SPAWN.Event(), free_port()
    sink = _SPAWN.Process(target=_sink, args=(ready, port), daemon=True)
    sink.start()
    try:
        if not ready.wait(30):
            raise RuntimeError("the server did not come up")
        yield port
    finally:
        sink.terminate()
        sink.join()


def _sink(ready: Event, port: int) -> None:
    Controller(_Handler(), hostname="127.0.0.1", port=port).start()
    ready.set()
    time.sleep(3600)
