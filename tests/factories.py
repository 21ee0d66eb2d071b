"""Values for tests: each factory makes a sound one, and takes by keyword what a test is about.

By default everything plays on the cycle date 2026-10-01 in Singapore, under the shipped policy
``award/2020-1``, with a seller who meets every bar and a panel that approves.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from lazsa_flow.award.evidence import EVIDENCE, FACTS, NOMINATIONS, PANEL
from lazsa_flow.award.policy import AwardPolicy
from lazsa_flow.award.roles import AWARD_RECIPIENTS, NOMINATOR, ROLES
from lazsa_flow.award.rules.facts import Facts, Nomination
from lazsa_flow.award.rules.panel import ITEMS, Scorecard, Tally
from lazsa_flow.clock import VirtualClock
from lazsa_flow.engine.night_run import CANARY, COUNTS, CountryProgress, NightRun
from lazsa_flow.engine.rulebook import Release, Rulebook
from lazsa_flow.engine.sweep import sweep
from lazsa_flow.lifecycle.contact import Contact
from lazsa_flow.lifecycle.effects import Schedule
from lazsa_flow.lifecycle.guards import Finding, Found, Guard, Measured
from lazsa_flow.lifecycle.model import (
    NO_HEAD,
    Actor,
    Failure,
    GuardContext,
    Path,
    Period,
    Snapshot,
    Statement,
    TimerRow,
)
from lazsa_flow.lifecycle.policy import Country, read_toml
from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit, State, Step, Timer
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.notices.ports import Letter
from lazsa_flow.store.night_rows import NightRule

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from lazsa_flow.award.programme import Programme
    from lazsa_flow.engine.ports import Store
    from lazsa_flow.engine.sweep_result import SweepResult
    from lazsa_flow.engine.values import Claim
    from lazsa_flow.lifecycle.calendar import Calendar

CYCLE = date(2026, 10, 1)
SELLER = "seller-1"
SYSTEM = Actor("system", "cycle_date")
TEAM = Actor("team", "team-sg", country="SG")


def found(held: bool, measured: Measured = None, earliest: date | None = None) -> Found:
    """Return what a guard found, as the plain values that the engine takes."""
    return held, measured, earliest


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Return an instant in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@cache
def country_text(code: str = "SG") -> str:
    """Return a shipped country's text."""
    return files("lazsa_flow").joinpath(f"defaults/countries/{code.lower()}.toml").read_text()


@cache
def country(code: str = "SG") -> Country:
    """Return a shipped country."""
    return read_toml(Country, country_text(code), where=code)


def calendar(code: str = "SG") -> Calendar:
    """Return a shipped country's calendar."""
    return country(code).calendar


def midnight(on: date, code: str = "SG") -> datetime:
    """Return the instant at which a date begins in a country."""
    return calendar(code).start(on).at


@cache
def policy_text() -> str:
    """Return the text of the shipped award policy."""
    return files("lazsa_flow").joinpath("defaults/policies/award/2020-1.toml").read_text()


@cache
def _shipped() -> AwardPolicy:
    return read_toml(AwardPolicy, policy_text(), where="award/2020-1")


def policy(**sections: dict[str, Any]) -> AwardPolicy:
    """Return the shipped award policy, with values of its sections replaced.

    For instance ``policy(criteria={"retention_rate": Decimal("0.3")})``.
    """
    shipped = _shipped()
    changed = {
        name: getattr(shipped, name).model_copy(update=values) for name, values in sections.items()
    }
    return shipped.model_copy(update=changed)


def facts(**changes: Any) -> Facts:
    """Return the facts of a seller who meets every bar, dated 30 September 2026."""
    sound = Facts(
        seller=SELLER,
        country="SG",
        as_of=date(2026, 9, 30),
        joined_on=date(2024, 1, 15),
        ncp_points=0,
        policy_compliant=True,
        gmv_usd=Decimal(120_000),
        gmv_rate=Decimal("0.35"),
        chat_response_rate=Decimal("0.93"),
        monthly_cancellation_rates=(Decimal("0.004"),) * 9,
        retention_rate=Decimal("0.40"),
        is_lazstar=False,
    )
    return replace(sound, **changes)


def record_facts(programme: Programme, rows: Iterable[Facts]) -> None:
    """Write facts of any day, as they stood before days to come were refused."""
    with programme._runtime.store.begin() as transaction:
        transaction.add_facts(tuple(rows), programme.clock.now())


