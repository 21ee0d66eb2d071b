"""Waiting times: after a failure, while a channel rests, and at its limit for a minute."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from lazsa_flow.notices.faults import least_wait_s

if TYPE_CHECKING:
    from datetime import datetime
    from random import Random

    from lazsa_flow.notices.settings import Deployment

MINUTE: Final = timedelta(minutes=1)
_DOUBLINGS: Final = 64
"""After so many a pause is longer than any that may be set."""


class Pacing:
    """The pauses of one relay.

    Args:
        deployment: Its limits.
        random: Of the jitter: each pause is from a half of it to the whole, so that relays that
            failed together do not come back together.
    """

    def __init__(self, deployment: Deployment, random: Random) -> None:
        self._settings = deployment.notices
        self._limits = {name: each.per_minute for name, each in deployment.channels.items()}
        self._random = random
        self._rests_until: dict[str, datetime] = {}
        self._failures: dict[str, int] = defaultdict(int)
        self._sent: dict[str, deque[datetime]] = defaultdict(deque)

    def again_at(self, now: datetime, attempts: int, after_s: float | None) -> datetime:
        """Return when to try again after so many failures, or what the other side asked for.

        However long the other side asks for, it is never later than after the longest pause.
        """
        longest_s = self._settings.longest_retry_s
        doubled = 2 ** min(attempts - 1, _DOUBLINGS)
        pause_s = min(longest_s, self._settings.first_retry_s * doubled)
        pause_s *= 0.5 + self._random.random() / 2
        return now + timedelta(seconds=max(pause_s, least_wait_s(after_s, longest_s)))

    def rest(self, channel: str, now: datetime, after_s: float | None) -> None:
        """Let a channel rest, the longer the more often it has failed in a row."""
        self._failures[channel] += 1
        self._rests_until[channel] = self.again_at(now, self._failures[channel], after_s)

    def sent(self, channel: str, now: datetime) -> None:
        """Note that a channel has taken a notice: it works, and has had one more."""
        self._failures.pop(channel, None)
        if self._limits.get(channel) is not None:
            self._sent[channel].append(now)

    def free_at(self, channel: str, now: datetime) -> datetime:
        """Return from when a channel may be used."""
        at = max(now, self._rests_until.get(channel, now))
        limit = self._limits.get(channel)
        if limit is None:
            return at
        sent = self._sent[channel]
        while sent and sent[0] + MINUTE <= now:
            sent.popleft()
        return max(at, sent[0] + MINUTE) if len(sent) >= limit else at
