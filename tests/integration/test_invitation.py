"""What whoever retires in good standing is told of Reconnect.

Source: FAQ, Reconnect: a mail at the end of the cycle with the three steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.integration.test_relay import Post

if TYPE_CHECKING:
    from tests.integration.world import World


def test_the_invitation_names_the_app_and_the_three_steps(world: World) -> None:
    """The app of the policy, and each step in its order."""
    world.retired()
    post = Post(world)
    post.drain()
    [letter] = [each for each in post.channel.letters if each.kind == "reconnect_invitation"]
    text = " ".join(letter.text.split())
    asked = ("in DingTalk", "Get the app.", "Register there, or link", "adds you to the group.")
    places = [text.index(each) for each in asked]
    assert places == sorted(places)
    assert "no time limit" in text