def card(reviewer: str = "rev-1", team: str = "team-a", score: int = 4) -> Scorecard:
    """Return a scorecard with one score for all eleven items."""
    return Scorecard(reviewer, team, (score,) * len(ITEMS))


def recusal(reviewer: str = "rev-1", team: str = "team-a") -> Scorecard:
    """Return a recusal."""
    return Scorecard(reviewer, team)


def tally(score: int = 4, cards: int = 3, teams: int | None = None) -> Tally:
    """Return the tally of ``cards`` cards of one score, from as many teams unless told."""
    of_teams = cards if teams is None else teams
    return Tally.of(card(f"rev-{n}", f"team-{n % max(1, of_teams)}", score) for n in range(cards))


def nomination(**changes: Any) -> Nomination:
    """Return a complete nomination by an employee."""
    sound = Nomination(id=1, source="employee", nominator="emp-1", complete=True, withdrawn=False)
    return replace(sound, **changes)


def record(kind: str, value: str, **changes: Any) -> Statement:
    """Return a dated statement by compliance of 1 September 2026."""
    sound = Statement(
        kind=kind,
        name="",
        value=value,
        reason=None,
        actor="compliance:com-1",
        as_of=date(2026, 9, 1),
        recorded_at=utc(2026, 9, 1, 3),
    )
    return replace(sound, **changes)


def span(
    began_on: date, ended_on: date | None = None, *, code: str = "SG", **changes: Any
) -> Period:
    """Return a span from local midnight to local midnight, told at once."""
    began_at = midnight(began_on, code)
    sound = Period(
        began_on=began_on,
        began_at=began_at,
        recorded_at=began_at,
        ended_on=ended_on,
        ended_at=midnight(ended_on, code) if ended_on else None,
    )
    return replace(sound, **changes)


def path(state: str = "under_review", **changes: Any) -> Path:
    """Return award path 1, in the round of :data:`CYCLE`, recorded last when it was opened."""
    sound = Path(
        id=1,
        lifecycle="award",
        subject=SELLER,
        country="SG",
        state=state,
        seq=1,
        head=NO_HEAD,
        cycle_on=CYCLE,
        opened_at=utc(2026, 6, 1),
        entered_at=utc(2026, 9, 1),
    )
    changed = replace(sound, **changes)
    return replace(changed, recorded_at=changes.get("recorded_at", changed.opened_at))


_PATH = path()
_FACTS = facts()
_TALLY = tally()


def context(
    *,
    path: Path = _PATH,
    facts: Facts | None = _FACTS,
    tally: Tally = _TALLY,
    nominations: Iterable[Nomination] = (),
    records: Iterable[Statement] = (),
    others: Iterable[Path] = (),
    on: date | None = None,
    at: datetime | None = None,
    recorded_at: datetime | None = None,
    policy: AwardPolicy | None = None,
    actor: Actor = SYSTEM,
    reason: str | None = None,
) -> GuardContext:
    """Return what a guard looks at, at local midnight of ``on``, or at the instant ``at``.

    Without either it is local midnight of the path's round, or of :data:`CYCLE`.
    """
    cycles = calendar(path.country)
    instant = at or cycles.start(on or path.cycle_on or CYCLE).at
    return GuardContext(
        snapshot=Snapshot(
            path=path,
            values=FrozenDict(
                {FACTS.name: facts, PANEL.name: tally, NOMINATIONS.name: tuple(nominations)}
            ),
            dates=FrozenDict({FACTS.name: facts.as_of} if facts else {}),
            records=tuple(records),
            others=tuple(others),
        ),
        at=instant,
        on=cycles.local_date(instant),
        recorded_at=recorded_at or instant,
        policy=policy or _shipped(),
        calendar=cycles,
        actor=actor,
        reason=reason,
    )


def guard(name: str = "ready", *, held: bool = True) -> Guard:
    """Return a guard that always finds the same."""
    return Guard(
        name=name,
        check=lambda _: Finding(held),
        required=lambda _: "to be ready",
        changed_by="nobody",
        source="tests",
        wording="{required}; so far {measured}",
    )


