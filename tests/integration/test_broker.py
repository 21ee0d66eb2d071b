"""What may happen to messages on a real Redis changes nothing but the time of a look."""

from __future__ import annotations

import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import dramatiq
import pytest

from lazsa_flow.errors import BrokerError, InputError, UnavailableError
from lazsa_flow.runner.actors import KINDS, Actors, BindMessage, register_actors
from lazsa_flow.runner.broker import (
    NAMESPACE,
    check_redis,
    connect_to_redis,
    count_waiting_messages,
    redis_broker,
)
from lazsa_flow.runner.messages import QUEUE, BellEncoder
from lazsa_flow.runner.scheduler_process import build_wake_function
from tests.acceptance.shell import eventually
from tests.factories import midnight
from tests.integration.world import APRIL
from tests.servers import redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import redis
    from dramatiq.brokers.redis import RedisBroker

    from tests.integration.world import World


@pytest.fixture(autouse=True)
def encoder() -> Iterator[None]:
    """Our own encoder for as long as a test runs, as in our own processes."""
    before = dramatiq.get_encoder()
    dramatiq.set_encoder(BellEncoder(*KINDS))
    yield
    dramatiq.set_encoder(before)


@pytest.fixture
def client(redis_url: str) -> redis.Redis:
    """An empty Redis."""
    client = connect_to_redis(redis_url)
    client.flushall()
    return client


@contextmanager
def working(
    url: str, world: World, **hooks: Callable[..., Any]
) -> Iterator[tuple[RedisBroker, Actors]]:
    """Keep a worker going in this process."""
    broker = redis_broker(url, [BindMessage()])
    actors = register_actors(broker, world.programme, **hooks)
    worker = dramatiq.Worker(broker, worker_threads=1, worker_timeout=10)
    worker.start()
    try:
        yield broker, actors
    finally:
        worker.stop()
        broker.close()


def put(client: redis.Redis, data: bytes) -> None:
    """Put bytes into the queue, as anyone could who reaches Redis."""
    id_ = str(uuid4())
    client.hset(f"{NAMESPACE}:{QUEUE}.msgs", id_, data)
    client.rpush(f"{NAMESPACE}:{QUEUE}", id_)


def left(client: redis.Redis) -> int:
    """Count the messages that Redis knows of, fetched or not."""
    return int(client.hlen(f"{NAMESPACE}:{QUEUE}.msgs"))


def test_bad_messages_go_and_their_neighbours_go_on(
    world: World, redis_url: str, client: redis.Redis
) -> None:
    """Bad messages are thrown away, forged and doubled ones look; only what is due moves."""
    path, rng, looks = world.candidate(), random.Random(4), []
    world.now(midnight(APRIL))
    sound = b'{"kind":"sweep","id":"%d","chunk":1000}'
    messages = [sound % n for n in range(60)]
    messages += [b'{"kind":"sweep","id":"forged","path":"award-1","to":"awarded"}'] * 5
    messages += [b"", b"\xff", b"{", b'{"kind":"drop","id":"x"}', b'{"kind":"sweep","id":"1"}' * 99]
    rng.shuffle(messages)
    for message in messages:
        put(client, message)
    with working(redis_url, world, looked=lambda: looks.append(1)):
        eventually("the sound ones", lambda: len(looks) == 60)
        eventually("an empty quarantine", lambda: left(client) == 60)
    assert count_waiting_messages(client) == 0
    assert world.state(path) == "awarded"
    assert len([m for m in world.programme.history(path) if m["trigger"] == "award"]) == 1


def test_the_bell_does_not_pile_up_messages(
    world: World, redis_url: str, client: redis.Redis
) -> None:
    """The bell is rung once a chunk, less what waits: a worker that is away finds no heap."""
    ring = build_wake_function(redis_url, world.programme)
    for chunks, expected in ((3, 3), (3, 3), (1, 3), (5, 5)):
        ring(chunks)
        assert count_waiting_messages(client) == expected


def test_a_bell_that_does_not_ring_says_so(world: World) -> None:
    """A broker that is full or away is an error of ours, which the ticker outlives."""
    with redis_server("--maxmemory", "100kb", "--maxmemory-policy", "noeviction") as server:
        ring = build_wake_function(server.url, world.programme)
        with pytest.raises(BrokerError, match="does not ring"):
            ring(1)
        server.stop()
        with pytest.raises(BrokerError, match="does not ring"):
            ring(1)
        with pytest.raises(BrokerError, match="does not answer"):
            check_redis(connect_to_redis(server.url))


def test_what_the_database_refuses_for_the_moment_is_logged(
    world: World,
    redis_url: str,
    client: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A database that is away fails no message: the look is over, and the next one comes."""
    looks = []

    def away(**_: Any) -> None:
        raise UnavailableError("away")

    monkeypatch.setattr(world.programme, "sweep", away)
    with working(redis_url, world, looked=lambda: looks.append(1)) as (_, actors):
        actors.sweep.send(chunk=5)
        eventually("the look", lambda: looks and not left(client))
    assert "sweep.failed" in caplog.text
    assert not client.exists(f"{NAMESPACE}:{QUEUE}.XQ")


@pytest.mark.parametrize("url", ["", "nonsense", "http://:secret@x"])
def test_a_url_that_is_none_is_refused(url: str) -> None:
    """A broker's URL that is none is an input error that shows no password."""
    with pytest.raises(InputError, match="broker") as caught:
        connect_to_redis(url)
    assert "secret" not in str(caught.value)
