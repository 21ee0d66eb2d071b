"""Who rings, when a fault wants the ringing in its own hands? Raw messages, put into Redis."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

import redis

from lazsa_flow.runner.broker import NAMESPACE
from lazsa_flow.runner.messages import QUEUE

if TYPE_CHECKING:
    from collections.abc import Iterable


class Bell:
    """Puts messages into the queue, as the broker's own script does.

    Args:
        url: The broker's URL.
    """

    def __init__(self, url: str) -> None:
        self.client: Any = redis.Redis.from_url(url)
        self._numbers = count(1)
        self._queue = f"{NAMESPACE}:{QUEUE}"

    def ring(self, chunk: int | None = None) -> None:
        """Ring once, as the ticker does."""
        self.push([self.sound(chunk)])

    def sound(self, chunk: int | None = None) -> tuple[str, bytes]:
        """Make a message: its id and its bytes."""
        id_ = f"bell-{next(self._numbers)}"
        fields = {"kind": "sweep", "id": id_, **({} if chunk is None else {"chunk": chunk})}
        return id_, json.dumps(fields).encode()

    def push(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Put messages into the queue, each under an id."""
        with self.client.pipeline() as pipeline:
            for id_, data in messages:
                pipeline.hset(f"{self._queue}.msgs", id_, data)
                pipeline.rpush(self._queue, id_)
            pipeline.execute()

    def kept(self) -> int:
        """Count the messages that Redis holds, fetched or not."""
        return int(self.client.hlen(f"{self._queue}.msgs"))

    def waiting(self) -> int:
        """Count the messages that wait to be fetched."""
        return int(self.client.llen(self._queue))
