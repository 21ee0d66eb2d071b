"""Relations and recipients of a lifecycle's own: what they return is never trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.errors import HostCodeError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.lifecycle.roles import Recipient, Relation
from tests.factories import SELLER, context

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.model import Snapshot

SEEN = context().snapshot
ACTOR = Actor("seller", SELLER)


def test_a_relation_decides_by_actor_and_path() -> None:
    """A relation holds where its function says so."""
    own = Relation("own", lambda actor, seen: seen.path.subject in actor.names)
    assert own.decide(ACTOR, SEEN)
    assert not own.decide(Actor("seller", "x-9"), SEEN)


@pytest.mark.parametrize("returned", [1, "yes", None])
def test_a_relation_returns_a_bool(returned: Any) -> None:
    """What is neither true nor false lets nobody pass."""
    with pytest.raises(HostCodeError, match=r"relation own on award-1: returned .*, expected True"):
        Relation("own", lambda _actor, _seen: returned).decide(ACTOR, SEEN)


def _raise(_seen: Snapshot) -> list[str]:
    raise ZeroDivisionError


def test_a_recipient_is_one_or_several_persons() -> None:
    """Without a function it is itself; with one, each person once and in their order."""
    assert Recipient("team").persons(SEEN) == ("team",)
    several = Recipient("payers", each=lambda _: ["customer:b", "customer:a", "customer:b"])
    assert several.persons(SEEN) == ("customer:b", "customer:a")


@pytest.mark.parametrize(
    ("each", "told"),
    [
        (lambda _: ["b"], "returned str, expected text as role:id"),
        (lambda _: ["customer:"], "returned str, expected text as role:id"),
        (lambda _: ["customer:a\n"], "returned str, expected text as role:id"),
        (lambda _: [7], "returned int, expected text as role:id"),
        (lambda _: None, "raised TypeError"),
        (_raise, "raised ZeroDivisionError"),
    ],
)
def test_persons_are_checked(each: Any, told: str) -> None:
    """Whatever else the function does is an error that names the recipient and the path."""
    with pytest.raises(HostCodeError, match=f"recipient payers on award-1: {told}"):
        Recipient("payers", each=each).persons(SEEN)
