"""Requests as JSON values, which distinguish commands under an idempotency key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.lifecycle.text import parse_text

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.model import Actor


def check_text(where: str, field: str, text: str) -> None:
    """Let free text pass that can be stored; see :func:`lazsa_flow.lifecycle.text.parse_text`."""
    parse_text(text, where=where, field=field)


def actor_fields(actor: Actor) -> dict[str, Any]:
    """Return an actor as JSON values."""
    return {"role": actor.role, "id": actor.given_id, "country": actor.country, "team": actor.team}


def request_fields(command: str, actor: Actor, **arguments: Any) -> dict[str, Any]:
    """Return a request as JSON values, which distinguish it from others.

    An argument of the name of one of the actor's fields, such as the country, has its own place
    next to that field.
    """
    fields = actor_fields(actor)
    own = {f"given_{name}" if name in fields else name: arguments[name] for name in arguments}
    return {"command": command, **own, **fields}
