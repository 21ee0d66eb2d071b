"""Guards, and how they combine."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from lazsa_flow.errors import HostCodeError
from lazsa_flow.lifecycle.guards import Finding, Found, Guard, all_of, any_of, none_of
from lazsa_flow.verdicts import Need, Reading
from tests.factories import context, found, policy

EARLY, LATE = date(2026, 11, 1), date(2027, 2, 1)


def said(name: str, finding: Finding | Found, *, by: str = "nobody", source: str = "FAQ") -> Guard:
    """Return a guard that always finds this."""
    return Guard(
        name, lambda _: finding, lambda p: f"v{p.version}", by, source, "{required}: {measured}"
    )


YES = said("yes", Finding(True, 1))
NO = said("no", Finding(False, 2))
EARLIER = said("earlier", Finding(False, 3, EARLY), by="the clock")
LATER = said("later", Finding(False, 4, LATE), by="the clock", source="Introduction")


def test_a_verdict_tells_all() -> None:
    """A finding becomes a verdict with the words of guard and policy around it."""
    verdict = LATER.verdict(found(False, 4, LATE), policy())
    assert (verdict.name, verdict.held, verdict.measured) == ("later", False, 4)
    assert (verdict.required, verdict.changed_by) == ("v2020-1", "the clock")
    assert (verdict.earliest, verdict.source) == (LATE, "Introduction")
    assert verdict.wording == "v2020-1: 4"


@pytest.mark.parametrize(
    ("finding", "reason", "text"),
    [
        (found(True, 0), "met", "g holds (0; required v2020-1)"),
        (found(True), "met", "g holds"),
        (found(False), "not met", "g does not hold"),
        (found(False, 0), "not met", "g does not hold (0; required v2020-1)"),
        (found(False, "not known"), "not known", "g does not hold (not known; required v2020-1)"),
        (found(False, "stale"), "stale", "g does not hold (stale; required v2020-1)"),
        (
            found(False, 8, EARLY),
            "not met",
            "g does not hold (8; required v2020-1), could hold from 2026-11-01",
        ),
    ],
)
def test_a_verdict_says_why(finding: Found, reason: str, text: str) -> None:
    """A verdict has its reason in a word and reads as a line."""
    verdict = said("g", finding).verdict(finding, policy())
    assert verdict.reason == reason
    assert str(verdict) == text


def test_a_verdict_without_a_figure() -> None:
    """Where nothing was measured, the seller's wording shows a dash."""
    assert said("g", Finding(False)).verdict(found(False), policy()).wording == "v2020-1: —"


def test_a_measured_text_is_never_a_template() -> None:
    """Braces in a measured text are shown, not filled in."""
    finding = found(False, "{required}{0}")
    assert said("g", finding).verdict(finding, policy()).wording == "v2020-1: {required}{0}"


@pytest.mark.parametrize(
    ("guards", "finding"),
    [
        ((YES, YES), Finding(True, "unmet: none")),
        ((YES, NO), Finding(False, "unmet: no")),
        ((YES, EARLIER), Finding(False, "unmet: earlier", EARLY)),
        ((EARLIER, LATER), Finding(False, "unmet: earlier, later", LATE)),
        ((NO, LATER), Finding(False, "unmet: no, later")),
    ],
)
def test_all_of(guards: tuple[Guard, ...], finding: Finding) -> None:
    """All must hold; the date is the last of the unmet ones, if each has one."""
    assert all_of("both", *guards, wording="").check(context()) == finding


@pytest.mark.parametrize(
    ("guards", "finding"),
    [
        ((YES, LATER), Finding(True, "met: yes")),
        ((NO, NO), Finding(False, "met: none")),
        ((EARLIER, LATER), Finding(False, "met: none", EARLY)),
        ((NO, LATER), Finding(False, "met: none", LATE)),
    ],
)
def test_any_of(guards: tuple[Guard, ...], finding: Finding) -> None:
    """One that holds is enough; else the date is the first that one could hold on."""
    assert any_of("either", *guards, wording="").check(context()) == finding


@pytest.mark.parametrize(
    ("guards", "finding"),
    [
        ((NO, LATER), Finding(True, "met: none")),
        ((NO, YES), Finding(False, "met: yes")),
    ],
)
def test_none_of(guards: tuple[Guard, ...], finding: Finding) -> None:
    """None may hold; no date is promised for a guard to cease to hold."""
    assert none_of("neither", *guards, wording="").check(context()) == finding


