"""What an ambassador is entitled to, and from when to when (programme.md, "Perks")."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.rules.perks import (
    LASTING,
    MEMBERSHIP,
    ONE_OFF,
    STANDING,
    Entitlement,
    entitlements_at,
    is_entitled,
    tenures_of,
)
from lazsa_flow.lifecycle.calendar import TICK
from tests.factories import midnight, path, span

if TYPE_CHECKING:
    from datetime import datetime

APRIL, OCTOBER = date(2026, 4, 1), date(2026, 10, 1)
BEGUN, ENDED = midnight(APRIL), midnight(OCTOBER)
PATHS = (path("nominated"), path("ex_ambassador", id=2, periods={"award": (span(APRIL, OCTOBER),)}))


@pytest.mark.parametrize(
    ("at", "perks"),
    [
        (BEGUN - TICK, ()),
        (BEGUN, (*ONE_OFF, *STANDING, *LASTING)),
        (ENDED - TICK, (*ONE_OFF, *STANDING, *LASTING)),
        (ENDED, (*ONE_OFF, *LASTING)),
        (ENDED + timedelta(days=3650), (*ONE_OFF, *LASTING)),
    ],
    ids=["before", "at the first instant", "until the last", "once it has ended", "years after"],
)
def test_standing_perks_end_with_the_award_and_the_others_do_not(
    at: datetime, perks: tuple[str, ...]
) -> None:
    """From the award's first instant there are all; from its end on those that are not standing."""
    found = entitlements_at(PATHS, at, consented=True)
    assert tuple(each.perk for each in found) == perks


def test_an_entitlement_says_of_which_tenure_it_is_and_how_long() -> None:
    """A standing one ends when the award ended, the others do not end."""
    found = {each.kind: each for each in entitlements_at(PATHS, BEGUN, consented=True)}
    assert found == {
        "one_off": Entitlement("immersion_trip", "one_off", "award-2", BEGUN, None),
        "standing": Entitlement("networking", "standing", "award-2", BEGUN, ENDED),
        "lasting": Entitlement("hall_of_fame_year", "lasting", "award-2", BEGUN, None),
    }


def test_spans_that_touch_are_one_tenure() -> None:
    """Award spans of one path that touch or overlap give each perk once; a gap gives it anew."""
    may, later = span(date(2026, 5, 1), date(2027, 4, 1)), span(date(2027, 10, 1))
    spans = (span(APRIL, date(2026, 5, 1)), may, span(APRIL, date(2027, 5, 1)), later)
    (first, second) = tenures_of(path("renewed", id=2, periods={"award": spans}))
    assert (first.began_on, first.ended_on) == (APRIL, date(2027, 5, 1))
    assert second == later
    lapsed = path("renewed", id=2, periods={"award": (span(APRIL, OCTOBER), span(APRIL))})
    perks = [each.perk for each in entitlements_at((lapsed,), ENDED, consented=True)]
    assert sorted(perks) == sorted({*ONE_OFF, *STANDING, *LASTING})


def test_the_hall_of_fame_takes_consent() -> None:
    """Without the seller's consent there is everything but the year in the Hall of Fame."""
    asked, silent = (
        {each.perk for each in entitlements_at(PATHS, BEGUN, consented=consented)}
        for consented in (True, False)
    )
    assert asked - silent == {"hall_of_fame_year"}
    assert silent < asked


def test_members_of_reconnect_have_two_perks_from_joining_to_leaving() -> None:
    """Networking and campaign updates run with the membership, its last instant excluded."""
    member = path("removed", id=3, periods={"membership": (span(APRIL, OCTOBER),)})
    found = entitlements_at((member,), BEGUN, consented=True)
    assert found == tuple(
        Entitlement(perk, "membership", "award-3", BEGUN, ENDED) for perk in MEMBERSHIP
    )
    assert MEMBERSHIP == ("networking", "campaign_updates")
    for at in (BEGUN - TICK, ENDED):
        assert entitlements_at((member,), at, consented=True) == ()
        assert not is_entitled((member,), "campaign_updates", at)
    assert is_entitled((member,), "campaign_updates", ENDED - TICK)
    assert not is_entitled((member,), "invitations", BEGUN)
    assert is_entitled(PATHS, "case_study_videos", BEGUN)
    assert not is_entitled(PATHS, "case_study_videos", ENDED)
