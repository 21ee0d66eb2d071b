"""Whatever a channel, a resolver or a template raises or returns fails one notice, and no more."""

from __future__ import annotations

import asyncio
import math
import random
import threading
from collections import UserDict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine.outbox_values import Claimed
from lazsa_flow.errors import DeliveryError, NotFoundError
from lazsa_flow.lifecycle.contact import Contact
from lazsa_flow.notices import web
from lazsa_flow.notices.compose import Composer
from lazsa_flow.notices.faults import LONGEST_CODE, check_sent, fault_of, least_wait_s
from lazsa_flow.notices.pacing import Pacing
from lazsa_flow.notices.ports import NoticeContext
from lazsa_flow.notices.relay import Drained, Relay
from lazsa_flow.notices.render import Rendered
from lazsa_flow.notices.settings import ChannelSettings, Deployment, NoticeSettings
from tests.factories import country, noon, path, utc
from tests.strange import ACCEPTED, ANYTHING, REFUSED, Hostile

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from lazsa_flow.notices.ports import Letter

NOW = noon(utc(2026, 10, 1).date())
LONGEST = timedelta(hours=1)


@dataclass
class FakeOutbox:
    """An outbox in memory: what may be tried when, attempts and codes, by key."""

    clock: VirtualClock
    notices: dict[str, Claimed] = field(default_factory=dict)
    next_at: dict[str, datetime] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    parked: set[str] = field(default_factory=set)
    delivered_through: dict[str, str] = field(default_factory=dict)

    def put(self, key: str, to: str) -> None:
        """Put a notice in."""
        self.next_at[key] = NOW
        self.notices[key] = Claimed(key, "awarded", to, path(), None, {}, NOW, NOW, 0)

    def claim(
        self, now: datetime, until: datetime, limit: int, *, without: Collection[str] = ()
    ) -> Sequence[Claimed]:
        """Take what may be tried."""
        found = [
            each
            for key, each in self.notices.items()
            if key not in self.parked and self.next_at[key] <= now and each.to not in without
        ]
        self.next_at.update({each.key: until for each in found})
        return found[:limit]

    def waiting(self, now: datetime, to: Collection[str]) -> list[Any]:
        """Return nothing: no digests here."""
        return []

    def postpone(self, notices: Collection[Any], at: datetime) -> None:
        """Let them wait."""
        self.next_at.update({each.key: at for each in notices})

    def delivered(self, notices: Collection[Claimed], channel: str, at: datetime) -> None:
        """Take them out."""
        for each in notices:
            del self.notices[each.key]
            self.delivered_through[each.key] = channel

    def failed(self, notices: Collection[Claimed], error: str, again_at: datetime | None) -> None:
        """Count an attempt, as a database would: the code is a short text that can be stored."""
        assert type(error) is str
        assert 0 < len(error.encode()) <= LONGEST_CODE
        assert error.isascii()
        assert error.isprintable()
        for each in notices:
            self.notices[each.key] = replace(each, attempts=each.attempts + 1)
            self.errors[each.key] = error
            if again_at is None:
                self.parked.add(each.key)
            else:
                assert self.clock.now() <= again_at <= self.clock.now() + LONGEST
                self.next_at[each.key] = again_at


class Fine:
    """A channel that takes everything."""

    needs_contact: Any = False

    def send(self, letter: Letter) -> Any:
        """Take it."""

    def close(self) -> Any:
        """Do nothing."""


@dataclass
class Odd(Fine):
    """A channel that behaves as it is told."""

    raises: BaseException | None = None
    returns: Any = None

    def send(self, letter: Letter) -> Any:
        """Behave."""
        if self.raises is not None:
            raise self.raises
        return self.returns

    def close(self) -> Any:
        """Behave."""
        return self.send(None)  # type: ignore[arg-type]


class Words:
    """Words of every kind, but for those that raise."""

    def __init__(self, raises: BaseException | None = None) -> None:
        self.raises = raises

    def team(self, country: str, locale: str) -> str:
        """Return the team's name."""
        return "Team"

    def notice(self, matter: NoticeContext, locale: str, name: str = "") -> Rendered:
        """Render it, or raise."""
        if self.raises is not None and matter.kind == "odd":
            raise self.raises
        return Rendered(locale, "Hello", "Hello", "<p>Hello")


