"""A rehearsal as recorded foretells the night hash for hash, and leaves its source alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from lazsa_flow import Actor, ConfigError, ConflictError, InputError, NotFoundError
from lazsa_flow.award.commands.assuming import count_days_current
from lazsa_flow.award.rules.panel import ITEMS
from lazsa_flow.foresight import date_runs, outcomes
from lazsa_flow.lifecycle.guards import all_of
from lazsa_flow.store import schema
from tests.contract.test_path_numbers import EMPLOYEE, known
from tests.factories import CYCLE, facts, midnight, record_facts, utc
from tests.policy_texts import changed_policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

    from lazsa_flow.award.programme import Programme
    from tests.contract.conftest import Play

HOST = Actor("host", "h")


def season(play: Play) -> Programme:
    """Return a programme with nominees in two countries: merged, with a case, with stale facts."""
    programme = play()
    known(programme, "old", "new", "one", "two")
    record_facts(programme, [facts(seller="far", country="TH", as_of=date(2026, 5, 20))])
    for seller in ("old", "one", "two", "far"):
        programme.nominate(seller, actor=EMPLOYEE, statement="Helps others.")
    programme.merge_sellers("old", "new", actor=HOST)
    programme.open_case("one", "case-1", actor=Actor("compliance", "c"))
    return programme


def hashes(rows: Any) -> dict[tuple[str, int], str]:
    """Return the hash of each row by its path and number."""
    return {(row["path"], row["seq"]): row["hash"] for row in rows}


def run_night(programme: Programme, on: date) -> dict[tuple[str, int], str]:
    """Sweep instant by instant until a date; return the hashes of the rows that were written."""
    before = hashes(programme.journal())
    clock: Any = programme.clock
    until = max(midnight(on, code) for code in ("SG", "TH", "ID"))
    while (at := programme.next_due()) is not None and at <= until:
        clock.move_to(at)
        programme.sweep()
    after: Mapping[tuple[str, int], str] = hashes(programme.journal())
    return {key: value for key, value in after.items() if key not in before}


def counts(programme: Programme) -> dict[str, int]:
    """Count the rows of every table."""
    with programme._runtime.store.undone() as connection:
        return {
            table.name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in schema.METADATA.sorted_tables
        }


def test_a_rehearsal_as_recorded_is_the_night_itself(play: Play) -> None:
    """Every row that a rehearsal foretells is written by the night with the same hash."""
    programme = season(play)
    before = counts(programme)
    rehearsed = programme.rehearse(on=CYCLE)
    assert counts(programme) == before
    foretold = hashes(rehearsed.journal)
    assert {each.subject: each.outcome for each in rehearsed.outcomes} == {
        **dict.fromkeys(("new", "one", "two", "far"), "carry_over")
    }
    assert run_night(programme, CYCLE) == foretold
    assert len(foretold) == 8
    again = programme.rehearse(on=date(2027, 4, 1))
    assert run_night(programme, date(2027, 4, 1)) == hashes(again.journal) != {}


def test_one_country_is_rehearsed_by_itself(play: Play) -> None:
    """With a country, only what is due there is copied and foretold."""
    programme = season(play)
    rehearsed = programme.rehearse(on=CYCLE, country="TH")
    assert [each.subject for each in rehearsed.outcomes] == ["far"]
    assert rehearsed.paths == 1
    assert hashes(rehearsed.journal).items() <= run_night(programme, CYCLE).items()


def test_a_pause_and_a_suspension_are_kept(play: Play) -> None:
    """What is paused is foretold as paused; a suspended date is no date to rehearse."""
    programme = season(play)
    programme.pause(actor=Actor("operator", "o"), reason="stocktaking", country="TH")
    outcomes = {each.subject: each.outcome for each in programme.rehearse(on=CYCLE).outcomes}
    assert outcomes["far"] == "paused"
    assert outcomes["two"] == "carry_over"
    programme.suspend_cycle("SG", CYCLE, actor=Actor("manager", "m"))
    with pytest.raises(InputError, match="on: got '2026-10-01', expected a date that is held"):
        programme.rehearse(on=CYCLE, country="SG")


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({"on": date(2026, 10, 2)}, "on: got '2026-10-02', expected a cycle date: 2026-10-02 is"),
        (
            {"on": date(2026, 4, 1)},
            "on: got '2026-04-01', expected a date to come, such as 2026-10-01",
        ),
        ({"on": CYCLE, "now": utc(2026, 6, 1).replace(tzinfo=None)}, "now: got"),
    ],
    ids=["no cycle date", "past", "naive"],
)
def test_a_wrong_date_is_named(play: Play, options: dict[str, Any], fault: str) -> None:
    """A date that cannot be rehearsed is refused, with the date that can."""
    with pytest.raises(InputError, match=fault):
        play().rehearse(**options)


def test_an_error_names_the_command_that_was_given(play: Play) -> None:
    """A wrong date or assumption is told as one of saving or comparing, where that was asked."""
    programme = play()
    commands: dict[str, Callable[..., Any]] = {
        "rehearse": programme.rehearse,
        "save_rehearsal": partial(programme.save_rehearsal, "x", actor=Actor("operator", "o")),
        "compare_policies": partial(programme.compare_policies, "2020-1", "2020-1"),
    }
    for name, command in commands.items():
        with pytest.raises(InputError, match=f"^{name}: on: got '2026-10-02'"):
            command(on=date(2026, 10, 2))
        with pytest.raises(InputError, match=f"^{name}: on: got '2026-04-01'"):
            command(on=date(2026, 4, 1))
        with pytest.raises(InputError, match=f"^{name}: facts: got 'new'"):
            command(on=CYCLE, facts="new")


def test_an_unknown_country_is_named(play: Play) -> None:
    """A country that is not configured is refused."""
    with pytest.raises(NotFoundError, match="XX"):
        play().rehearse(on=CYCLE, country="XX")


def classes(programme: Programme, **options: Any) -> dict[str, str]:
    """Return the class of each seller in a rehearsal of the cycle date."""
    rehearsed = programme.rehearse(on=CYCLE, **options)
    return {each.subject: each.class_ for each in rehearsed.outcomes}


def judged(play: Play) -> Programme:
    """Return a programme with nominees who differ in what keeps them from the award."""
    programme = play()
    sellers = {
        "fine": facts(seller="fine", as_of=date(2026, 5, 25)),
        "poor": facts(seller="poor", as_of=date(2026, 5, 25), gmv_rate=Decimal("0.10")),
        "young": facts(seller="young", as_of=date(2026, 5, 25), joined_on=date(2026, 3, 1)),
        "late": facts(
            seller="late",
            as_of=date(2026, 5, 25),
            monthly_cancellation_rates=(*[Decimal(0)] * 8, Decimal("0.02")),
        ),
    }
    record_facts(programme, sellers.values())
    for seller in sellers:
        programme.nominate(seller, actor=EMPLOYEE, statement="Helps others.")
    return programme


def test_each_path_has_the_class_of_what_decides_it(play: Play) -> None:
    """Tenure and closed months are out of reach, other figures can change, and cards decide."""
    programme = judged(play)
    never = dict.fromkeys(("young", "late"), "cannot be awarded")
    assert classes(programme) == {"fine": "depends on both", "poor": "depends on facts", **never}
    held = classes(programme, facts="held")
    assert held == {"fine": "depends on the panel", "poor": "depends on facts", **never}
    decided = programme.rehearse(on=CYCLE, facts="held", panel="approves")
    assert {each.subject: each.outcome for each in decided.outcomes} == {
        "fine": "award",
        **dict.fromkeys(("poor", "young", "late"), "decline"),
    }
    assert decided.classes == {"certain": 1, "depends on facts": 1, "cannot be awarded": 2}
    [poor] = [each for each in decided.outcomes if each.subject == "poor"]
    assert {each.guard: (each.alone, each.together) for each in decided.blockers} == {
        **dict.fromkeys(("gmv", "tenure", "cancellation"), (1, 0))
    }
    assert [each[3:] for each in decided.near_misses if each.subject == "poor"] == [
        ("gmv", "-0.10")
    ]
    [shortfall] = [each for each in poor.shortfalls if each.guard == "gmv"]
    assert (shortfall.measured, shortfall.margin, shortfall.until) == ("0.10", "-0.10", None)


def test_what_is_foretold_comes_true_when_its_condition_does(play: Play) -> None:
    """Facts that are recorded again and cards that are scored give the foretold outcome."""
    programme = judged(play)
    foretold = {
        each.subject: each.outcome
        for each in programme.rehearse(on=CYCLE, facts="held", panel="refuses").outcomes
    }
    refused = {each.subject: each.instead for each in programme.rehearse(on=CYCLE).outcomes}
    assert refused["fine"]["facts=held, panel=approves"] == "award"
    clock: Any = programme.clock
    clock.move_to(utc(2026, 9, 20, 4))
    programme.sweep()
    record_facts(programme, [facts(seller="fine", as_of=date(2026, 9, 20))])
    programme.assign_reviewers(
        "SG",
        CYCLE,
        {f"r-{number}": f"t-{number}" for number in range(3)},
        actor=Actor("team", "t", "SG"),
    )
    for number in range(3):
        reviewer = Actor("reviewer", f"r-{number}", country="SG", team=f"t-{number}")
        scores = dict.fromkeys(ITEMS, 0)
        programme.score("award-1", actor=reviewer, scores=scores, comment="Weak.")
    run_night(programme, CYCLE)
    last = programme.history("award-1")[-1]
    assert last["trigger"] == foretold["fine"] == "decline"


def test_an_assumption_that_there_is_not_is_refused(play: Play) -> None:
    """A value that an assumption does not have is named with those that it has."""
    with pytest.raises(InputError, match="facts: got 'hold', expected one of as-recorded, held"):
        play().rehearse(on=CYCLE, facts="hold")


def test_a_rehearsal_decides_as_if_a_policy_were_in_force(play: Play, tmp_path: Path) -> None:
    """A policy that is not released decides on the copy, and where it would govern is said."""
    programme = judged(play)
    before = programme.policy_list()
    decided: dict[str, Any] = {"on": CYCLE, "facts": "held", "panel": "approves"}
    low = changed_policy("2026-2", gmv_rate='"0.05"')
    found = programme.rehearse(policy=low, **decided)
    outcomes = {each.subject: each.outcome for each in found.outcomes}
    assert outcomes == {"fine": "award", "poor": "award", "young": "decline", "late": "decline"}
    assert programme.policy_list() == before
    assert found.policy is not None
    assert (found.policy.name, found.policy.released) == ("award/2026-2", False)
    assert not found.policy.governs
    assert found.policy.governs_from["SG"] == date(2027, 4, 1)
    assert found.assumed[-1].startswith("award/2026-2 is taken to govern 2026-10-01; award/2026-2")
    assert found.document()["policy"]["governs_from"]["TH"] == "2027-04-01"
    file = tmp_path / "2026-3.toml"
    file.write_text(changed_policy("2026-3", chat_response_rate='"0.99"', closes_days="45"))
    strict = programme.rehearse(policy=file, **decided)
    assert {each.subject: each.outcome for each in strict.outcomes} == dict.fromkeys(
        outcomes, "decline"
    )
    assert {row["reason"] for row in strict.journal} >= {"policy_released"}
    same = programme.rehearse(policy="2020-1", **decided)
    assert same.policy is not None
    assert "SG" in same.policy.governs
    assert hashes(same.journal) == hashes(programme.rehearse(**decided).journal)


@pytest.mark.parametrize(
    ("policy", "error", "fault"),
    [
        (
            changed_policy("2026-2", gmv_rate='"high"'),
            ConfigError,
            "award/2026-2.toml: criteria.gmv",
        ),
        (
            changed_policy("2020-1", gmv_rate='"0.5"'),
            ConflictError,
            "is released and never changes",
        ),
        ("2031-7", NotFoundError, "award/2031-7"),
        ("elsewhere/2031-7.toml", ConfigError, "elsewhere/2031-7.toml"),
        ("a\n= b", ConfigError, "policy"),
    ],
    ids=["a wrong value", "a changed text", "no such version", "no such file", "no TOML"],
)
def test_a_policy_that_fails_its_checks_is_refused(
    play: Play, policy: str, error: type[Exception], fault: str
) -> None:
    """A policy is checked as for its release."""
    with pytest.raises(error, match=re.escape(fault)):
        play().rehearse(on=CYCLE, policy=policy)


def test_a_panel_shows_how_sure_each_outcome_is(play: Play) -> None:
    """Asked for, each candidate has the class of the rehearsal, and only then."""
    programme = judged(play)
    assert {each.class_ for each in programme.panel("SG", CYCLE)} == {None}
    shown = programme.panel("SG", CYCLE, classes=True)
    assert {each.seller: each.class_ for each in shown} == classes(programme)


def test_figures_help_nobody_whom_the_panel_refused(play: Play) -> None:
    """A candidate with poor figures whose panel has refused is declined whatever is recorded."""
    programme = judged(play)
    clock: Any = programme.clock
    clock.move_to(utc(2026, 9, 20, 4))
    programme.sweep()
    reviewers = {f"r-{number}": f"t-{number}" for number in range(3)}
    programme.assign_reviewers("SG", CYCLE, reviewers, actor=Actor("team", "t", "SG"))
    [poor] = [path.ref for path in programme.paths("poor")]
    for number in range(3):
        reviewer = Actor("reviewer", f"r-{number}", country="SG", team=f"t-{number}")
        scores = dict.fromkeys(ITEMS, 0)
        programme.score(poor, actor=reviewer, scores=scores, comment="Weak.")
    assert classes(programme)["poor"] == "certain"


def test_what_a_condition_does_not_touch_is_not_decided_again(
    play: Play, decided: list[int]
) -> None:
    """Runs on the subjects whom a condition concerns tell the same as runs of everything."""
    programme = judged(play)
    score_fully(programme, "fine")
    held: dict[str, Any] = {"facts": "held"}
    for options in ({}, held, {**held, "panel": "approves"}):
        found, whole = rehearse_in_part_and_whole(programme, decided, **options)
        assert whole == [4] * 6
        assert found == ([3] * 3 + [4] * 3 if options.get("panel") else [3] * 4 + [4] * 2)


def test_current_facts_are_held_anyway(play: Play, decided: list[int]) -> None:
    """Held facts concern those alone whose facts would be too old, also under another id."""
    programme = judged(play)
    record_facts(programme, [facts(seller="later", as_of=date(2026, 5, 20))])
    programme.merge_sellers("late", "later", actor=HOST)
    score_fully(programme, "fine")
    record_facts(
        programme,
        [facts(seller=name, as_of=date(2026, 9, 20)) for name in ("fine", "poor", "late")],
    )
    found, whole = rehearse_in_part_and_whole(programme, decided)
    assert whole == [4] * 6
    # all four as recorded, three without a quorum, and "young" whose facts are of May
    assert sorted(found) == [1, 1, 1, 3, 3, 4]


def test_a_guard_of_a_hosts_may_ask_the_date_of_facts(play: Play) -> None:
    """Where another guard reads facts, their date may decide anything."""
    table = play()._runtime.rulebook.lifecycle("award")
    releases = play()._runtime.rulebook.releases_of
    assert count_days_current([table], releases) == 45
    recent = replace(table.guards["gmv"], name="recent")
    other = replace(table, guards={**table.guards, "recent": recent})
    assert count_days_current([other], releases) is None
    part = all_of("parts", recent, wording="Recent.")
    combined = replace(table, guards={**table.guards, "parts": part})
    assert count_days_current([combined], releases) is None


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return a list that takes how many outcomes each run of a rehearsal decides."""
    counts: list[int] = []

    def count(*asked: Any) -> Any:
        found = outcomes.read_outcomes(*asked)
        counts.append(len(found))
        return found

    monkeypatch.setattr(date_runs, "read_outcomes", count)
    return counts


