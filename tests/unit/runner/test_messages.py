"""What goes over the wire says "look now", and nothing that is sent can break the reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from dramatiq import Message
from hypothesis import given
from hypothesis import strategies as st

from lazsa_flow.runner.messages import LARGEST, QUARANTINE, QUEUE, BellEncoder

ENCODER = BellEncoder("sweep")


def ring(**kwargs: Any) -> dict[str, Any]:
    """Return a message as dramatiq hands it to the encoder."""
    options = {"redis_message_id": "id-1"}
    return Message(QUEUE, "lazsa.sweep", (), kwargs, options, message_id="other").asdict()


def test_a_message_is_a_kind_and_a_hint() -> None:
    """JSON with a kind, the broker's id and a chunk's size: nothing of anybody (design, rule 5)."""
    written = ENCODER.encode(ring(chunk=1000))
    assert json.loads(written) == {"kind": "sweep", "id": "id-1", "chunk": 1000}


@pytest.mark.parametrize("hint", [{}, {"chunk": 7}, {"chunk": -1}, {"chunk": None}])
def test_what_was_written_is_read(hint: dict[str, Any]) -> None:
    """A message comes out with its actor, its hint, and the id it is acknowledged by."""
    read: Message[Any] = Message(**ENCODER.decode(ENCODER.encode(ring(**hint))))
    assert (read.actor_name, read.queue_name, read.kwargs) == ("lazsa.sweep", QUEUE, hint)
    assert read.options == {"redis_message_id": "id-1"}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"null",
        b"[]",
        b'"sweep"',
        b"{}",
        b'{"kind":"sweep"}',
        b'{"kind":"sweep","id":7}',
        b'{"kind":"quarantine","id":"x"}',
        b'{"kind":["sweep"],"id":"x"}',
        b'{"kind":"sweep","id":"x","chunk":"7"}',
        b'{"kind":"sweep","id":"x","chunk":true}',
        b'{"kind":"sweep","id":"x","chunk":1.5}',
        b'{"kind":"sweep","id":"x","eta":1}',
        b'{"kind":"sweep","id":"x","path":"award-1"}',
        b"[" * 900,
        b'{"kind":"sweep","id":"' + b"x" * LARGEST + b'"}',
    ],
)
def test_what_is_none_of_ours_goes_to_the_quarantine(data: bytes) -> None:
    """A bad message is decoded into one for the quarantine; it says its size and digest only."""
    read: Message[Any] = Message(**ENCODER.decode(data))
    assert read.actor_name == QUARANTINE
    assert read.kwargs.keys() == {"digest", "size"}
    assert read.kwargs["size"] == len(data)


@given(st.binary(max_size=64) | st.text(max_size=40).map(str.encode))
def test_no_bytes_whatever_raise(data: bytes) -> None:
    """An encoder that raised would strand the neighbours; this one never does."""
    Message(**ENCODER.decode(data))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from(["kind", "id", "x"]), inner)
        ),
        max_leaves=6,
    )
)
def test_no_json_whatever_raises(value: Any) -> None:
    """Whatever JSON comes, it is read as ours or goes to the quarantine."""
    read: Message[Any] = Message(**ENCODER.decode(json.dumps(value).encode()))
    assert read.actor_name in ("lazsa.sweep", QUARANTINE)
