"""What of a night may move, when it has stopped, and what its outcomes are compared with."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.engine.night_run import (
    CHUNK,
    RUNNING,
    STOPPED,
    CountryProgress,
    CycleStart,
    NightOutcome,
    accept_differences,
    at_phase,
    describe_share,
    earliest_next,
    find_limits,
    is_exceeded,
    is_foreseen,
    list_starts,
    read_night_outcomes,
)
from lazsa_flow.engine.sealed_outcomes import SealedOutcome, digest_of_text, read_outcomes
from lazsa_flow.engine.values import BatchChange, Change, PathOverrides
from lazsa_flow.errors import MalformedError
from lazsa_flow.lifecycle.calendar import Calendar
from lazsa_flow.lifecycle.pauses import NightHold, Pause, first_paused_timer
from tests.factories import CYCLE, calendar, midnight, night_run, path, timer, utc

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.model import TimerRow

NOW = midnight(CYCLE)
LATER = NOW + timedelta(hours=1)
BOTH = {"SG": CountryProgress(NOW, 3), "TH": CountryProgress(LATER)}


def at_night(**changes: Any) -> TimerRow:
    """Return a timer that is due at the midnight of the cycle date."""
    return timer(**{"due_at": NOW, "due_on": CYCLE, **changes})


def test_a_canary_moves_before_all_else() -> None:
    """A country that is due and has not moved its canary holds the others up, while it waits."""
    run = night_run(countries=BOTH, canary=3)
    assert find_limits(run, NOW, {"SG", "TH"}) == {"SG": CHUNK, "TH": CHUNK}
    assert find_limits(run, LATER, {"SG", "TH"}) == {"SG": 0, "TH": 3}
    assert find_limits(run, LATER, {"SG"}) == {"SG": CHUNK, "TH": CHUNK}
    assert at_phase(run, LATER, {"SG", "TH"}).phase == "canary"
    assert at_phase(run, LATER, {"SG"}).phase == "running"


def test_a_pace_is_an_instant_before_which_nothing_moves() -> None:
    """What was taken moves the instant on by its size over the rate; no chunk is larger."""
    run = night_run(countries=BOTH, canary=3, rate=10, phase=RUNNING)
    assert find_limits(run, NOW, {"SG"}) == {"SG": 10, "TH": 10}
    next_at = earliest_next(run, NOW, 5)
    assert next_at == NOW + timedelta(seconds=0.5)
    paced = night_run(countries=BOTH, canary=3, rate=10, next_at=next_at)
    assert find_limits(paced, NOW, {"SG"}) == {"SG": 0, "TH": 0}
    assert earliest_next(paced, NOW, 5) == NOW + timedelta(seconds=1)
    assert earliest_next(night_run(), NOW, 5) is None


def test_a_stopped_night_moves_nothing_until_it_is_accepted() -> None:
    """What differs when it is accepted counts no more; the phase is the stop's until then."""
    assert is_exceeded(night_run(compared=99, differing=1))
    assert not is_exceeded(night_run(compared=100, differing=1))
    stopped = night_run(phase=STOPPED, compared=20, differing=20)
    assert find_limits(stopped, NOW, {"SG"}) == {"SG": 0}
    assert at_phase(stopped, NOW, {"SG"}).phase == STOPPED
    resumed = accept_differences(stopped)
    assert (resumed.phase, is_exceeded(resumed)) == (RUNNING, False)
    assert describe_share(150) == "1.5 %"


def test_dates_begin_where_they_are_held() -> None:
    """Each cycle date between two instants is listed by country; none that is suspended."""
    calendars = {
        "SG": calendar(),
        "TH": Calendar("Asia/Bangkok", calendar().cycle_days, frozenset({CYCLE})),
        "XX": Calendar("UTC"),
    }
    found = list(list_starts(calendars, midnight(date(2026, 4, 1)), LATER))
    assert (
        found
        == [
            CycleStart("SG", CYCLE, NOW),
            CycleStart("SG", date(2026, 4, 1), midnight(date(2026, 4, 1))),
            CycleStart("TH", date(2026, 4, 1), utc(2026, 3, 31, 17)),
        ][: len(found)]
    )
    assert len(found) >= 2


def test_outcomes_are_those_of_what_decides_at_midnight() -> None:
    """Of each path that a timer of the instant moved or refused there is one outcome."""
    after = path("awarded")
    own = Change(path(), after, NOW, None, fired=at_night())
    reminder = Change(path(), after, NOW, None, fired=at_night(decides=False))
    alike = BatchChange(own, [PathOverrides(number, "s", "", "[]", "") for number in (4, 5)])
    other = BatchChange(reminder, [PathOverrides(6, "s", "", "[]", "")])
    found = list(read_night_outcomes([own, reminder], [alike, other], NOW))
    assert [(each.path, each.outcome, each.seq) for each in found] == [
        ("award-1", "refused", None),
        ("award-4", "refused", None),
        ("award-5", "refused", None),
    ]


@pytest.mark.parametrize(
    ("outcome", "state", "foreseen", "holds"),
    [
        ("award", "awarded", ("award", "awarded"), True),
        ("award", "renewed", ("award", "awarded"), False),
        ("decline", "declined", ("award", "awarded"), False),
        ("parked", "", ("parked", "under_review"), True),
        ("award", "awarded", None, False),
    ],
)
def test_an_outcome_is_foreseen_by_trigger_and_state(
    outcome: str, state: str, foreseen: tuple[str, str] | None, *, holds: bool
) -> None:
    """Both must be as foretold; of a parked path the state says nothing."""
    sealed = foreseen and SealedOutcome("SG", "certain", *foreseen)
    assert is_foreseen(NightOutcome(1, "award-1", outcome, state, 1), sealed or None) is holds


def test_sealed_outcomes_are_read_or_malformed() -> None:
    """What was sealed is read as it stands; anything else is named, and never half read."""
    text = '{"award-1":["SG","certain","award","awarded"]}'
    assert read_outcomes(text) == {"award-1": SealedOutcome("SG", "certain", "award", "awarded")}
    assert len(digest_of_text(text)) == 64
    for wrong in ("{", "[]", '{"award-1": 1}'):
        with pytest.raises(MalformedError):
            read_outcomes(wrong)


def test_a_night_holds_what_decides_at_its_midnight() -> None:
    """A pause holds by country and books, a night by country and instant, and no reminder."""
    hold = NightHold("SG", NOW, "night october is canary")
    pause = Pause("TH", None, "operator:o-1", NOW)
    held = at_night()
    assert first_paused_timer([held], [pause, hold], NOW) == held
    for other in (at_night(decides=False), at_night(due_at=LATER), at_night(country="TH")):
        assert not hold.stops(other)
    assert pause.stops(at_night(country="TH"))