def test_a_combination_names_its_parts_once() -> None:
    """Who can change a combination, and its sources, are those of its parts, each once."""
    both = all_of("both", EARLIER, LATER, wording="{required}")
    assert both.required(policy()) == "all of earlier, later"
    assert both.changed_by == "the clock"
    assert both.source == "FAQ; Introduction"
    assert any_of("e", YES, NO, wording="").required(policy()) == "any of yes, no"
    assert none_of("n", YES, NO, wording="").required(policy()) == "none of yes, no"


def test_a_combined_guard_shows_its_parts_in_plain_words() -> None:
    """Its verdict says which parts hold and which must, and keeps theirs with their figures."""
    either = any_of(
        "either", all_of("both", YES, NO, wording=""), none_of("not", YES, wording=""), wording=""
    )
    verdict = either.examine(context())
    assert (verdict.operator, verdict.held) == ("any_of", False)
    assert verdict.measured == "none of them holds"
    assert verdict.required == "at least one must hold of both, not"
    both, negated = verdict.parts
    assert (both.operator, both.measured) == ("all_of", "no does not hold")
    assert both.required == "yes and no must hold"
    assert [(part.name, part.held, part.measured) for part in both.parts] == [
        ("yes", True, 1),
        ("no", False, 2),
    ]
    assert (negated.measured, negated.required) == ("yes holds", "yes must not hold")
    assert "met:" not in json.dumps(verdict.to_json())


@pytest.mark.parametrize(
    ("combined", "measured", "required"),
    [
        (all_of("c", YES, YES, wording=""), "all of them hold", "yes and yes must hold"),
        (all_of("c", NO, LATER, wording=""), "no and later do not hold", "no and later must hold"),
        (any_of("c", YES, NO, wording=""), "yes holds", "at least one must hold of yes, no"),
        (any_of("c", NO, wording=""), "no does not hold", "no must hold"),
        (none_of("c", NO, LATER, wording=""), "none of them holds", "none may hold of no, later"),
        (none_of("c", NO, wording=""), "no does not hold", "no must not hold"),
    ],
)
def test_what_parts_say_together(combined: Guard, measured: str, required: str) -> None:
    """Each way to combine guards has its own plain words."""
    verdict = combined.examine(context())
    assert (verdict.measured, verdict.required) == (measured, required)


def test_of_a_journaled_finding_the_parts_that_held_are_known() -> None:
    """A finding from the journal tells which parts held; of their own parts nothing is known."""
    nested = any_of("a", none_of("n", YES, wording=""), YES, wording="")
    verdict = nested.verdict(found(True, "met: yes"), policy())
    assert [(part.name, part.held) for part in verdict.parts] == [("n", False), ("yes", True)]
    assert verdict.parts[0].parts == ()
    every = all_of("e", NO, YES, wording="")
    verdict = every.verdict(found(False, "unmet: no"), policy())
    assert [(part.name, part.held) for part in verdict.parts] == [("no", False), ("yes", True)]


def test_a_date_of_the_clock_is_told_only_where_the_clock_decides() -> None:
    """A guard that needs more than time does not promise a date."""
    asks_more = replace(LATER, by_clock=False)
    assert asks_more.verdict(found(False, 4, LATE), policy()).earliest is None
    assert any_of("a", asks_more, NO, wording="").examine(context()).earliest is None
    assert any_of("a", LATER, NO, wording="").examine(context()).earliest == LATE


def test_a_reading_that_raises_names_its_guard() -> None:
    """What a host reads for people is the host's code, too."""

    def broken(_: object) -> Reading:
        raise KeyError

    with pytest.raises(HostCodeError, match="reading of guard yes on award-1: raised KeyError"):
        replace(YES, reading=broken).examine(context())


def test_a_need_reads_as_a_line() -> None:
    """What must come, from when and until when."""
    assert str(Need("facts")) == "facts"
    assert str(Need("facts", EARLY)) == "facts, from 2026-11-01"
    assert str(Need("facts", EARLY, LATE)) == "facts, from 2026-11-01 to 2027-02-01"
    assert str(Need("facts", None, LATE)) == "facts, until 2027-02-01"
    assert Need("facts", None, LATE).to_json() == {
        "what": "facts",
        "from": None,
        "until": "2027-02-01",
    }


def test_a_guard_is_one_line() -> None:
    """It names the guard, and of a combined one how many it combines, and how."""
    assert repr(YES) == "<Guard yes>"
    both, either = all_of("both", YES, NO, wording="-"), any_of("either", YES, NO, wording="-")
    assert [repr(both), repr(either)] == [
        f"<Guard both: {both.operator} 2 guards>",
        f"<Guard either: {either.operator} 2 guards>",
    ]
    assert both.operator != either.operator
