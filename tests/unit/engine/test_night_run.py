"""What of a night may move, when it has stopped, and what its outcomes are compared with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from lazsa_flow.engine.journal import JournalRow
from lazsa_flow.engine.night_run import (
    CANARY,
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
from lazsa_flow.engine.sealed_outcomes import SealedOutcome
from lazsa_flow.engine.values import BatchChange, Change, PathOverrides
from lazsa_flow.lifecycle.calendar import TICK, Calendar
from lazsa_flow.lifecycle.model import NO_HEAD
from tests.factories import CYCLE, calendar, midnight, night_run, path, timer

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.model import TimerRow

NOW = midnight(CYCLE)
LATER = NOW + timedelta(hours=1)
BOTH = {"SG": CountryProgress(NOW, 3), "TH": CountryProgress(LATER)}


def at_night(**changes: Any) -> TimerRow:
    """Return a timer that is due at the midnight of the cycle date."""
    return timer(**{"due_at": NOW, "due_on": CYCLE, **changes})


def journal_row(trigger: str | None) -> JournalRow:
    """Return the seventh row of award path 1."""
    return JournalRow(
        path="award-1",
        path_id=1,
        seq=7,
        effective_at=NOW,
        recorded_at=NOW,
        trigger=trigger,
        source="under_review",
        dest="awarded",
        actor="system:cycle_date",
        reason=None,
        policy="award/2020-1",
        facts_as_of=None,
        verdicts={},
        prev_hash=NO_HEAD,
    )


def test_a_canary_moves_before_all_else() -> None:
    """What is left of each canary moves, and nothing else until they have moved."""
    run = night_run(countries=BOTH, canary=5)
    assert find_limits(run, LATER, {"SG", "TH"}) == {"SG": 2, "TH": 5}
    moved = night_run(countries=BOTH, canary=3)
    assert find_limits(moved, LATER, {"SG", "TH"}) == {"SG": 0, "TH": 3}
    assert at_phase(moved, LATER, {"SG", "TH"}).phase == CANARY


def test_after_the_canaries_a_chunk_moves() -> None:
    """A canary that has moved as many as it holds is over; no chunk is larger than one may be."""
    run = night_run(countries=BOTH, canary=3)
    whole = {"SG": CHUNK, "TH": CHUNK}
    assert find_limits(run, LATER, {"SG"}) == whole
    assert at_phase(run, LATER, {"SG"}).phase == RUNNING
    large = night_run(canary=CHUNK + 1)
    assert find_limits(large, NOW, {"SG"}) == {"SG": CHUNK}


def test_a_country_whose_date_has_not_begun_holds_no_other_up() -> None:
    """Its canary counts from the instant on at which the date begins there."""
    run = night_run(countries=BOTH, canary=3)
    assert find_limits(run, LATER - TICK, {"SG", "TH"}) == {"SG": CHUNK, "TH": CHUNK}
    assert find_limits(run, LATER, {"SG", "TH"})["SG"] == 0


def test_a_country_under_a_pause_holds_no_other_up() -> None:
    """Nothing of it waits to move, so that its canary is not waited for."""
    run = night_run(countries=BOTH, canary=20)
    assert find_limits(run, LATER, {"TH"}) == {"SG": 0, "TH": 20}
    assert find_limits(run, LATER, set()) == {"SG": CHUNK, "TH": CHUNK}
    assert at_phase(run, LATER, set()).phase == RUNNING


def test_a_pace_is_an_instant_before_which_nothing_moves() -> None:
    """At that instant the next paths move: those of a second at most, and of a chunk."""
    paced = night_run(countries=BOTH, canary=3, rate=10, next_at=LATER)
    assert find_limits(paced, LATER - TICK, {"SG"}) == {"SG": 0, "TH": 0}
    assert find_limits(paced, LATER, {"SG"}) == {"SG": 10, "TH": 10}
    slow = night_run(countries=BOTH, canary=30, rate=10)
    assert find_limits(slow, LATER, {"SG", "TH"}) == {"SG": 10, "TH": 10}
    assert find_limits(night_run(canary=0, rate=CHUNK + 1), NOW, {"SG"}) == {"SG": CHUNK}


def test_a_pace_counts_what_was_taken() -> None:
    """What was taken takes its size over the rate, from now or from where the pace stands."""
    second = timedelta(seconds=1)
    assert earliest_next(night_run(), NOW, 5) is None
    assert earliest_next(night_run(rate=10), NOW, 5) == NOW + second / 2
    ahead = night_run(rate=10, next_at=NOW + second)
    assert earliest_next(ahead, NOW, 20) == NOW + 3 * second
    assert earliest_next(ahead, LATER, 20) == LATER + 2 * second


def test_a_share_is_exceeded_above_its_limit() -> None:
    """Exactly the share that may differ is allowed, and one more path is not."""
    assert not is_exceeded(night_run(differs=150, compared=200, differing=3))
    assert is_exceeded(night_run(differs=150, compared=200, differing=4))
    assert is_exceeded(night_run(differs=150, compared=199, differing=3))
    assert not is_exceeded(night_run(differs=0))
    assert is_exceeded(night_run(differs=0, compared=1000, differing=1))
    assert [describe_share(share) for share in (150, 100, 1)] == ["1.5 %", "1 %", "0.01 %"]


def test_a_stopped_night_moves_nothing() -> None:
    """Nor does its phase follow its canaries."""
    stopped = night_run(phase=STOPPED)
    assert find_limits(stopped, NOW, {"SG"}) == {"SG": 0}
    assert at_phase(stopped, NOW, {"SG"}) == stopped


def test_what_differs_when_a_night_is_resumed_is_accepted() -> None:
    """From then on the share is one of what is compared after it."""
    stopped = night_run(phase=STOPPED, compared=20, differing=20)
    resumed = accept_differences(stopped)
    assert (resumed.phase, is_exceeded(resumed)) == (RUNNING, False)
    assert (resumed.compared, resumed.differing) == (20, 20)
    assert not is_exceeded(replace(resumed, compared=120, differing=21))
    assert is_exceeded(replace(resumed, compared=119, differing=21))


def test_dates_begin_where_they_are_held() -> None:
    """Each date between two instants is listed by country, none that is suspended."""
    spring, opened = date(2026, 4, 1), midnight(date(2026, 4, 1))
    held = calendar()
    calendars = {
        "SG": held,
        "MY": replace(held, suspended=frozenset({CYCLE})),
        "XX": Calendar("UTC"),
    }
    autumn = CycleStart("SG", CYCLE, NOW)
    assert list(list_starts(calendars, opened, NOW)) == [
        autumn,
        CycleStart("SG", spring, opened),
        CycleStart("MY", spring, opened),
    ]
    assert list(list_starts(calendars, opened + TICK, NOW)) == [autumn]
    assert list(list_starts(calendars, opened + TICK, NOW - TICK)) == []


def test_outcomes_are_those_of_what_decides_at_midnight() -> None:
    """Of each path that a timer of the instant moved, refused or parked there is one outcome."""
    after = path("awarded")
    moved = Change(path(), after, NOW, journal_row("award"), fired=at_night())
    refused = moved._replace(row=journal_row(None))
    others = [
        moved._replace(fired=None),
        moved._replace(fired=at_night(decides=False)),
        moved._replace(fired=at_night(due_at=LATER)),
    ]
    assert list(read_night_outcomes([moved, *others, refused], [], NOW)) == [
        NightOutcome(1, "award-1", "award", "awarded", 7),
        NightOutcome(1, "award-1", "refused", "awarded", 7),
    ]
    assert next(read_night_outcomes([moved._replace(row=None)], [], NOW)).seq is None


def test_outcomes_of_a_batch_are_those_of_each_path() -> None:
    """All have the batch's outcome and state, each under its own number."""
    moved = Change(path(), path("awarded"), NOW, journal_row("award"), fired=at_night())
    reminded = moved._replace(fired=at_night(decides=False))
    alike = BatchChange(moved, [PathOverrides(number, "s", "", "[]", "") for number in (4, 5)])
    other = BatchChange(reminded, [PathOverrides(6, "s", "", "[]", "")])
    assert list(read_night_outcomes([], [other, alike], NOW)) == [
        NightOutcome(4, "award-4", "award", "awarded", 7),
        NightOutcome(5, "award-5", "award", "awarded", 7),
    ]


@pytest.mark.parametrize(
    ("outcome", "state", "foreseen", "holds"),
    [
        ("award", "awarded", ("award", "awarded"), True),
        ("award", "renewed", ("award", "awarded"), False),
        ("decline", "declined", ("award", "awarded"), False),
        ("refused", "nominated", ("refused", "nominated"), True),
        ("refused", "declined", ("refused", "nominated"), False),
        ("refused", "nominated", ("parked", "nominated"), False),
        ("parked", "", ("parked", "under_review"), True),
        ("parked", "under_review", ("award", "under_review"), False),
        ("award", "awarded", None, False),
    ],
)
def test_an_outcome_is_foreseen_by_trigger_and_state(
    outcome: str, state: str, foreseen: tuple[str, str] | None, *, holds: bool
) -> None:
    """Both must be as foretold; of a parked path the state says nothing."""
    sealed = foreseen and SealedOutcome("SG", "certain", *foreseen)
    assert is_foreseen(NightOutcome(1, "award-1", outcome, state, 1), sealed or None) is holds
