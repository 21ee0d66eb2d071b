"""How does a seasoned seller mentor newcomers?

A made-up fourth lifecycle, in one file: table, guards and policy. A seller offers to mentor, an
employee takes them on within two weeks, or the offer lapses. After a term of ninety days they are
thanked, unless a compliance case is open: then it is broken off.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final, cast

from lazsa_flow import Edge, Finding, Guard, Lifecycle, Permit, State, Step, Timer
from lazsa_flow.lifecycle.effects import Begin, End, Notify, Schedule
from lazsa_flow.lifecycle.policy import Count, Days, Policy
from lazsa_flow.lifecycle.roles import Recipient

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.calendar import Moment
    from lazsa_flow.lifecycle.model import GuardContext


class MentorPolicy(Policy):
    """How many newcomers, and how long."""

    newcomers: Count
    answer_days: Days
    term_days: Days


POLICY: Final = """
lifecycle = "mentor"
version = "2020-1"
newcomers = 3
answer_days = 14
term_days = 90
"""


def _rules(context: GuardContext) -> MentorPolicy:
    return cast("MentorPolicy", context.policy)


def _few(context: GuardContext) -> Finding:
    wanted = int(context.path.data.get("newcomers", 0))
    return Finding(0 < wanted <= _rules(context).newcomers, wanted)


def _no_case(context: GuardContext) -> Finding:
    stands = {r.name: r.value for r in context.snapshot.records if r.kind == "case"}
    still = sum(value == "open" for value in stands.values())
    return Finding(not still, still)


GUARDS: Final = (
    Guard(
        "few_newcomers",
        _few,
        lambda policy: f"1 to {policy.newcomers} newcomers",
        "the mentor",
        "made up",
        "A mentor takes on {required}; you offered {measured}.",
    ),
    Guard(
        "no_case",
        _no_case,
        lambda _: "no compliance case open",
        "compliance",
        "made up",
        "A compliance case must be closed first.",
    ),
)


def _answer(context: GuardContext) -> Moment:
    days = timedelta(days=_rules(context).answer_days)
    return context.calendar.start(context.on + days)


def _term_ends(context: GuardContext) -> Moment:
    days = timedelta(days=_rules(context).term_days)
    return context.calendar.start(context.path.periods["mentoring"][-1].began_on + days)


def _halfway(context: GuardContext) -> Moment:
    days = timedelta(days=_rules(context).term_days // 2)
    return context.calendar.start(context.path.periods["mentoring"][-1].began_on + days)


MENTOR: Final = Lifecycle(
    name="mentor",
    title="Mentor of newcomers",
    policy=MentorPolicy,
    default_policies=(POLICY,),
    guards={guard.name: guard for guard in GUARDS},
    instants={"answer": _answer, "halfway": _halfway, "term_ends": _term_ends},
    rounds={},
    roles=("seller", "employee"),
    recipients=(Recipient("team"),),
    happy_path=("offered", "mentoring", "thanked"),
    states=(
        State("offered", "waiting", open=True),
        State("mentoring", "active", open=True),
        State("thanked", "success", final=True),
        State("lapsed", "failure", final=True),
        State("broken_off", "failure", final=True),
    ),
    opening=Edge(
        "offer",
        sources=(),
        dest="offered",
        permits=(Permit("seller", relation="self"),),
        guards=("few_newcomers",),
        effects=(Notify("offer_received", to="team"), Schedule("answer")),
    ),
    edges=(
        Edge(
            "take_on",
            sources=("offered",),
            dest="mentoring",
            permits=(Permit("employee"),),
            guards=("no_case",),
            effects=(
                Begin("mentoring"),
                Notify("taken_on"),
                Schedule("halfway"),
                Schedule("term"),
            ),
        ),
        Edge("lapse", ("offered",), "lapsed", (Permit("system"),), effects=(Notify("lapsed"),)),
        Edge(
            "thank",
            sources=("mentoring",),
            dest="thanked",
            permits=(Permit("system"),),
            guards=("no_case",),
            effects=(End("mentoring"), Notify("thanked")),
        ),
        Edge(
            "break_off",
            sources=("mentoring",),
            dest="broken_off",
            permits=(Permit("system", ("open_case",)), Permit("employee", ("not_helpful",))),
            effects=(End("mentoring"), Notify("broken_off")),
        ),
    ),
    timers=(
        Timer("answer", ("offered",), "answer", steps=(Step("lapse"),)),
        Timer("halfway", ("mentoring",), "halfway", effects=(Notify("halfway", to="team"),)),
        Timer(
            "term",
            ("mentoring",),
            "term_ends",
            steps=(Step("thank"), Step("break_off", "open_case")),
        ),
    ),
)
