"""Where nights need an approval, it is asked for a week and a day before each cycle date."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from lazsa_flow import Actor
from lazsa_flow.service.night_reminders import KIND, remind_of_nights
from lazsa_flow.store import schema
from tests.contract.test_nights import ONE, OPERATOR, TWO
from tests.contract.test_rehearsal import season
from tests.factories import CYCLE, midnight, record_night_rule

if TYPE_CHECKING:
    from lazsa_flow.award.programme import Programme
    from lazsa_flow.notices.ports import Letter
    from tests.contract.conftest import Play


class Post:
    """A channel that keeps what it is given."""

    needs_contact = False

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def send(self, letter: Letter) -> None:
        """Keep a letter about a night."""
        if KIND in letter.kind or "approved" in letter.subject + letter.text:
            self.letters.append(letter)

    def close(self) -> None:
        """Do nothing."""


def needing_approval(play: Play) -> Programme:
    """Return a programme with nominees in two countries whose nights need an approval."""
    programme = season(play)
    record_night_rule(programme, required=True)
    return programme


def go(programme: Programme, days: int, hours: int = 1) -> None:
    """Let it be so many days before the cycle date, and fire what is due."""
    clock: Any = programme.clock
    clock.move_to(midnight(CYCLE, "SG") - timedelta(days=days) + timedelta(hours=hours))
    programme.sweep()


def waiting(programme: Programme) -> list[tuple[str, str, str]]:
    """Return the reminders that wait, by country and recipient."""
    found = [each for each in programme.outbox() if each.kind == KIND]
    return sorted((each.key.split(".")[2], each.key.split(".")[3], each.to) for each in found)


def test_each_is_notified_once_a_week_and_a_day_before(play: Play) -> None:
    """The leads of the countries in which something is due, and the managers once for all."""
    programme = needing_approval(play)
    go(programme, 8, hours=-2)
    assert remind_of_nights(programme._runtime) == 0
    go(programme, 7, hours=2)
    assert remind_of_nights(programme._runtime) == 3
    week = [("7", "SG", "country_lead"), ("7", "TH", "country_lead"), ("7", "all", "manager")]
    assert waiting(programme) == week
    for day in (6, 2):
        go(programme, day, hours=11)
        assert remind_of_nights(programme._runtime) == 0
    post = Post()
    programme.relay(channels={"post": post})
    assert sorted((each.to, each.country) for each in post.letters) == [
        ("country_lead", "SG"),
        ("country_lead", "TH"),
        ("manager", "SG"),
    ]
    [manager] = [each for each in post.letters if each.to == "manager"]
    assert manager.mailbox == "se-community@example.com"
    assert manager.subject == "No rehearsal is approved for 1 October 2026"
    assert "1 October 2026 will bring in SG, TH." in " ".join(manager.text.split())
    assert "--on 2026-10-01 --save NAME" in manager.text
    for letter in post.letters:
        assert "award-" not in letter.text + letter.html
    go(programme, 1, hours=3)
    assert remind_of_nights(programme._runtime) == 3
    assert [each[0] for each in waiting(programme)] == ["1", "1", "1"]
    assert remind_of_nights(programme._runtime) == 0


def test_what_is_approved_needs_no_notice(play: Play) -> None:
    """What is approved meanwhile is not sent; approval for one country is for it alone."""
    programme = needing_approval(play)
    go(programme, 7, hours=2)
    assert remind_of_nights(programme._runtime) == 3
    programme.save_rehearsal("th", on=CYCLE, country="TH", actor=OPERATOR)
    for actor in (ONE, TWO):
        programme.approve_night("th", actor=actor)
    go(programme, 6, hours=11)
    post = Post()
    done = programme.relay(channels={"post": post})
    assert sorted((each.to, each.country) for each in post.letters) == [
        ("country_lead", "SG"),
        ("manager", "SG"),
    ]
    assert done.withheld == 1
    assert "TH" not in next(each for each in post.letters if each.to == "manager").text

    programme.save_rehearsal("all", on=CYCLE, actor=OPERATOR)
    for actor in (ONE, TWO):
        programme.approve_night("all", actor=actor)
    go(programme, 1, hours=3)
    assert remind_of_nights(programme._runtime) == 0
    programme.suspend_cycle("VN", CYCLE, actor=Actor("manager", "m-1"))  # now both are stale
    assert remind_of_nights(programme._runtime) == 3


def test_no_notice_where_no_approval_is_needed(play: Play) -> None:
    """A deployment that asks for none gets none, and what is recorded is never changed."""
    programme = season(play)
    go(programme, 1, hours=2)
    assert remind_of_nights(programme._runtime) == 0
    with programme._runtime.store.begin(write=False) as transaction:
        assert transaction.night_reminders({CYCLE}) == set()
    assert schema.night_reminders.info["lazsa_append_only"]
    assert isinstance(schema.night_reminders, sa.Table)
