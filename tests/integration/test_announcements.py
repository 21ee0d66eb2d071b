"""Announcements to ambassadors and members, once to each who has their perk when it leaves.

Source: programme.md, "The year between".
"""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.errors import (
    ConflictError,
    InputError,
    KeyReusedError,
    NotAllowedError,
    NotFoundError,
)
from lazsa_flow.lifecycle.model import Actor
from tests.factories import midnight
from tests.integration.test_relay import Recorder, contacts_of
from tests.integration.world import APRIL, EMPLOYEE, World

if TYPE_CHECKING:
    from lazsa_flow.award.commands.announcements import Announced
    from lazsa_flow.notices.ports import Letter

MANAGER = Actor("manager", "man-1")
TEAM = Actor("team", "team-SG", "SG")
TEXT = "The campaign begins on 11 November.\n\n- Sign up by 1 November."


def announce(world: World, **changes: Any) -> Announced:
    """Announce a campaign to both audiences, but for the changes."""
    given: dict[str, Any] = {
        "title": "The mega campaign",
        "text": TEXT,
        "link": "https://example.com/campaign",
        "audience": "both",
        "kind": "campaign",
        "actor": MANAGER,
        **changes,
    }
    return world.programme.announce(given.pop("title"), given.pop("text"), **given)


def told(announced: Announced) -> dict[str, str]:
    """Return as what each seller gets it."""
    return {each.seller: each.audience for each in announced.recipients}


def posted(world: World) -> list[Letter]:
    """Send what may be sent now, and return the announcements among it."""
    post = Recorder(needs_contact=True)
    world.programme.relay(channels={"post": post}, resolver=contacts_of)
    return [letter for letter in post.letters if letter.kind.startswith("announcement")]


@pytest.fixture
def peopled(world: World) -> World:
    """A world with a member of Reconnect, s1, a sitting ambassador, s2, and a candidate, s3."""
    world.member()
    for seller in ("s2", "s3"):
        world.facts(seller, date(2021, 4, 10))
    second = world.nominate("s2")
    world.go(date(2021, 9, 20)).facts("s2", date(2021, 9, 20)).panel(second)
    world.go(date(2021, 10, 1)).facts("s3", date(2021, 10, 1)).nominate("s3")
    posted(world)
    return world


class TestWho:
    """Each seller once, who has the perk that the kind asks for."""

    @pytest.mark.parametrize(
        ("kind", "audience", "expected"),
        [
            ("product_update", "ambassadors", {"s2": "ambassadors"}),
            ("product_update", "members", {}),
            ("event", "both", {"s2": "ambassadors"}),
            ("campaign", "ambassadors", {"s2": "ambassadors"}),
            ("campaign", "members", {"s1": "members"}),
            ("campaign", "both", {"s1": "members", "s2": "ambassadors"}),
            ("case_studies", "both", {"s2": "ambassadors"}),
        ],
    )
    def test_perks(
        self, peopled: World, kind: str, audience: str, expected: dict[str, str]
    ) -> None:
        """The perk decides; a candidate has none; a dry run tells the same and writes nothing."""
        asked = {"kind": kind, "audience": audience}
        foreseen = announce(peopled, **asked, dry_run=True)
        assert told(foreseen) == expected
        assert peopled.programme.announcements() == []
        assert announce(peopled, **asked) == foreseen
        letters = [each for each in posted(peopled) if each.kind == "announcement"]
        assert sorted(str(each.person) for each in letters) == sorted(expected)

    def test_country(self, peopled: World) -> None:
        """A team announces to its own country, a manager to one or all."""
        assert told(announce(peopled, actor=TEAM)) == {"s1": "members", "s2": "ambassadors"}
        assert told(announce(peopled, country="TH")) == {}
        (latest, _) = peopled.programme.announcements()
        assert latest.country == "TH"
        assert [each.country for each in peopled.programme.announcements(country="SG")] == ["SG"]
        for refused in ({"actor": TEAM, "country": "TH"}, {"actor": EMPLOYEE}):
            with pytest.raises(NotAllowedError):
                announce(peopled, **refused)
        with pytest.raises(NotFoundError):
            announce(peopled, country="XX")

    def test_overdue_first(self, peopled: World) -> None:
        """Timers that are overdue fire first: who has retired by them is not written to."""
        peopled.now(date(2022, 12, 1))
        assert "s2" not in told(announce(peopled))

    def test_key(self, peopled: World) -> None:
        """The same key announces once; with anything else said it is refused."""
        first = announce(peopled, key="k")
        assert announce(peopled, key="k") == first
        assert len(peopled.programme.announcements()) == 1
        others: tuple[dict[str, Any], ...] = (
            {"title": "Another"},
            {"text": "Other words."},
            {"link": None},
            {"audience": "members"},
            {"kind": "event"},
            {"country": "SG"},
        )
        for other in others:
            with pytest.raises(KeyReusedError):
                announce(peopled, key="k", **other)


