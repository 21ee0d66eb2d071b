"""What a relay says it has done, how it names what failed, and how it rests.

Source: docs/how-to/notices.md, "Digests".
"""

from __future__ import annotations

import logging
import threading
from datetime import date, timedelta
from typing import TYPE_CHECKING

from lazsa_flow.errors import DeliveryError
from lazsa_flow.notices.relay import LOOK_S
from tests.factories import midnight
from tests.integration.test_relay import Post, Recorder, nominees

if TYPE_CHECKING:
    import pytest

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


def test_what_failed_is_logged_under_its_key(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever reads the log finds the notice in the outbox by its key."""
    post = Post(world)
    path = world.nominate()
    post.channel.faults = [DeliveryError("smtp_451")]
    with caplog.at_level(logging.WARNING, logger="lazsa_flow"):
        assert post.drain().failed == 1
    [entry] = world.programme.outbox()
    [line] = [each.getMessage() for each in caplog.records if "notice.failed" in each.getMessage()]
    assert entry.key in line
    assert entry.key.startswith(f"{path}.")


def test_a_relay_rests_between_two_looks(world: World) -> None:
    """It does not ask the database without a pause."""

    class TimelinePoint(threading.Event):
        """An event that is set the second time it is waited for."""

        waited: list[float | None]

        def wait(self, timeout: float | None = None) -> bool:
            self.waited.append(timeout)
            if len(self.waited) > 1:
                self.set()
            return self.is_set()

    stop = TimelinePoint()
    stop.waited = []
    looks = []
    with world.programme.open_relay(channels={"files": Recorder()}) as relay:
        relay.run(stop, beat=lambda: looks.append(len(stop.waited)))
    assert stop.waited == [LOOK_S, LOOK_S]
    assert set(looks) >= {0, 1}
