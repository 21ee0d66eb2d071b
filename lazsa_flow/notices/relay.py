"""The relay: it sends the notices in the outbox at least once, and normally exactly once.

Theory of operation:
    The relay leases a batch and commits the lease before it sends anything, so that no other relay
    has the same notice, and no transaction is open while it waits for a server. The batch is
    rendered; then each notice is sent separately, and removed from the outbox as soon as the
    channel has accepted it, before the next is sent. A relay that is killed between the two leaves
    one notice that will be sent again when its lease has expired, under the same key; all others
    that it had were either marked or not sent.

    A failed notice is retried with exponential backoff and jitter. It is parked for an operator
    after the last attempt, or immediately after a permanent failure. If the channel failed and not
    the notice (no connection, a time limit, "too many"), the channel pauses, and its notices wait
    without an attempt being counted: a server that hangs costs one time limit, not one per notice.

    Nothing is sent in a country's quiet hours. Roles that would be notified of every path get one
    digest a day: one notice with all that was recorded for them, whose key is made of theirs.

    Sweep and relay share only the table: a transition never waits for a mail.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final, Self

from lazsa_flow.errors import DeliveryError, ReplacedError
from lazsa_flow.lifecycle.stored_recipients import REVIEWERS, recipient_class
from lazsa_flow.logs import log
from lazsa_flow.notices.digests import DIGESTED, digest_key
from lazsa_flow.notices.drained import Drained as Drained
from lazsa_flow.notices.faults import catch_delivery_error, check_sent
from lazsa_flow.notices.pacing import Pacing

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Mapping, Sequence
    from random import Random

    from lazsa_flow.clock import Clock
    from lazsa_flow.engine.outbox_values import Claimed, Waiting
    from lazsa_flow.lifecycle.contact import Contact
    from lazsa_flow.lifecycle.policy import Country
    from lazsa_flow.notices.compose import Composer
    from lazsa_flow.notices.ports import Channel, Letter, Outbox
    from lazsa_flow.notices.settings import Deployment

BATCH: Final = 100
_REVIEWER: Final = "reviewer:"
HEARTBEAT: Final = timedelta(minutes=1)
"""How often a relay records that it is at work."""
LOOK_S: Final = 5.0
"""How often an idle relay polls, so that new notices are sent soon."""


class Relay:
    """Drains an outbox through channels. Not thread-safe; any number may run at once.

    Args:
        outbox: The notices that wait to be sent.
        composer: Puts it into words.
        channels: By name; closed with the relay.
        deployment: Channels, routes and retries.
        countries: By code.
        clock: The present instant.
        random: Of the jitter.
        refresh: Returns the present countries before each round; without it they stay as given.
        heartbeat: Records that a relay is at work; called once a minute.
    """

    def __init__(
        self,
        outbox: Outbox,
        composer: Composer,
        channels: Mapping[str, Channel],
        deployment: Deployment,
        countries: Mapping[str, Country],
        clock: Clock,
        *,
        random: Random,
        refresh: Callable[[], Mapping[str, Country]] | None = None,
        heartbeat: Callable[[datetime], None] = lambda at: None,
    ) -> None:
        self._refresh = refresh
        self._heartbeat = heartbeat
        self._beaten_at: datetime | None = None
        self._outbox = outbox
        self._composer = composer
        self._channels = channels
        self._deployment = deployment
        self._countries = countries
        self._clock = clock
        self._pacing = Pacing(deployment, random)
        self._lease = timedelta(seconds=deployment.notices.lease_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all channels, even if one of them raises."""
        for name, channel in self._channels.items():
            fault = catch_delivery_error(partial(_close_channel, channel))
            if fault is not None:
                log.warning("channel.failed", channel=name, error=fault.code)

    def drain(self, stopping: Callable[[], bool] = lambda: False) -> Drained:
        """Send all that may be sent now, and return what became of it.

        Args:
            stopping: Asked before each notice; ``True`` gives back what has not been sent.
        """
        total = Drained()
        while not stopping():
            self._beat()
            if self._refresh is not None:
                self._countries = self._refresh()
            done = self._digests() + self._batch(stopping)
            total += done
            if not done.total:
                break
        if total.total:
            log.info(
                "relay.drained",
                delivered=total.delivered,
                failed=total.failed,
                parked=total.parked,
                postponed=total.postponed,
                withheld=total.withheld,
            )
        return total

    def run(self, stop: threading.Event, *, beat: Callable[[], None] = lambda: None) -> None:
        """Send notices as they arrive, until ``stop`` is set.

        After any error, such as a database that cannot be reached, it tries again.

        Args:
            stop: Set it to end.
            beat: Called before each notice, and at each look.
        """

        def stopping() -> bool:
            beat()
            return stop.is_set()

        while not stopping():
            try:
                self.drain(stopping)
            except ReplacedError:
                raise  # for good: the supervisor restarts this process
            except Exception as error:
                log.error("relay.failed", error=type(error).__name__)
            stop.wait(LOOK_S)

    def _beat(self) -> None:
        """Record that this relay is at work, once a minute."""
        now = self._clock.now()
        if self._beaten_at is None or abs(now - self._beaten_at) >= HEARTBEAT:
            self._heartbeat(now)
            self._beaten_at = now

    # -- one by one

    def _batch(self, stopping: Callable[[], bool]) -> Drained:
        now = self._clock.now()
        claimed = self._outbox.claim(now, now + self._lease, BATCH, without=DIGESTED)
        later: dict[datetime, list[Claimed]] = defaultdict(list)
        ready = []
        for notice in claimed:
            at = self._not_before(notice, now)
            if at is None or at <= now:
                ready.append(notice)
            else:
                later[at].append(notice)
        done = self._send_each(ready, later, stopping) if ready else Drained()
        for at, notices in later.items():
            self._outbox.postpone(notices, at)
        return done + Drained(postponed=sum(map(len, later.values())))

    def _send_each(
        self,
        ready: Sequence[Claimed],
        later: dict[datetime, list[Claimed]],
        stopping: Callable[[], bool],
    ) -> Drained:
        """Send notices one by one; what is not sent after all is put with the later ones."""
        ready, done = self._withhold(ready)
        through = {each.key: self._channel(each.to, each.path.country) for each in ready}
        asking = [each for each in ready if self._needs_contact(through[each.key]) is True]
        contacts = catch_delivery_error(lambda: self._composer.contacts(asking))
        if isinstance(contacts, DeliveryError):
            later[self._clock.now()] += [each for each in ready if each not in asking]
            return done + self._failed(asking, contacts)
        until = self._clock.now() + self._lease / 2
        # all at once: between two conversations each would take a processor twice as long
        letters = [
            catch_delivery_error(partial(self._letter, each, through[each.key], contacts))
            for each in ready
        ]
        for number, (notice, letter) in enumerate(zip(ready, letters, strict=True)):
            self._beat()
            now = self._clock.now()
            if stopping() or now >= until:
                later[now] += ready[number:]
                break
            name = through[notice.key]
            at = self._pacing.free_at(name, now)
            if at > now:
                later[at].append(notice)
            else:
                done += self._deliver([notice], name, letter)
        return done

    def _withhold(self, notices: Sequence[Claimed]) -> tuple[list[Claimed], Drained]:
        """Look notices up, and take out what is no longer true; return the others."""
        self._composer.look_up(notices)
        rest: list[Claimed] = []
        gone: list[Claimed] = []
        for notice in notices:
            applies = catch_delivery_error(partial(self._composer.applies, notice))
            (gone if applies is False else rest).append(notice)
        if gone:
            self._outbox.withdraw(gone)
        for notice in gone:
            log.info("notice.withheld", key=notice.key, kind=notice.kind)
        return rest, Drained(withheld=len(gone))

    def _not_before(self, notice: Claimed, now: datetime) -> datetime | None:
        """Return until when a notice has to wait: for quiet hours to end, its channel to rest."""
        country = self._countries.get(notice.path.country)
        if country is None:
            return None  # to fail with a name, when it is put into words
        rested = self._pacing.free_at(self._channel(notice.to, country.code), now)
        return country.hours.free_from(max(now, rested))

    def _letter(self, notice: Claimed, name: str, contacts: Mapping[str, Contact | None]) -> Letter:
        needs_contact = self._needs_contact(name)
        if isinstance(needs_contact, DeliveryError):
            raise needs_contact
        return self._composer.letter(
            notice, contacts, needs_contact=needs_contact, at=self._clock.now()
        )

    def _needs_contact(self, name: str) -> bool | DeliveryError:
        return catch_delivery_error(lambda: bool(self._channels[name].needs_contact))

    def _channel(self, to: str, country: str) -> str:
        return self._deployment.channel_for(country, recipient_class(to))

    # -- digests

    def _digests(self) -> Drained:
        """Send each digest whose hour has come; let what belongs to later ones wait for them."""
        now = self._clock.now()
        groups: dict[tuple[str, str, datetime], list[Waiting]] = defaultdict(list)
        for waiting in self._outbox.waiting(now, DIGESTED):
            country = self._countries.get(waiting.country)
            due = country.hours.digest_after(waiting.created_at) if country else now
            if waiting.to.startswith(_REVIEWER):
                due = max(due, now)  # late notices are part of today's digest
            groups[waiting.country, waiting.to, due].append(waiting)
        done = Drained()
        for (country_code, to, due), group in groups.items():
            at = max(due, self._pacing.free_at(self._channel(to, country_code), now))
            if at > now:
                self._outbox.postpone(group, at)
                done += Drained(postponed=len(group))
            elif to == REVIEWERS:
                done += self._address([each.key for each in group], now)
            else:
                done += self._digest([each.key for each in group], due, now)
        return done

    def _address(self, keys: Sequence[str], now: datetime) -> Drained:
        """Put a notice for each reviewer whose card is missing in place of one for them all."""
        taken = self._outbox.take(keys, now, now + self._lease)
        if not taken:
            return Drained()  # another relay has it
        missing = self._composer.reviewers_missing(taken)
        to = {key: [f"{_REVIEWER}{each}" for each in ids] for key, ids in missing.items()}
        self._outbox.address(taken, to, now)
        nobody = sum(not to.get(notice.key) for notice in taken)
        return Drained(postponed=len(taken) - nobody, withheld=nobody)

    def _digest(self, keys: Sequence[str], due: datetime, now: datetime) -> Drained:
        taken = self._outbox.take(keys, now, now + self._lease)
        if not taken:
            return Drained()  # another relay has it
        ready, done = self._withhold(taken)
        if not ready:
            return done
        name = self._channel(ready[0].to, ready[0].path.country)
        needs_contact = self._needs_contact(name)
        if isinstance(needs_contact, DeliveryError):
            return done + self._failed(ready, needs_contact, name)
        write = partial(self._composer.digest, ready, digest_key(ready, due), at=now)
        letter = catch_delivery_error(lambda: write(needs_contact=needs_contact))
        return done + self._deliver(ready, name, letter)

    # -- what becomes of them

    def _deliver(
        self, notices: Sequence[Claimed], name: str, letter: Letter | DeliveryError
    ) -> Drained:
        """Send one letter through a channel, and mark its notices immediately."""
        if isinstance(letter, DeliveryError):
            return self._failed(notices, letter, name)
        sent = replace(letter, sent_at=self._clock.now())
        fault = catch_delivery_error(partial(_send_letter, self._channels[name], sent))
        if fault is not None:
            return self._failed(notices, fault, name)
        now = self._clock.now()
        self._outbox.delivered(notices, name, now)
        self._pacing.sent(name, now)
        return Drained(delivered=len(notices))

    def _failed(
        self, notices: Sequence[Claimed], error: DeliveryError, channel: str = ""
    ) -> Drained:
        now = self._clock.now()
        if error.rests:
            self._pacing.rest(channel, now, error.after_s)
        counts = {"failed": 0, "parked": 0}
        for notice in notices:
            attempts = notice.attempts + 1
            parked = error.permanent or attempts >= self._deployment.notices.attempts
            again_at = None if parked else self._pacing.again_at(now, attempts, error.after_s)
            self._outbox.failed([notice], error.code, again_at)
            counts["parked" if parked else "failed"] += 1
            about = {"key": notice.key, "kind": notice.kind, "channel": channel}
            if parked:
                log.error("notice.parked", **about, error=error.code, attempts=attempts)
            else:
                log.warning("notice.failed", **about, error=error.code, attempts=attempts)
        return Drained(**counts)


def _send_letter(channel: Channel, letter: Letter) -> None:
    send: Callable[[Letter], object] = channel.send  # a host's may return anything
    check_sent(send(letter))


def _close_channel(channel: Channel) -> None:
    channel.close()
