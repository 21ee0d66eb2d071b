"""How what was put into the outbox reaches people: when, through what, how often, and who not.

The relay on a real database and a virtual clock, through a channel of a host's own.
"""

from __future__ import annotations

import logging
import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.errors import ConfigError, DeliveryError, InputError, NotFoundError
from lazsa_flow.lifecycle.contact import Contact
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.notices.settings import ChannelSettings, Deployment, NoticeSettings
from tests.factories import country_text, midnight, noon
from tests.integration.world import APRIL, DUE, OCTOBER, OTHER, SELLER, World

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path as FilePath

    from lazsa_flow.notices.ports import Letter
    from lazsa_flow.notices.relay import Drained, Relay

OPERATOR = Actor("operator", "op-1")
HOUR = timedelta(hours=1)


@dataclass
class Recorder:
    """A channel that keeps what it is sent, or fails as it is told.

    Attributes:
        faults: What to raise for the next letters, oldest first; ``None`` accepts.
    """

    needs_contact: bool = False
    letters: list[Letter] = field(default_factory=list)
    faults: list[Exception | None] = field(default_factory=list)
    tried: int = 0
    closed: int = 0

    def send(self, letter: Letter) -> None:
        """Keep a letter, or fail."""
        self.tried += 1
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        self.letters.append(letter)

    def close(self) -> None:
        """Count it."""
        self.closed += 1

    @property
    def told(self) -> list[tuple[str, str]]:
        """Kind and recipient of each letter."""
        return [(letter.kind, letter.to) for letter in self.letters]


def contacts_of(ids: Collection[str]) -> Mapping[str, Contact]:
    """Resolve whoever is asked for."""
    return {each: Contact(f"{each}@example.org", each.upper()) for each in ids}


class Post:
    """A world's relay, kept open from one look to the next."""

    def __init__(self, world: World, **settings: Any) -> None:
        self.world = world
        self.channel = Recorder()
        self.settings = NoticeSettings(**settings)
        self._relay: Relay | None = None

    def open(self, resolver: Any = None, **channel: Any) -> Post:
        """Open the relay, with a channel of these settings."""
        deployment = Deployment(
            channels={"own": ChannelSettings(kind="own", **channel)}, notices=self.settings
        )
        programme = self.world.programme
        programme._runtime.config = replace(programme.config, deployment=deployment)
        self._relay = programme.open_relay(
            channels={"own": self.channel}, resolver=resolver, random=random.Random(7)
        )
        return self

    def drain(self, **options: Any) -> Drained:
        """Let the relay send what it may."""
        if self._relay is None:
            self.open()
        assert self._relay is not None
        return self._relay.drain(**options)

    def at(self, when: datetime | date) -> Drained:
        """Move the world's clock, timers and all, and let the relay send what it may."""
        self.world.go(when)
        return self.drain()

    @property
    def waiting(self) -> dict[str, tuple[int, str | None, bool]]:
        """Attempts, error and whether parked, of each notice in the outbox."""
        entries = self.world.programme.outbox()
        return {each.key: (each.attempts, each.error, each.parked) for each in entries}


@pytest.fixture
def post(world: World) -> Post:
    """The world's relay."""
    return Post(world)


def nominees(world: World, count: int) -> list[str]:
    """Nominate some sellers at noon of 10 February."""
    return [world.nominate(f"s{number + 1}") for number in range(count)]


