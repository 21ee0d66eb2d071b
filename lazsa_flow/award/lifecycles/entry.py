"""The store entry lifecycle: how a store is admitted on records of turnover.

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

from lazsa_flow.award.evidence import EVIDENCE
from lazsa_flow.award.lifecycles.indonesian import ENTRY_IN_INDONESIAN
from lazsa_flow.award.roles import SELLER, TEAM
from lazsa_flow.lifecycle.dates import add_months
from lazsa_flow.lifecycle.effects import Notify, Reserve, Schedule
from lazsa_flow.lifecycle.guards import Finding, Guard
from lazsa_flow.lifecycle.model import SYSTEM
from lazsa_flow.lifecycle.policy import Code, Days, Policy, Share
from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit, State, Step, Timer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lazsa_flow.lifecycle.calendar import Moment
    from lazsa_flow.lifecycle.model import Actor, GuardContext

PROVENANCES: Final = ("own", "relative", "bought")


class EntryPolicy(Policy):
    """The bars of store entry.

    Attributes:
        platforms: The platforms whose records of turnover count, by code.
        months: How many closed months the records must cover.
        floor_usd: The least turnover of each of these months, in US dollars.
        expires_days: For how long after its submission an application stays open.
        bought: What happens to records that were bought: ``refuse`` them, let a person ``review``
            them, or ``accept`` them.
        documents_days: For how long after the decision documents are kept.
        admitters: The roles that may admit bought records under ``review``, of those that may
            admit at all; nobody where it is empty.
        bought_admitters: Ids of persons who may, besides.
    """

    platforms: tuple[Code, ...]
    months: Annotated[int, Field(ge=1, le=12)]
    floor_usd: Share
    expires_days: Days
    bought: Literal["refuse", "review", "accept"]
    admitters: tuple[Literal["onboarding"], ...] = ()
    bought_admitters: tuple[str, ...] = ()
    documents_days: Days

    @field_validator("platforms", "admitters", "bought_admitters", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


def _entry_policy(context: GuardContext) -> EntryPolicy:
    return cast("EntryPolicy", context.policy)


def _all_records(context: GuardContext) -> list[dict[str, str]]:
    return list(context.path.data.get("records", ()))


def closed_months(on: date, months: int) -> list[str]:
    """Return the last closed months on a date, oldest first, as ``YYYY-MM``."""
    first = on.replace(day=1)
    return [f"{add_months(first, -back):%Y-%m}" for back in range(months, 0, -1)]


RATE_EXPECTED: Final = "a date in the record's month or the month after"


def rate_fits(month: str, rate_on: date) -> bool:
    """Return whether a rate's date lies in a record's month, as ``YYYY-MM``, or in the next."""
    first = date.fromisoformat(f"{month}-01")
    return first <= rate_on < add_months(first, 2)


def judged_months(data: Mapping[str, Any], months: int) -> list[str]:
    """Return the months of an application that are judged: the last closed at submission."""
    return closed_months(date.fromisoformat(data["submitted_on"]), months)


def _judged_records(context: GuardContext) -> list[dict[str, str]]:
    """Return the records of the months that are judged; the others are set aside."""
    months = judged_months(context.path.data, _entry_policy(context).months)
    return [record for record in _all_records(context) if record["month"] in months]


def _check_complete(context: GuardContext) -> Finding:
    data = context.path.data
    missing = [name for name in ("category", "provenance", "records") if not data.get(name)]
    return Finding(not missing, f"missing: {', '.join(missing) or 'none'}")


def _check_platforms(context: GuardContext) -> Finding:
    known = _entry_policy(context).platforms
    other = sorted({r["platform"] for r in _judged_records(context)} - set(known))
    return Finding(
        not other and bool(_all_records(context)), f"other: {', '.join(other) or 'none'}"
    )


def _check_months(context: GuardContext) -> Finding:
    wanted = judged_months(context.path.data, _entry_policy(context).months)
    months = {record["month"] for record in _all_records(context)}
    missing = [month for month in wanted if month not in months]
    extra = sorted(months - set(wanted))
    aside = f"; set aside: {', '.join(extra)}" if extra else ""
    return Finding(not missing, f"missing: {', '.join(missing) or 'none'}{aside}")


def _check_floor(context: GuardContext) -> Finding:
    by_month: dict[str, Decimal] = {}
    for record in _judged_records(context):
        month = record["month"]
        by_month[month] = by_month.get(month, Decimal(0)) + Decimal(record["usd"])
    lowest = min(by_month.values(), default=Decimal(0))
    return Finding(lowest >= _entry_policy(context).floor_usd, str(lowest))


def _check_category(context: GuardContext) -> Finding:
    wanted = context.path.data.get("category")
    other = sorted({r["category"] for r in _judged_records(context)} - {wanted})
    return Finding(not other, f"other: {', '.join(other) or 'none'}")


def _check_unused(context: GuardContext) -> Finding:
    return Finding(not context.snapshot.taken, len(context.snapshot.taken))


def _check_provenance(context: GuardContext) -> Finding:
    data, rules = context.path.data, _entry_policy(context)
    provenance = data.get("provenance")
    if provenance == "relative":
        consent = bool(data.get("consent"))
        return Finding(consent, f"relative, consent {'recorded' if consent else 'missing'}")
    if provenance == "bought":
        return _check_bought(context.actor, rules)
    return Finding(provenance == "own", provenance)


def _check_bought(actor: Actor, rules: EntryPolicy) -> Finding:
    """Find whether an actor may admit bought records, and say who may."""
    if rules.bought != "review":
        held = rules.bought == "accept"
        return Finding(held, "bought" if held else "bought, which nobody may admit")
    if actor.role in rules.admitters or actor.id in rules.bought_admitters:
        return Finding(True, "bought")
    if not rules.admitters and not rules.bought_admitters:
        return Finding(False, "bought, and nobody may admit them: entry.admitters is empty")
    who = " or ".join((*rules.admitters, *(["persons named"] if rules.bought_admitters else [])))
    return Finding(False, f"bought, to be admitted by {who}")


def _entry_guard(
    name: str,
    check: Callable[[GuardContext], Finding],
    required: Callable[[EntryPolicy], str],
    changed_by: str,
    wording: str,
    title: str | None = None,
) -> Guard:
    return Guard(name, check, required, changed_by, "Turnover", wording, title=title)


GUARDS: Final = {
    guard.name: guard
    for guard in (
        _entry_guard(
            "complete",
            _check_complete,
            lambda _: "category, provenance and records",
            "the applicant",
            "Your application is not complete; {measured}.",
            title="Application complete",
        ),
        _entry_guard(
            "foreign_platform",
            _check_platforms,
            lambda p: f"records from {', '.join(p.platforms)}",
            "the applicant",
            "Only records of foreign-trade platforms count; {measured}.",
        ),
        _entry_guard(
            "three_months",
            _check_months,
            lambda p: f"the last {p.months} closed months at submission",
            "the applicant",
            "Records must cover {required}; {measured}.",
            title="Last months covered",
        ),
        _entry_guard(
            "monthly_floor",
            _check_floor,
            lambda p: f"at least USD {p.floor_usd} in each month",
            "the applicant",
            "Each month needs {required}; the lowest was {measured}.",
            title="Floor of each month",
        ),
        _entry_guard(
            "category_match",
            _check_category,
            lambda _: "records of the category applied for",
            "the applicant",
            "Records must be of the category applied for; {measured}.",
            title="Records of the category",
        ),
        _entry_guard(
            "records_unused",
            _check_unused,
            lambda _: "records that served no other store",
            "nobody",
            "Records that served one store cannot serve another; {measured} did.",
            title="Records not used before",
        ),
        _entry_guard(
            "provenance",
            _check_provenance,
            lambda p: f"own, a relative's with consent, or bought (policy: {p.bought})",
            "the applicant; for bought records those whom entry.admitters names",
            "Where the records come from must be recorded and allowed: {measured}.",
            title="Origin of the records",
        ),
    )
}


def _at_once(context: GuardContext) -> Moment:
    return context.calendar.moment(context.at)


def _expiry_moment(context: GuardContext) -> Moment:
    days = timedelta(days=_entry_policy(context).expires_days)
    opened_on = context.calendar.local_date(context.path.opened_at)
    return context.calendar.start(opened_on + days)


ENTRY: Final = Lifecycle(
    name="entry",
    title="Store entry",
    translations={"id": ENTRY_IN_INDONESIAN},
    rereads_rows=False,
    policy=EntryPolicy,
    evidence=EVIDENCE,
    guards=GUARDS,
    instants={"at_once": _at_once, "expires": _expiry_moment},
    rounds={},
    roles=("seller", "onboarding"),
    recipients=(SELLER, TEAM),
    happy_path=("submitted", "under_review", "admitted"),
    states=(
        State("submitted", "waiting", open=True),
        State("under_review", "waiting", open=True),
        State("admitted", "active", final=True),
        State("refused", "failure", final=True),
        State("expired", "failure", final=True),
    ),
    opening=Edge(
        "submit",
        sources=(),
        dest="submitted",
        permits=(Permit("seller", relation="self"), Permit("host")),
        effects=(Notify("entry_received", to="seller"), Schedule("review"), Schedule("expiry")),
    ),
    edges=(
        Edge(
            "open_review",
            title="Open the review",
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
            effects=(Reserve("turnover_record"), Notify("entry_admitted", to="seller")),
        ),
        Edge(
            "refuse",
            sources=("submitted", "under_review"),
            dest="refused",
            permits=(Permit("onboarding", ("criteria_unmet", "records_doubtful", "incomplete")),),
            effects=(Notify("entry_refused", to="seller"),),
        ),
        Edge(
            "expire",
            sources=("submitted", "under_review"),
            dest="expired",
            permits=(Permit(SYSTEM),),
            effects=(Notify("entry_expired", to="seller"),),
        ),
    ),
    timers=(
        Timer("review", ("submitted",), "at_once", steps=(Step("open_review"),)),
        Timer("expiry", ("submitted", "under_review"), "expires", steps=(Step("expire"),)),
    ),
)
