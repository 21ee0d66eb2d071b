"""What a relay says it has done: digests whose hour has not come are postponed, each notice one.

Source: docs/notices.md, "Digests".
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tests.factories import midnight
from tests.integration.test_relay import Post, nominees

if TYPE_CHECKING:
    from tests.integration.world import World


def test_postponed_digests_are_counted(world: World) -> None:
    """Three notices to the panel wait for its digest's hour, and are told as postponed."""
    post = Post(world)
    nominees(world, 3)
    post.drain()
    closes = midnight(date(2020, 3, 2))
    done = post.at(closes)
    assert (done.delivered, done.postponed) == (0, 3)
    done = post.at(closes + timedelta(hours=9))
    assert (done.delivered, done.postponed) == (3, 0)