class Desk:
    """Knows what every notice is about."""

    def look_up(self, notices: Sequence[Claimed]) -> None:
        """Read nothing."""

    def matter(self, notice: Claimed) -> NoticeContext:
        """Return what it is about."""
        return NoticeContext(notice.kind, "award-1", "seller-1", country("SG"), NOW.date())


class Stage:
    """A relay with an odd channel for sellers and a sound one for the team."""

    def __init__(self, odd: Any, *, resolver: Any = None, words: Any = None) -> None:
        self.clock = VirtualClock(NOW)
        self.outbox = FakeOutbox(self.clock)
        for key, to in (("a-1", "seller"), ("a-2", "team"), ("a-3", "seller"), ("a-4", "team")):
            self.outbox.put(key, to)
        channels = {name: ChannelSettings(kind=name) for name in ("odd", "fine")}
        everywhere: Any = dict.fromkeys(
            ("nominators", "panel", "country_lead", "team", "group"), "fine"
        )
        settings = NoticeSettings(attempts=3, longest_retry_s=3600)
        desk: Any = Desk()
        spoken: Any = words or Words()
        self.relay = Relay(
            self.outbox,  # type: ignore[arg-type]
            Composer(desk, resolver or (lambda ids: {}), spoken),
            {"odd": odd, "fine": Fine()},
            Deployment(
                channels=channels,
                routes={"all": {**everywhere, "seller": "odd"}},
                notices=settings,
            ),
            {"SG": country("SG")},
            self.clock,
            random=random.Random(1),
        )

    def drain(self, times: int = 12) -> Drained:
        """Let the relay send what it may, again and again, in the course of some days."""
        total = Drained()
        for _ in range(times):
            total += self.relay.drain()
            self.clock.move_to(self.clock.now() + 2 * LONGEST)
        return total

    def check_others(self) -> None:
        """Make sure that the other channel's notices have gone out."""
        assert self.outbox.delivered_through.get("a-2") == "fine"
        assert self.outbox.delivered_through.get("a-4") == "fine"


class Missing(DeliveryError):
    """A host's own fault, which lacks what every one of them has."""

    def __init__(self) -> None:
        Exception.__init__(self, "someone@example.org")


EXCEPTIONS: list[BaseException] = [
    RuntimeError("someone@example.org"),
    OverflowError(),
    RecursionError(),
    MemoryError(),
    UnicodeEncodeError("utf-8", "\ud800", 0, 1, "no"),
    asyncio.CancelledError(),
    GeneratorExit(),
    StopIteration(),
    BaseException("odd"),
    type("E\x1b" + "x" * 500, (Exception,), {})(),
    type("Überlauf", (Exception,), {})(),
    NotFoundError("words", "x"),
    Missing(),
    DeliveryError("x" * 5000),
    DeliveryError(""),
    DeliveryError("line\nbreak\x1b[2J"),
    DeliveryError(None),  # type: ignore[arg-type]
    DeliveryError(b"code"),  # type: ignore[arg-type]
    DeliveryError("odd", permanent=Hostile()),  # type: ignore[arg-type]
    DeliveryError("odd", rests=Hostile()),  # type: ignore[arg-type]
]
WAITS: list[Any] = [
    1_000_000_000_000,
    10**5000,
    -(10**5000),
    315_360_000,
    1e308,
    math.inf,
    -math.inf,
    math.nan,
    -1,
    True,
    Decimal("1E+999999"),
    Decimal("NaN"),
    Decimal("sNaN"),
    "soon",
    b"",
    None,
    timedelta(1),
    Hostile(),
]


@pytest.mark.parametrize("error", EXCEPTIONS, ids=lambda error: type(error).__name__[:9])
def test_whatever_a_channel_raises(error: BaseException) -> None:
    """The attempt is counted until the notice is parked; the relay and other channels go on."""
    stage = Stage(Odd(raises=error))
    stage.drain()
    stage.check_others()
    assert stage.outbox.parked == {"a-1", "a-3"}
    assert not any("someone" in code for code in stage.outbox.errors.values())


@pytest.mark.parametrize("rests", [True, False])
@pytest.mark.parametrize("number", range(len(WAITS)))
def test_however_long_the_other_side_asks_for(number: int, rests: bool) -> None:
    """A notice, and a channel that rests, wait no longer than the longest pause."""
    after_s = WAITS[number]
    stage = Stage(Odd(raises=DeliveryError("http_429", after_s=after_s, rests=rests)))
    stage.drain()
    stage.check_others()
    assert stage.outbox.parked == {"a-1", "a-3"}


