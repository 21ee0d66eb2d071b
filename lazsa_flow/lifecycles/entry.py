"""How is a store admitted on records of turnover?

Records of the last three closed months from foreign-trade platforms, judged at submission. A record
that served one store cannot serve another: admitting a store claims its records, and the store's
unique key lets only one of two applications win, at whatever instant both are admitted.

The path's ``data`` holds ``category``, ``provenance`` (``own``, ``relative``, ``bought``),
``consent`` (whether the relative's consent is recorded), ``submitted_on``, ``records`` (a list of
``platform``, ``month`` as ``YYYY-MM``, ``usd``, ``category``) and ``claims``, the records' keyed
fingerprints.

Source:
    programme.md, "The lifecycles", Store entry; Turnover.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, cast

from pydantic import Field, field_validator

from lazsa_flow.domain.dates import add_months
from lazsa_flow.domain.effects import Begin, Notify, Schedule
from lazsa_flow.domain.guards import Finding, Guard
from lazsa_flow.domain.lifecycle import Edge, Lifecycle, Permit, State, Step, Timer
from lazsa_flow.domain.model import SYSTEM
from lazsa_flow.domain.policy import Code, Days, Policy, Share

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.domain.cycles import Moment
    from lazsa_flow.domain.model import Situation

PROVENANCES: Final = ("own", "relative", "bought")


class EntryPolicy(Policy):
    """The bars of store entry."""

    platforms: tuple[Code, ...]
    months: Annotated[int, Field(ge=1, le=12)]
    floor_usd: Share
    expires_days: Days
    bought: Literal["refuse", "review", "accept"]
    bought_admitters: tuple[str, ...]
    documents_days: Days

    @field_validator("platforms", "bought_admitters", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


def _rules(situation: Situation) -> EntryPolicy:
    return cast("EntryPolicy", situation.policy)


def _records(situation: Situation) -> list[dict[str, str]]:
    return list(situation.path.data.get("records", ()))


def closed_months(on: date, months: int) -> list[str]:
    """Return the last closed months on a date, oldest first, as ``YYYY-MM``."""
    first = on.replace(day=1)
    return [f"{add_months(first, -back):%Y-%m}" for back in range(months, 0, -1)]


def _complete(situation: Situation) -> Finding:
    data = situation.path.data
    missing = [name for name in ("category", "provenance", "records") if not data.get(name)]
    return Finding(not missing, f"missing: {', '.join(missing) or 'none'}")


def _platform(situation: Situation) -> Finding:
    known = _rules(situation).platforms
    other = sorted({r["platform"] for r in _records(situation)} - set(known))
    return Finding(not other and bool(_records(situation)), f"other: {', '.join(other) or 'none'}")


def _three_months(situation: Situation) -> Finding:
    submitted_on = date.fromisoformat(situation.path.data["submitted_on"])
    wanted = closed_months(submitted_on, _rules(situation).months)
    months = {record["month"] for record in _records(situation)}
    missing = [month for month in wanted if month not in months]
    extra = sorted(months - set(wanted))
    return Finding(
        not missing and not extra,
        f"missing: {', '.join(missing) or 'none'}; not judged: {', '.join(extra) or 'none'}",
    )


def _floor(situation: Situation) -> Finding:
    by_month: dict[str, Decimal] = {}
    for record in _records(situation):
        month = record["month"]
        by_month[month] = by_month.get(month, Decimal(0)) + Decimal(record["usd"])
    lowest = min(by_month.values(), default=Decimal(0))
    return Finding(lowest >= _rules(situation).floor_usd, str(lowest))


def _category(situation: Situation) -> Finding:
    wanted = situation.path.data.get("category")
    other = sorted({r["category"] for r in _records(situation)} - {wanted})
    return Finding(not other, f"other: {', '.join(other) or 'none'}")


def _unused(situation: Situation) -> Finding:
    return Finding(not situation.seen.taken, len(situation.seen.taken))


def _provenance(situation: Situation) -> Finding:
    data, rules = situation.path.data, _rules(situation)
    provenance = data.get("provenance")
    if provenance == "relative":
        consent = bool(data.get("consent"))
        return Finding(consent, f"relative, consent {'recorded' if consent else 'missing'}")
    if provenance == "bought":
        named = situation.actor.id in rules.bought_admitters
        held = rules.bought == "accept" or (rules.bought == "review" and named)
        return Finding(held, "bought")
    return Finding(provenance == "own", provenance)


def _guard(
    name: str,
    check: Callable[[Situation], Finding],
    required: Callable[[EntryPolicy], str],
    changed_by: str,
    wording: str,
) -> Guard:
    return Guard(name, check, required, changed_by, "Turnover", wording)


GUARDS: Final = {
    guard.name: guard
    for guard in (
        _guard(
            "complete",
            _complete,
            lambda _: "category, provenance and records",
            "the applicant",
            "Your application is not complete; {measured}.",
        ),
        _guard(
            "foreign_platform",
            _platform,
            lambda p: f"records from {', '.join(p.platforms)}",
            "the applicant",
            "Only records of foreign-trade platforms count; {measured}.",
        ),
        _guard(
            "three_months",
            _three_months,
            lambda p: f"the last {p.months} closed months at submission",
            "the applicant",
            "Records must cover {required}; {measured}.",
        ),
        _guard(
            "monthly_floor",
            _floor,
            lambda p: f"at least USD {p.floor_usd} in each month",
            "the applicant",
            "Each month needs {required}; the lowest was {measured}.",
        ),
        _guard(
            "category_match",
            _category,
            lambda _: "records of the category applied for",
            "the applicant",
            "Records must be of the category applied for; {measured}.",
        ),
        _guard(
            "records_unused",
            _unused,
            lambda _: "records that served no other store",
            "nobody",
            "Records that served one store cannot serve another; {measured} did.",
        ),
        _guard(
            "provenance",
            _provenance,
            lambda p: f"own, a relative's with consent, or bought (policy: {p.bought})",
            "the applicant; for bought records a person whom the policy names",
            "Where the records come from must be recorded and allowed: {measured}.",
        ),
    )
}


def _at_once(situation: Situation) -> Moment:
    return situation.calendar.moment(situation.at)


def _expires(situation: Situation) -> Moment:
    days = timedelta(days=_rules(situation).expires_days)
    opened_on = situation.calendar.local_date(situation.path.opened_at)
    return situation.calendar.start(opened_on + days)


ENTRY: Final = Lifecycle(
    name="entry",
    title="Store entry",
    rereads_rows=False,
    policy=EntryPolicy,
    guards=GUARDS,
    instants={"at_once": _at_once, "expires": _expires},
    rounds={},
    happy=("submitted", "under_review", "admitted"),
    states=(
        State("submitted", "waiting", open=True),
        State("under_review", "waiting", open=True),
        State("admitted", "honoured", final=True),
        State("refused", "ended_badly", final=True),
        State("expired", "ended_badly", final=True),
    ),
    opening=Edge(
        "submit",
        sources=(),
        dest="submitted",
        permits=(Permit("seller", relation="self"), Permit("host")),
        effects=(Schedule("review"), Schedule("expiry")),
    ),
    edges=(
        Edge(
            "open_review",
            sources=("submitted",),
            dest="under_review",
            permits=(Permit(SYSTEM),),
            guards=("complete",),
            effects=(Notify("entry_opened", to="team"),),
        ),
        Edge(
            "admit",
            sources=("under_review",),
            dest="admitted",
            permits=(Permit("onboarding"),),
            guards=(
                "foreign_platform",
                "three_months",
                "monthly_floor",
                "category_match",
                "records_unused",
                "provenance",
            ),
            effects=(Begin("turnover_record", of="claims"), Notify("entry_admitted")),
        ),
        Edge(
            "refuse",
            sources=("submitted", "under_review"),
            dest="refused",
            permits=(Permit("onboarding", ("criteria_unmet", "records_doubtful", "incomplete")),),
            effects=(Notify("entry_refused"),),
        ),
        Edge(
            "expire",
            sources=("submitted", "under_review"),
            dest="expired",
            permits=(Permit(SYSTEM),),
            effects=(Notify("entry_expired"),),
        ),
    ),
    timers=(
        Timer("review", ("submitted",), "at_once", steps=(Step("open_review"),)),
        Timer("expiry", ("submitted", "under_review"), "expires", steps=(Step("expire"),)),
    ),
)