class TestWhen:
    """At once, after quiet hours, and once a day."""

    def test_at_once(self, world: World, post: Post) -> None:
        """A nominee is told at once, and only once (programme.md, nomination)."""
        world.nominate()
        assert post.drain().delivered == 1
        assert post.drain().total == 0
        assert post.channel.told == [("nominated", "seller")]
        assert post.channel.letters[0].person == "s1"

    def test_not_in_quiet_hours(self, world: World, post: Post) -> None:
        """What is decided at midnight is told in the morning, and no attempt is counted (ours)."""
        world.candidate()
        post.at(midnight(APRIL) - HOUR * 12)
        post.channel.letters.clear()
        assert post.at(midnight(APRIL)).postponed == 2  # the team's digest comes at nine
        morning = midnight(APRIL) + HOUR * 8
        assert world.programme._runtime.store.outbox().next_at() == morning
        assert post.at(morning - timedelta(microseconds=1)).total == 0
        assert post.at(morning).delivered == 1
        assert post.channel.told == [("awarded", "seller")]

    def test_a_country_that_is_released_meanwhile(self, world: World, post: Post) -> None:
        """An open relay takes up a country's release with its next round: hours, title, mailbox."""
        world.nominate()
        assert post.drain().delivered == 1
        text = country_text("SG").replace('"Seller Ambassador"', '"Envoy"')
        text = text.replace('["21:00", "08:00"]', '["00:00", "23:00"]')
        world.programme.release_country(text, actor=Actor("manager", "m-1"))
        world.nominate("s2")
        assert post.drain().postponed == 1
        world.now(noon(date(2020, 2, 10)) + timedelta(hours=11))
        assert post.drain().delivered == 1
        assert "Envoy" in post.channel.letters[-1].text

    def test_the_panel_gets_one_digest_a_day(self, world: World, post: Post) -> None:
        """The panel is told of all nominees at once, at the hour of its digest, not one by one."""
        nominees(world, 3)
        post.drain()
        post.channel.letters.clear()
        opened = date(2020, 3, 2)
        post.at(midnight(opened) + HOUR * 9 - timedelta(microseconds=1))
        assert post.channel.letters == []
        post.at(midnight(opened) + HOUR * 9)
        assert post.channel.told == [("digest", "panel")]
        digest = post.channel.letters[0]
        assert all(f"s{number} (award-{number})" in digest.text for number in (1, 2, 3))
        assert digest.mailbox == "se-community.sg@example.com"
        assert digest.key.startswith("digest.SG.panel.2020-03-02.")
        counts = world.programme.deliveries()
        assert counts["review_opened", "panel", "SG"] == 3
        assert post.at(midnight(opened) + HOUR * 48).total == 0

    def test_a_digest_that_failed_is_the_same_again(self, world: World, post: Post) -> None:
        """A digest is repeated under the same key; what came after its hour is not in it."""
        nominees(world, 2)
        post.drain()
        post.channel.faults = [DeliveryError("http_500")]
        nine = midnight(date(2020, 3, 2)) + HOUR * 9
        assert post.at(nine).failed == 2
        post.at(nine + HOUR)
        late = post.channel.letters[-1]
        assert late.key.startswith("digest.SG.panel.2020-03-02.")
        assert (late.kind, late.to) == ("digest", "panel")
        assert post.waiting == {}

    def test_reminders_reach_panel_and_lead(self, world: World, post: Post) -> None:
        """In grace panel and country lead are reminded thrice each, by digest ("Tenure")."""
        world.renewing(cards=0)
        post.drain()
        post.channel.letters.clear()
        while world.clock.now() < noon(date(2021, 5, 2)):
            post.at(world.clock.now() + HOUR * 6)
        reminders = [each for each in post.channel.letters if each.kind == "digest"]
        reminders = [each for each in reminders if each.to not in ("reviewers", "team")]
        assert sorted(each.to for each in reminders) == ["country_lead"] * 3 + ["panel"] * 3
        assert all("grace ends on 30 April 2021" in each.text for each in reminders)