class TestSending:
    """It leaves through the outbox, by the perk of the instant at which it leaves."""

    def test_words(self, peopled: World) -> None:
        """Title, paragraphs and link come as text and as a page; the group gets one post."""
        number = announce(peopled).number
        letters = posted(peopled)
        letter = next(each for each in letters if each.person == "s2")
        assert letter.subject == "The mega campaign"
        assert "- Sign up by 1 November." in letter.text
        assert '<a href="https://example.com/campaign"' in letter.html
        (group,) = [each for each in letters if each.to == "group"]
        assert group.kind == "announcement_in_group"
        assert len(letters) == 3
        assert posted(peopled) == []
        found = peopled.programme.announcement(number)
        assert (found.ambassadors, found.members) == (1, 1)
        assert (found.delivered, found.waiting, found.withheld) == (2, 0, 0)
        assert (found.sender, found.audience, found.text) == ("manager:man-1", "both", TEXT)

    def test_lost_meanwhile(self, peopled: World) -> None:
        """Who resigns or leaves before it goes out does not get it, and is counted as withheld."""
        peopled.now(midnight(date(2021, 10, 6)))
        number = announce(peopled).number
        waiting = peopled.programme.announcement(number)
        assert (waiting.delivered, waiting.waiting) == (0, 2)
        assert posted(peopled) == []  # it is night
        peopled.resign(peopled.programme.find("s2").ref)
        peopled.now(date(2021, 10, 6))
        assert [each.person for each in posted(peopled) if each.person] == ["s1"]
        found = peopled.programme.announcement(number)
        assert (found.delivered, found.waiting, found.withheld) == (1, 0, 1)

    def test_hostile(self, peopled: World) -> None:
        """Markup and template code are words; they reach nobody as anything else."""
        hostile = "<script>alert(1)</script> {{ 7*7 }} {% raw %}"
        announce(peopled, title=hostile, text=hostile, link=None)
        for letter in posted(peopled):
            assert "<script>" not in letter.html
            assert hostile in letter.text
            assert letter.subject == hostile

    def test_no_log(self, peopled: World, caplog: pytest.LogCaptureFixture) -> None:
        """What it says stands in no log and in no error."""
        with caplog.at_level(logging.DEBUG):
            announce(peopled, title="A quiet word", text="Of nobody's concern.")
            posted(peopled)
            with pytest.raises(InputError) as refused:
                announce(peopled, text="Of nobody's concern. http://example.com")
        for told_of in (caplog.text, str(refused.value)):
            assert "quiet word" not in told_of
            assert "concern" not in told_of


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "two\nlines"},
        {"title": "x" * 201},
        {"title": "bell\a"},
        {"text": "  "},
        {"text": "x" * 10_001},
        {"text": "turned \u202e round"},
        {"text": "see http://example.com"},
        {"text": "javascript:alert(1)"},
        {"link": "http://example.com"},
        {"link": "https://"},
        {"link": "https://lazada.com@evil.example"},
        {"link": "https://example.com/a b"},
        {"link": 'https://example.com/"onclick='},
        {"link": "javascript:alert(1)"},
        {"link": "https://example.com/" + "x" * 2000},
        {"audience": "everybody"},
        {"kind": "gossip"},
    ],
    ids=str,
)
def test_what_cannot_be_announced(world: World, wrong: dict[str, Any]) -> None:
    """Each is refused with its field."""
    with pytest.raises(InputError) as refused:
        announce(world, **wrong)
    assert refused.value.problems[0].field == next(iter(wrong))


class TestPerks:
    """One-off perks are a list per team; each is given once a tenure."""

    def test_given_once(self, world: World) -> None:
        """What is given is due no longer; a second time names who gave it, and when."""
        path = world.ambassador()
        due = world.programme.perks_due("SG")
        assert [each.perk for each in due] == [
            *("award_kit", "executive_certificate", "recognition_day", "immersion_trip")
        ]
        assert {(each.seller, each.path, each.since) for each in due} == {("s1", path, APRIL)}
        world.now(date(2020, 5, 2))
        given = world.programme.give_perk("s1", "award_kit", actor=TEAM)
        assert (given.path, given.given_by) == (path, "team:team-SG")
        assert world.programme.perks_due("SG")[0].perk != "award_kit"
        (listed,) = [each for each in world.programme.perks_due("SG", given=True) if each.given_by]
        assert listed == given
        with pytest.raises(ConflictError, match=r"given by team:team-SG on 2020-05-02"):
            world.programme.give_perk("s1", "award_kit", actor=MANAGER)
        assert world.programme.perks_due("TH") == []

    def test_each_tenure(self, world: World) -> None:
        """A renewal is the same tenure, an award after a retirement another."""
        path = world.renewing()
        world.programme.give_perk("s1", "award_kit", actor=TEAM)
        world.go(date(2021, 4, 2))
        with pytest.raises(ConflictError):
            world.programme.give_perk("s1", "award_kit", actor=TEAM)
        world.resign(path)
        again = world.nominate()
        world.go(date(2021, 9, 20)).facts(as_of=date(2021, 9, 20)).panel(again)
        world.go(date(2021, 10, 1))
        assert world.programme.give_perk("s1", "award_kit", actor=TEAM).path == again

    def test_refused(self, world: World) -> None:
        """Others may not, others have none due, and only one-off perks are given."""
        world.candidate()
        with pytest.raises(ConflictError, match="never held the award"):
            world.programme.give_perk("s1", "award_kit", actor=TEAM)
        with pytest.raises(InputError, match="award_kit"):
            world.programme.give_perk("s1", "badge_and_logo", actor=TEAM)
        with pytest.raises(NotFoundError):
            world.programme.give_perk("nobody", "award_kit", actor=TEAM)
        for actor in (EMPLOYEE, Actor("team", "team-TH", "TH")):
            with pytest.raises(NotAllowedError):
                world.programme.give_perk("s1", "award_kit", actor=actor)
        with pytest.raises(NotFoundError):
            world.programme.perks_due("XX")

    def test_overdue_first(self, world: World) -> None:
        """An award that is overdue fires first, and its perks are due."""
        path = world.candidate()
        world.now(midnight(APRIL) + timedelta(hours=1))
        assert world.programme.give_perk("s1", "award_kit", actor=TEAM).path == path
