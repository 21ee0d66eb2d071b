"""Dramatiq on Redis: one message a path, handled by an actor with a session of the ORM.

Run by ``dramatiq benchmarks.peers.dramatiq_app``, which starts processes and threads as it is told.

Source: Dramatiq, "User Guide" and "Command Line Interface"; SQLAlchemy, "Session Basics".
"""

from __future__ import annotations

import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from sqlalchemy.orm import Session

from benchmarks.peers.orm import Mapped, make_engine
from benchmarks.peers.todo import REDIS, URL, load

dramatiq.set_broker(RedisBroker(url=os.environ[REDIS]))  # type: ignore[no-untyped-call]
_TODO = load()
_ENGINE = make_engine(os.environ[URL], pool_size=32)
_MAPPED = Mapped(_ENGINE, {write.table for writes in _TODO.values() for write in writes})
_ENGINE.dispose()  # the workers are forked from here


@dramatiq.actor
def move(path_id: int) -> None:
    """Move one path."""
    with Session(_ENGINE) as session, session.begin():
        _MAPPED.write(session, _TODO[path_id])


if __name__ == "__main__":
    for number in _TODO:
        move.send(number)
