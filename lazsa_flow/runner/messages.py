"""Messages on the wire, and how an invalid one is handled.

JSON: a kind, the broker's own id, and at most the size of a chunk:
``{"kind": "sweep", "id": "…", "chunk": 1000}``. Its content is not trusted: the kind selects the
actor, and the size is a hint.

An invalid message is decoded into one for the quarantine actor, which logs and discards it; an
encoder that raised would strand the messages that were fetched together with it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from lazsa_flow.extras import needs_extra

with needs_extra("worker", "a worker"):
    from dramatiq import Encoder

QUEUE: Final = "lazsa"
PREFIX: Final = "lazsa."
QUARANTINE: Final = f"{PREFIX}quarantine"
LARGEST: Final = 1000
"""Units: bytes; no message of ours comes near."""


class BellEncoder(Encoder):
    """Writes and reads the messages of this service alone.

    Args:
        kinds: The kinds there are; an actor's name is the prefix and its kind.
    """

    def __init__(self, *kinds: str) -> None:
        self._kinds = kinds

    def encode(self, data: dict[str, Any]) -> bytes:
        """Write a message."""
        fields = {
            "kind": data["actor_name"].removeprefix(PREFIX),
            "id": data["options"]["redis_message_id"],
            **data["kwargs"],
        }
        return json.dumps(fields, separators=(",", ":")).encode()

    def decode(self, data: bytes) -> dict[str, Any]:
        """Decode a message; one that is not ours goes to the quarantine."""
        fields = self._read(data)
        if fields is None:
            digest = hashlib.sha256(data).hexdigest()
            return _build_message_fields(QUARANTINE, digest, {"digest": digest, "size": len(data)})
        chunk = {"chunk": fields["chunk"]} if "chunk" in fields else {}
        return _build_message_fields(PREFIX + fields["kind"], fields["id"], chunk)

    def _read(self, data: bytes) -> dict[str, Any] | None:
        if len(data) > LARGEST:
            return None
        try:
            fields = json.loads(data)
        except (ValueError, RecursionError):
            return None
        sound = (
            isinstance(fields, dict)
            and {"kind", "id"} <= fields.keys() <= {"kind", "id", "chunk"}
            and isinstance(fields["kind"], str)
            and fields["kind"] in self._kinds
            and isinstance(fields["id"], str)
            and fields["id"].isascii()
            and (fields.get("chunk") is None or type(fields["chunk"]) is int)
        )
        return fields if sound else None


def _build_message_fields(actor: str, id_: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    return {
        "queue_name": QUEUE,
        "actor_name": actor,
        "args": (),
        "kwargs": kwargs,
        "options": {"redis_message_id": id_},
        "message_id": id_,
        "message_timestamp": 0,
    }