@pytest.mark.parametrize("name", [*REFUSED, *ACCEPTED])
def test_whatever_a_channel_returns(name: str) -> None:
    """What was handed over was handed over, whatever comes back, but for an exception."""
    returns = REFUSED[name]() if name in REFUSED else ACCEPTED[name][0]
    stage = Stage(Odd(returns=returns))
    stage.drain()
    stage.check_others()
    assert stage.outbox.parked == ({"a-1", "a-3"} if name == "an exception" else set())
    stage.relay.close()


def test_a_channel_that_is_a_coroutine() -> None:
    """What is never awaited was never sent, and is not marked as delivered."""

    class Later(Fine):
        async def send(self, letter: Letter) -> None:
            """Send it when somebody waits for it."""

    stage = Stage(Later())
    stage.drain()
    assert stage.outbox.errors["a-1"] == "channel_is_async"
    assert stage.outbox.parked == {"a-1", "a-3"}


def test_a_fault_that_is_returned_counts_as_one_that_is_raised() -> None:
    """Somebody forgot to raise it; the notice was not sent."""
    with pytest.raises(DeliveryError, match="smtp_451"):
        check_sent(DeliveryError("smtp_451"))


@pytest.mark.parametrize("make", [Hostile, lambda: "yes", lambda: None])
def test_whether_a_channel_needs_contacts(make: Any) -> None:
    """A channel that cannot say it fails its own notices alone."""

    class Unsure(Fine):
        @property
        def needs_contact(self) -> Any:
            """Say what it is told to."""
            return make()

    stage = Stage(Unsure())
    stage.drain()
    stage.check_others()


@pytest.mark.parametrize("error", EXCEPTIONS, ids=lambda error: type(error).__name__[:9])
def test_whatever_a_template_raises(error: BaseException) -> None:
    """A notice without words is parked by the name of what was raised; others go on."""
    stage = Stage(Fine(), words=Words(error))
    notice = stage.outbox.notices["a-1"]
    stage.outbox.notices["a-1"] = replace(notice, kind="odd")
    stage.drain()
    stage.check_others()
    assert stage.outbox.parked == {"a-1"}


class Asking(Fine):
    """A channel that must know how a person is reached."""

    needs_contact = True


@pytest.mark.parametrize("error", EXCEPTIONS, ids=lambda error: type(error).__name__[:9])
def test_whatever_a_resolver_raises(error: BaseException) -> None:
    """Its notices are counted and parked; those that need no contact go out."""

    def resolve(ids: Collection[str]) -> Any:
        raise error

    stage = Stage(Asking(), resolver=resolve)
    stage.drain()
    stage.check_others()
    assert stage.outbox.parked == {"a-1", "a-3"}
    assert not any("someone" in code for code in stage.outbox.errors.values())


class Torn(Contact):
    """A contact that cannot be read."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


def bare(**fields: Any) -> Contact:
    """Return a contact that was made around its own checks."""
    made = object.__new__(Contact)
    for name, value in {"address": "a@example.org", "name": "", "locale": None, **fields}.items():
        object.__setattr__(made, name, value)
    return made


@pytest.mark.parametrize("name", [*REFUSED, *ACCEPTED])
def test_whatever_a_resolver_returns(name: str) -> None:
    """As a whole, and for one person: that person's notices fail, nobody else's."""
    make = REFUSED.get(name) or (lambda: ACCEPTED[name][0])
    for resolve in (lambda ids: make(), lambda ids: dict.fromkeys(ids, make())):
        stage = Stage(Asking(), resolver=resolve)
        stage.drain()
        stage.check_others()
        assert stage.outbox.parked == {"a-1", "a-3"}


CONTACTS: list[Any] = [
    bare(address="x\r\nBcc: thief@example.org"),
    bare(address=None),
    bare(address=b"a@example.org"),
    bare(name="A\r\nB"),
    bare(name=7),
    bare(locale="../../etc"),
    object.__new__(Contact),
    object.__new__(Torn),
]


@pytest.mark.parametrize("number", range(len(CONTACTS)))
def test_a_contact_is_checked_again(number: int) -> None:
    """One that was made around its own checks becomes no header and no file's name."""
    contact, others = CONTACTS[number], Contact("b@example.org")
    sent: list[Letter] = []

    class Keeping(Asking):
        def send(self, letter: Letter) -> Any:
            """Keep it."""
            sent.append(letter)

    stage = Stage(
        Keeping(),
        resolver=lambda ids: {each: contact if each == "seller-1" else others for each in ids},
    )
    other = stage.outbox.notices["a-3"]
    stage.outbox.notices["a-3"] = replace(other, path=path(subject="seller-2"))
    stage.drain()
    stage.check_others()
    assert stage.outbox.parked == {"a-1"}
    assert stage.outbox.errors["a-1"] == "resolver_contact"
    assert [letter.contact for letter in sent] == [others]