class TestWhat:
    """The words are those of the moment that is told of."""

    def test_however_late(self, world: World, post: Post) -> None:
        """A notice that comes late tells what was decided then, not what holds now."""
        world.renewing()
        world.go(DUE)
        post.drain()
        texts = {letter.kind: letter.text for letter in post.channel.letters}
        assert "falls due for renewal on 1 April 2021" in texts["awarded"]
        assert "again on 1 April 2022" in texts["renewed"]
        assert "renewal_due" not in texts

    def test_a_date_that_has_changed(self, world: World, post: Post) -> None:
        """What leaves late tells the date that stands, and the change itself once."""
        sitting = world.ambassador()
        nominee = world.nominate("s2")
        world.go(date(2020, 4, 5))
        manager = Actor("manager", "man-1")
        for cycle in (OCTOBER, DUE):
            world.programme.suspend_cycle("SG", cycle, actor=manager)
        assert {world.path(ref).cycle_on for ref in (sitting, nominee)} == {date(2021, 10, 1)}
        post.at(date(2020, 4, 6))
        told: dict[str, list[str]] = {}
        for letter in post.channel.letters:
            told.setdefault(letter.kind, []).append(letter.text)
        assert "due for renewal on 1 October 2021" in told["awarded"][0]
        assert ["1 October 2021" in text for text in told["nominated"]] == [False, True]
        for kind in ("candidacy_rescheduled", "renewal_rescheduled"):
            (text,) = told[kind]
            assert "1 October 2021" in text
        assert not any("2020" in text for text in told["nominated"])
        assert "round opens, on 1 September 2021" in told["renewal_rescheduled"][0]

    def test_a_date_that_is_over(self, world: World, post: Post) -> None:
        """Who was decided meanwhile is promised no date; the decision itself is told."""
        world.renewing(cards=2)
        world.go(date(2021, 4, 10)).score("award-1", 2)
        world.go(date(2021, 4, 11))
        post.drain()
        texts = {letter.kind: letter.text for letter in post.channel.letters}
        assert "announced on" not in texts["nominated"]
        assert "before that day" not in texts["nominated"]
        assert "renewal_due" not in texts
        assert "again on 1 April 2022" in texts["renewed"]

    def test_due_in_grace(self, world: World, post: Post) -> None:
        """While grace runs, the date by which it is decided is told."""
        world.renewing(cards=2)
        world.go(date(2021, 4, 10))
        post.drain()
        texts = {letter.kind: letter.text for letter in post.channel.letters}
        assert "by 30 April 2021" in texts["renewal_due"]

    def test_a_refusal_explains_itself(self, world: World, post: Post) -> None:
        """Who is not selected sees bar, own figure, date and appeal, and no score ("Tenure")."""
        path = world.nominate()
        world.go(date(2020, 3, 20)).panel(path, score=1)
        world.facts(as_of=date(2020, 3, 21), chat_response_rate=None)
        post.at(APRIL)
        text = post.channel.letters[-1].text
        assert post.channel.letters[-1].kind == "not_selected"
        assert "We did not have a figure for your response rate on chat." in text
        assert "The panel's overall judgement did not reach the bar." in text
        assert "21 March 2020" in text
        assert "until 1 May 2020" in text
        assert "rev-" not in text

    def test_others_and_oneself(self, world: World, post: Post) -> None:
        """A nominee is told whether others nominated them, and how many, but not who."""
        world.nominate(actor=SELLER)
        post.drain()
        assert "Your nomination of yourself" in post.channel.letters[0].text
        world.nominate(actor=OTHER)
        post.drain()
        text = post.channel.letters[1].text
        assert "Nominations so far: 2." in text
        assert "emp-2" not in text

    def test_nominators_hear_of_a_withdrawal(self, world: World, post: Post) -> None:
        """Each nominator is told alone, by their own contact."""
        post.channel.needs_contact = True
        post.open(contacts_of)
        path = world.nominate()
        world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee")
        post.drain()
        last = post.channel.letters[-1]
        assert (last.kind, last.to, last.person) == ("nominee_withdrew", "nominators", "emp-1")
        assert last.contact == Contact("emp-1@example.org", "EMP-1")

    def test_a_kind_without_words_is_parked(self, world: World, post: Post) -> None:
        """A notice that nobody has written is set aside at once, and named."""
        path = world.nominate()
        post.drain()
        with world.programme._runtime.store.begin() as transaction:
            transaction.add_notice(
                world.path(path), "award-1.x", "serenaded", "seller", world.clock.now()
            )
        assert post.drain().parked == 1
        assert post.waiting == {"award-1.x": (1, "error_NotFoundError", True)}


