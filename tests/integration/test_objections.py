"""Each notice of a decision against a seller says how to object, in every language.

Source: programme.md, "Tenure, renewal, retirement".
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.lifecycle.contact import Contact
from tests.integration.test_relay import Post
from tests.integration.world import APRIL, DUE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tests.integration.world import World

WORDS = {"en": "you can object: reply", "id": "mengajukan keberatan: balas"}
AGAINST = {
    "not_selected": "s1",
    "disqualified": "s2",
    "retired": "s3",
    "standing_revoked": "s4",
    "removed": "s5",
}
"""The kinds of notice, and who gets one."""


def play(world: World) -> None:
    """Decline, disqualify, retire, bar and remove a seller each."""
    paths = {seller: world.nominate(seller) for seller in AGAINST.values()}
    world.go(date(2020, 3, 20))
    world.end(paths["s2"], "disqualify", "seller_violation")
    world.panel(paths["s1"], score=1)
    for seller in ("s3", "s4", "s5"):
        world.panel(paths[seller])
    world.go(APRIL)
    world.go(date(2021, 3, 20)).panel(paths["s3"], score=1)
    world.go(DUE)
    assert [world.state(paths[each]) for each in ("s1", "s3")] == ["declined", "retired"]
    world.resign(paths["s4"])
    world.end(paths["s4"], "revoke_standing")
    world.resign(paths["s5"])
    world.steps("s5").join("s5")
    world.end(paths["s5"], "remove")


@pytest.mark.parametrize("locale", sorted(WORDS))
def test_every_notice_against_a_seller_says_how_to_object(world: World, locale: str) -> None:
    """By text and by HTML: reply to this notice."""

    def resolve(ids: Collection[str]) -> Mapping[str, Contact]:
        return {each: Contact(f"{each}@example.org", each, locale) for each in ids}

    play(world)
    post = Post(world).open(resolve, needs_contact=True)
    post.channel.needs_contact = True
    post.drain()
    letters = {(letter.kind, letter.person): letter for letter in post.channel.letters}
    for kind, seller in AGAINST.items():
        letter = letters[kind, seller]
        assert letter.locale == locale
        for body in (letter.text, letter.html):
            assert WORDS[locale] in " ".join(body.split()), kind
