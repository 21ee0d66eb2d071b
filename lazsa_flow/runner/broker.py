"""The broker: how Redis is opened, and whether it is configured for wake-ups.

Redis holds nothing that the database does not know, so it may lose everything. What it may not do
is to throw away keys one by one as it likes: half a queue is worse than none.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, cast

from lazsa_flow.errors import BrokerError, InputError
from lazsa_flow.extras import needs_extra
from lazsa_flow.runner.messages import QUEUE

with needs_extra("worker", "a worker"):
    import redis
    from dramatiq.brokers.redis import RedisBroker
    from dramatiq.middleware import Retries

if TYPE_CHECKING:
    from collections.abc import Sequence

    import dramatiq

NAMESPACE: Final = "lazsa"
_TIMEOUT_S: Final = 5.0
_DEAD_MS: Final = 3_600_000


def connect_to_redis(url: str) -> redis.Redis:
    """Open a client on a Redis URL.

    Raises:
        InputError: It is none; it may hold a password and is not shown.
    """
    try:
        return redis.Redis.from_url(
            url, socket_timeout=_TIMEOUT_S, socket_connect_timeout=_TIMEOUT_S
        )
    except ValueError:
        expected = "a URL such as redis://127.0.0.1:6379/0"
        raise InputError.of("broker", "url", "(not shown)", expected) from None


def redis_broker(url: str, middleware: Sequence[dramatiq.Middleware] = ()) -> RedisBroker:
    """Make a broker on a Redis URL; it connects when it is first used.

    Retries stays, with no retries: without it an actor that raises is swallowed. There is no time
    limit, since it would interrupt a thread in the midst of a commit; the database has its own.
    """
    return RedisBroker(  # type: ignore[no-untyped-call]
        client=connect_to_redis(url),
        namespace=NAMESPACE,
        dead_message_ttl=_DEAD_MS,
        middleware=[Retries(max_retries=0), *middleware],
    )


def check_redis(client: redis.Redis) -> str:
    """Make sure that Redis answers and throws nothing away; return its version.

    Raises:
        BrokerError: It does not, or does; the message says what to do.
    """
    try:
        info = cast("dict[str, str]", client.info())
    except redis.RedisError as error:
        message = (
            f"Redis does not answer ({type(error).__name__}); is it running, is the URL right?"
        )
        raise BrokerError(message) from None
    policy = info.get("maxmemory_policy", "noeviction")
    if policy != "noeviction":
        raise BrokerError(
            f"Redis throws keys away when it is full (maxmemory-policy {policy}); "
            "set it to noeviction: CONFIG SET maxmemory-policy noeviction"
        )
    return info["redis_version"]


def count_waiting_messages(client: redis.Redis) -> int:
    """Return how many messages wait to be fetched."""
    return client.llen(f"{NAMESPACE}:{QUEUE}")


def discard_message(client: redis.Redis, digest: str) -> None:
    """Throw away the messages whose bytes have this SHA-256: the broker cannot acknowledge them."""
    messages = f"{NAMESPACE}:{QUEUE}.msgs"
    for id_, data in client.hscan_iter(messages):
        if hashlib.sha256(data).hexdigest() == digest:
            client.hdel(messages, id_)