class TestFailures:
    """What fails comes again, and not for ever; what rests harms nobody."""

    def test_back_off(self, world: World, post: Post) -> None:
        """Pauses double, with jitter, up to the longest; attempts stand in the database."""
        post.settings = NoticeSettings(attempts=6, first_retry_s=60, longest_retry_s=400)
        world.nominate()
        post.channel.faults = [DeliveryError("smtp_451")] * 5
        pauses = []
        for _ in range(5):
            assert post.drain().failed == 1
            again_at = world.programme._runtime.store.outbox().next_at()
            assert again_at is not None
            pauses.append((again_at - world.clock.now()).total_seconds())
            world.now(again_at)
        shares = [p / whole for p, whole in zip(pauses, (60, 120, 240, 400, 400), strict=True)]
        assert all(0.5 <= share <= 1 for share in shares)
        assert len(set(shares)) == 5
        assert post.drain().delivered == 1

    def test_parked_after_the_limit(self, world: World, post: Post) -> None:
        """After as many failures as the deployment allows a notice waits for an operator."""
        post.settings = NoticeSettings(attempts=3)
        path = world.nominate()
        post.channel.faults = [DeliveryError("smtp_451")] * 3
        for _ in range(3):
            post.drain()
            world.now(world.clock.now() + HOUR)
        assert post.waiting == {f"{path}.1.1": (3, "smtp_451", True)}
        assert world.programme.retry_notices(actor=OPERATOR) == 1
        assert post.drain().delivered == 1

    def test_for_ever_is_parked_at_once(self, world: World, post: Post) -> None:
        """What would never be taken is set aside at once; the next notices go out."""
        nominees(world, 2)
        post.channel.faults = [DeliveryError("smtp_550", permanent=True)]
        done = post.drain()
        assert (done.parked, done.delivered) == (1, 1)
        with pytest.raises(NotFoundError, match=r"award-2\.1\.1"):
            world.programme.retry_notices(["award-1.1.1", "award-2.1.1"], actor=OPERATOR)

    def test_a_channel_that_rests_is_left_alone(self, world: World, post: Post) -> None:
        """Silence costs one attempt, not one a notice; what waits behind it counts none."""
        nominees(world, 20)
        post.channel.faults = [DeliveryError("smtp_timeout", rests=True)]
        done = post.drain()
        assert (done.failed, done.postponed, post.channel.tried) == (1, 19, 1)
        assert sorted(attempts for attempts, _, _ in post.waiting.values()) == [0] * 19 + [1]
        assert post.drain().total == 0
        world.now(world.clock.now() + HOUR)
        assert post.drain().delivered == 20

    def test_too_many_is_honoured(self, world: World, post: Post) -> None:
        """A channel rests for as long as the other side asks."""
        nominees(world, 3)
        post.channel.faults = [DeliveryError("http_429", after_s=600.0, rests=True)]
        post.drain()
        assert world.programme._runtime.store.outbox().next_at() == world.clock.now() + timedelta(
            minutes=10
        )

    def test_so_many_a_minute(self, world: World, post: Post) -> None:
        """No more goes through a channel in any minute than it may take."""
        post.open(per_minute=2)
        nominees(world, 5)
        delivered = []
        for _ in range(3):
            delivered.append(post.drain().delivered)
            world.now(world.clock.now() + timedelta(minutes=1))
        assert delivered == [2, 2, 1]
        assert all(attempts == 0 for attempts, _, _ in post.waiting.values())

    def test_whatever_a_hosts_channel_raises(self, world: World, post: Post) -> None:
        """A fault of a host's own code is a failure like any other, by its name alone."""
        path = world.nominate()
        post.channel.faults = [RuntimeError("s1@example.org")]
        post.drain()
        assert post.waiting == {f"{path}.1.1": (1, "error_RuntimeError", False)}

    def test_the_clock_of_the_programme_goes_on(self, world: World, post: Post) -> None:
        """A channel that fails all the time holds up no transition."""
        post.settings = NoticeSettings(attempts=100)
        post.channel.faults = [DeliveryError("smtp_timeout", rests=True)] * 1000
        path = world.candidate()
        post.drain()
        post.at(APRIL)
        assert world.state(path) == "awarded"
        assert post.channel.letters == []

    def test_told_to_stop(self, world: World, post: Post) -> None:
        """A relay that is told to stop gives back what it has not sent."""
        nominees(world, 5)
        stop = iter([False, False, False, True])
        assert post.drain(stopping=lambda: next(stop, True)).delivered == 2
        assert post.drain().delivered == 3
        assert len({letter.key for letter in post.channel.letters}) == 5

    def test_a_slow_server_outlasts_no_lease(self, world: World, post: Post) -> None:
        """A relay sends nothing on a lease that may end meanwhile; nothing is sent twice."""
        nominees(world, 4)
        slow = post.channel.send

        def send(letter: Letter) -> None:
            slow(letter)
            world.clock.move_to(world.clock.now() + timedelta(seconds=100))

        post.channel.send = send  # type: ignore[method-assign]
        assert post.drain().delivered == 4
        keys = [letter.key for letter in post.channel.letters]
        assert len(keys) == len(set(keys)) == 4