def test_a_mapping_of_another_class() -> None:
    """A resolver may return any mapping, and is handed ids that it cannot change."""
    asked: list[Any] = []

    def resolve(ids: Collection[str]) -> Any:
        asked.append(ids)
        found = UserDict(dict.fromkeys(ids, Contact("a@example.org")))
        return type("Own", (dict,), {})(found)

    stage = Stage(Asking(), resolver=resolve)
    assert stage.drain().delivered == 4
    assert type(asked[0]) is frozenset


def test_a_relay_that_runs_outlives_what_nobody_foresaw(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged by its name, and the next look goes on."""
    stage = Stage(Fine())
    stop = threading.Event()
    looks = iter([LookupError("x"), OverflowError(), None])

    def claim(*_: Any, **__: Any) -> list[Claimed]:
        error = next(looks)
        if error is not None:
            raise error
        stop.set()
        return []

    stage.outbox.claim = claim  # type: ignore[method-assign]
    stop.wait = lambda timeout=None: stop.is_set()  # type: ignore[method-assign]
    stage.relay.run(stop)
    assert stop.is_set()


def test_what_ends_a_process_ends_the_relay() -> None:
    """An interrupt is no fault of a channel's."""
    for error in (KeyboardInterrupt(), SystemExit()):
        with pytest.raises(type(error)):
            Stage(Odd(raises=error)).drain()


def test_a_relay_closes_every_channel() -> None:
    """Whatever closing one of them raises."""
    closed = []

    class Closing(Fine):
        def close(self) -> None:
            """Note it, and raise."""
            closed.append(self)
            raise RuntimeError

    stage = Stage(Closing())
    stage.relay._channels = {"one": Closing(), "two": Closing()}
    with stage.relay:
        pass
    assert len(closed) == 2


def test_a_channel_that_fails_for_days_rests_no_longer() -> None:
    """The pause doubles up to the longest one, and no number grows without end."""
    pacing = Pacing(Deployment(), random.Random(1))
    for _ in range(5000):
        pacing.rest("files", NOW, None)
    assert pacing.free_at("files", NOW) <= NOW + LONGEST


@given(ANYTHING)
def test_any_wait(after_s: Any) -> None:
    """What the other side asks for is a number of seconds between none and the longest pause."""
    least = least_wait_s(after_s, 3600)
    assert type(least) is float
    assert 0 <= least <= 3600


@given(
    st.one_of(
        st.text(),
        st.integers(0).map(str),
        st.integers(0, 400).map(lambda digits: "9" * digits),
        st.datetimes().map(lambda at: at.strftime("%a, %d %b %Y %H:%M:%S GMT")),
        st.sampled_from(
            ["Fri, 31 Dec 9999 23:59:59 GMT", "Fri, 31 Dec 99999 23:59:59 GMT", "٣", "1e9", "-5"]
        ),
    ),
    st.sampled_from(
        [None, "Thu, 01 Apr 2027 00:00:00 GMT", "Mon, 01 Jan 0001 00:00:00 +2359", "x"]
    ),
)
def test_any_header(retry_after: str, date: str | None) -> None:
    """Whatever a server says in ``Retry-After``, the wait is within reason."""
    headers = {"retry-after": retry_after, **({"date": date} if date else {})}
    seconds = web._retry_after(headers)
    assert 0 <= least_wait_s(seconds, 3600) <= 3600


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_any_fault(code: Any, permanent: Any, after_s: Any, rests: Any) -> None:
    """Whatever the fields of a host's fault hold, what is kept of it can be stored and compared."""
    fault = fault_of(DeliveryError(code, permanent=permanent, after_s=after_s, rests=rests))
    assert type(fault.code) is str
    assert 0 < len(fault.code) <= LONGEST_CODE
    assert fault.code.isascii()
    assert (type(fault.permanent), type(fault.rests)) == (bool, bool)