def score_fully(programme: Programme, seller: str) -> None:
    """Begin the review, and score a seller's path by a full panel."""
    clock: Any = programme.clock
    clock.move_to(utc(2026, 9, 20, 4))
    programme.sweep()
    reviewers = {f"r-{number}": f"t-{number}" for number in range(3)}
    programme.assign_reviewers("SG", CYCLE, reviewers, actor=Actor("team", "t", "SG"))
    [path] = [path.ref for path in programme.paths(seller)]
    for number in range(3):
        reviewer = Actor("reviewer", f"r-{number}", country="SG", team=f"t-{number}")
        scores = dict.fromkeys(ITEMS, 5)
        programme.score(path, actor=reviewer, scores=scores, comment="Good.")


def rehearse_in_part_and_whole(
    programme: Programme, decided: list[int], **options: Any
) -> tuple[list[int], list[int]]:
    """Rehearse twice with equal outcomes; return how many were decided in each run, sorted."""
    decided.clear()
    found = programme.rehearse(on=CYCLE, **options)
    in_part = sorted(decided)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("lazsa_flow.foresight.runs.decides_apart", lambda tables: False)
        decided.clear()
        whole = programme.rehearse(on=CYCLE, **options)
    assert (found.document(), found.journal) == (whole.document(), whole.journal)
    return in_part, sorted(decided)


def test_the_journal_is_read_like_a_list(play: Play) -> None:
    """Rows of a rehearsal are read by number, in part and in order, and cannot be changed."""
    journal = season(play).rehearse(on=CYCLE).journal
    rows = list(journal)
    assert (len(journal), journal[0], journal[-1]) == (8, rows[0], rows[-1])
    assert list(journal[2:4]) == rows[2:4]
    assert hash(journal[:]) == hash(journal)
    assert journal[:] == journal != journal[1:]
    assert repr(journal) == "<ForeseenJournal: 8 rows>"
    with pytest.raises(TypeError):
        rows[0]["verdicts"][0]["held"] = None