class TestWhom:
    """Contacts are held for the sending, and nowhere else."""

    @pytest.fixture
    def mailed(self, world: World, post: Post, tmp_path: FilePath) -> Callable[[str], None]:
        """Return what imports contacts, by a file's rows; the channel asks for them."""
        post.channel.needs_contact = True

        def import_(rows: str) -> None:
            file = tmp_path / "contacts.csv"
            file.write_text(f"seller_id,email,locale,name\n{rows}", "utf-8")
            world.programme.import_contacts(file)

        return import_

    def test_imported(self, world: World, post: Post, mailed: Callable[[str], None]) -> None:
        """A seller is reached by what was imported last, in their own locale, by their name."""
        mailed("s1,old@example.org,,\n")
        mailed("s1,budi@example.org,id,Budi\n")
        world.nominate()
        assert post.drain().delivered == 1
        letter = post.channel.letters[0]
        assert letter.contact == Contact("budi@example.org", "Budi", "id")
        assert letter.text.startswith("Yth. Budi,")

    def test_nobody_knows(self, world: World, post: Post, mailed: Callable[[str], None]) -> None:
        """Whose contact is not known is set aside at once, and told when it is."""
        path = world.nominate()
        assert post.drain().parked == 1
        assert post.waiting == {f"{path}.1.1": (1, "no_contact", True)}
        mailed("s1,budi@example.org,,\n")
        world.programme.retry_notices([f"{path}.1.1"], actor=OPERATOR)
        assert post.drain().delivered == 1

    def test_erased(self, world: World, post: Post, mailed: Callable[[str], None]) -> None:
        """With an erasure the contact goes too ("Versions and data")."""
        mailed("s1,budi@example.org,,Budi\n")
        world.facts()
        assert world.programme.erase("s1", actor=SELLER) == 1
        world.nominate()
        assert post.drain().parked == 1

    def test_held_nowhere(
        self,
        world: World,
        post: Post,
        mailed: Callable[[str], None],
        tmp_path: FilePath,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """An address stands in the erasable table alone: in no other row, no log, no error."""
        caplog.set_level(logging.DEBUG, logger="lazsa_flow")
        mailed("s1,budi@example.org,,Budi Santoso\n")
        path = world.nominate()
        world.programme.fire(path, "withdraw", actor=SELLER, reason="nominee")
        post.channel.faults = [None, RuntimeError("budi@example.org")]
        post.drain()
        with closing(sqlite3.connect(tmp_path / "lazsa.db")) as database:
            tables = [
                row[0]
                for row in database.execute("select name from sqlite_master where type = 'table'")
                if row[0] != "lazsa_texts"
            ]
            dump = "".join(str(database.execute(f"select * from {t}").fetchall()) for t in tables)
        assert "lazsa_outbox" in tables
        assert "budi@" not in dump + caplog.text
        assert "Santoso" not in dump + caplog.text
        assert "budi@" not in repr(post.channel.letters[0])

    def test_a_hosts_own_resolver(self, world: World, post: Post) -> None:
        """A host may know by itself how people are reached; it is asked for persons alone."""
        asked: list[set[str]] = []

        def resolve(ids: Collection[str]) -> Mapping[str, Contact]:
            asked.append(set(ids))
            return contacts_of(ids)

        post.channel.needs_contact = True
        post.open(resolve)
        nominees(world, 2)
        assert post.drain().delivered == 2
        assert asked == [{"s1", "s2"}]

    def test_a_resolver_that_fails(self, world: World, post: Post) -> None:
        """A resolver that is away fails the notices that need it, and they come again."""

        def resolve(ids: Collection[str]) -> Mapping[str, Contact]:
            raise ConnectionError

        post.channel.needs_contact = True
        post.open(resolve)
        path = world.nominate()
        assert post.drain().failed == 1
        assert post.waiting == {f"{path}.1.1": (1, "resolver_ConnectionError", False)}

    def test_who_needs_no_contact_asks_for_none(self, world: World, post: Post) -> None:
        """A channel that needs no address never sees one."""

        def resolve(ids: Collection[str]) -> Mapping[str, Contact]:
            raise AssertionError

        post.open(resolve)
        world.nominate()
        assert post.drain().delivered == 1
        assert post.channel.letters[0].contact is None


class TestProgramme:
    """The facade."""

    def test_in_one_call(self, world: World) -> None:
        """A host's loop sends what is due with one call, and the channels are closed after it."""
        world.nominate()
        channel = Recorder()
        assert world.programme.relay(channels={"own": channel}).delivered == 1
        assert channel.closed == 1

    def test_what_a_channel_returns_is_its_own_affair(self, world: World) -> None:
        """A channel that returns what its gateway said has accepted the letter all the same."""

        class Talkative(Recorder):
            def send(self, letter: Letter) -> Any:
                super().send(letter)
                return "queued as 17"

        world.nominate()
        assert world.programme.relay(channels={"own": Talkative()}).delivered == 1

    def test_a_letter_tells_when_it_is_sent(self, world: World) -> None:
        """Each letter carries the moment at which it leaves, however long others took before it."""

        class Slow(Recorder):
            def send(self, letter: Letter) -> None:
                super().send(letter)
                world.clock.move_to(letter.sent_at + timedelta(seconds=20))

        world.nominate()
        world.nominate("seller-2")
        channel = Slow()
        world.programme.relay(channels={"own": channel})
        first, second = (letter.sent_at for letter in channel.letters)
        assert second - first == timedelta(seconds=20)

    def test_channels_need_routes(self, world: World) -> None:
        """Several channels that are handed in need routes; the error says so."""
        with pytest.raises(ConfigError, match="a route for seller"):
            world.programme.open_relay(channels={"one": Recorder(), "two": Recorder()})

    def test_a_preview(self, world: World) -> None:
        """Any notice can be looked at, in a locale; what there is none of is named."""
        programme = world.programme
        assert "City Leader" in programme.preview_notice("awarded", locale="id").subject
        assert "Vietnam" in programme.preview_notice("renewed", country="VN").text
        assert "award-17" in programme.preview_notice("review_opened").text
        assert programme.preview_notice("awarded") == programme.preview_notice(
            "awarded", locale="en"
        )
        with pytest.raises(NotFoundError, match="serenaded"):
            programme.preview_notice("serenaded")
        with pytest.raises(NotFoundError, match="XX"):
            programme.preview_notice("awarded", country="XX")
        with pytest.raises(InputError, match="locale"):
            programme.preview_notice("awarded", locale="../../etc")