def table(**changes: Any) -> Lifecycle:
    """Return a tiny sound lifecycle: a door that the clock closes and a seller may lock.

    Its parts: states ``ajar`` and ``shut``, edges ``open`` (the opening), ``close``, ``lock``,
    guard ``ready``, timer ``evening``, instant ``dusk``, round ``tomorrow``.
    """
    sound: dict[str, Any] = {
        "name": "door",
        "title": "A door",
        "policy": AwardPolicy,
        "evidence": EVIDENCE,
        "states": (State("ajar", "waiting", open=True), State("shut", "success", final=True)),
        "opening": Edge("open", (), "ajar", (Permit("seller"),), effects=(Schedule("evening"),)),
        "edges": (
            Edge("close", ("ajar",), "shut", (Permit("system"),), ("ready",)),
            Edge("lock", ("ajar",), "shut", (Permit("seller", ("leaving",)),)),
        ),
        "timers": (Timer("evening", ("ajar",), "dusk", steps=(Step("close"),)),),
        "guards": {"ready": guard()},
        "instants": {"dusk": lambda context: context.calendar.start(context.judged_on)},
        "rounds": {"tomorrow": lambda context: context.judged_on + timedelta(days=1)},
        "happy_path": ("ajar", "shut"),
        "roles": ROLES,
        "relations": (NOMINATOR,),
        "recipients": AWARD_RECIPIENTS,
    }
    return Lifecycle(**{**sound, **changes})


def noon(on: date, code: str = "SG") -> datetime:
    """Return local noon of a date in a country, well inside it."""
    return midnight(on, code) + timedelta(hours=12)


def timer(name: str = "evening", due_at: datetime | None = None, **changes: Any) -> TimerRow:
    """Return a pending timer of path 1, due at local midnight of :data:`CYCLE`."""
    sound = TimerRow(
        path_id=1,
        name=name,
        due_at=due_at or midnight(CYCLE),
        due_on=CYCLE,
        zone="Asia/Singapore",
        country="SG",
        book_on=CYCLE,
    )
    return replace(sound, **changes)


def first_of(claim: Claim | None) -> TimerRow:
    """Return the first timer of a claim."""
    assert claim is not None
    path_id, name = next(iter(claim.names.items()))
    return timer(name, claim.due_at, path_id=path_id)


def letter(**changes: Any) -> Letter:
    """Return the letter that tells a seller of the award."""
    welcome = Letter(
        key="award-17.3.1",
        kind="awarded",
        to="seller",
        country="ID",
        locale="id",
        reply_to="team.id@example.com",
        sender="Tim Komunitas SE Indonesia",
        subject="Selamat datang, City Leader!",
        text="Halo,\n\nSelamat.\n",
        html="<!doctype html>\n<p>Selamat.</p>\n",
        sent_at=utc(2027, 4, 1, 1),
        person="seller-1",
        contact=Contact("budi@example.org", "Budi", "id"),
    )
    return replace(welcome, **changes)


def failure(failed: TimerRow, **changes: Any) -> Failure:
    """Return a timer's fifth failed attempt, which parks its path."""
    parked = Failure(
        path_id=failed.path_id,
        timer=failed.name,
        due_at=failed.due_at,
        error="ZeroDivisionError",
        attempts=5,
        failed_at=failed.due_at,
        retry_at=None,
    )
    return replace(parked, **changes)


def rulebook(*tables: Lifecycle, version: Hashable = None, **sections: dict[str, Any]) -> Rulebook:
    """Return the rules of some tables in Singapore and Indonesia, under the shipped policy.

    The policy stands in for one of each table's own; ``sections`` are as for :func:`policy`.
    """
    releases = [
        Release(policy(**sections).model_copy(update={"lifecycle": each.name}), utc(2020, 1, 1))
        for each in tables
    ]
    return Rulebook(tables, [country("SG"), country("ID")], releases, version)


def sweep_at(store: Store, rules: Rulebook, at: datetime, **options: Any) -> SweepResult:
    """Sweep by a clock that stands at an instant."""
    return sweep(store, rules, VirtualClock(at), **options)


def night_run(**changes: Any) -> NightRun:
    """Return a night of the cycle date in Singapore that is under way."""
    sound = NightRun(
        id=0,
        name="october",
        on=CYCLE,
        country=None,
        sha256="0" * 64,
        saved_at=utc(2026, 9, 1),
        countries=FrozenDict({"SG": CountryProgress(midnight(CYCLE))}),
        phase=CANARY,
        canary=20,
        rate=None,
        differs=100,
        **dict.fromkeys(COUNTS, 0),
        next_at=None,
        actor="operator:o-1",
        recorded_at=midnight(CYCLE),
        ended_at=None,
    )
    return replace(sound, **changes)


def record_night_rule(programme: Programme, *, required: bool) -> None:
    """Record in the database whether cycle dates wait for approval and start."""
    rule = NightRule(required, "test", programme.clock.now())
    programme._runtime.store.transact(lambda transaction: transaction.put_night_rule(rule))
