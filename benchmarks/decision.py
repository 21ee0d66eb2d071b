"""One decision: an edge with eight guards, in the bare decision loop.

The table has one edge with eight guards, each of which compares a figure of the facts with a bar; a
thousand paths with figures of their own are decided again and again. Three depths: whether the edge
fires; with every verdict as the text that the journal keeps; and with the journal row's canonical
bytes and their hash. The first two are one path's decision by itself, as a command's is; the third
is a path's on a cycle night among identical ones, and what it leaves is what is written of
it. The reference is ``transitions``' own ``Event.trigger`` on one shared Machine
with the same eight conditions, and ``json.dumps`` and ``hashlib`` for the text, bytes and hash.

Units: microseconds of processor time a decision.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import partial
from time import process_time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, cast

from transitions import EventData, Machine

from benchmarks.harness.figures import Figure, Goal
from benchmarks.harness.turns import in_turns
from benchmarks.population.sample_sellers import COUNTRY, MIDNIGHT, NOW
from lazsa_flow import Actor, Path
from lazsa_flow.award.policy import AwardPolicy
from lazsa_flow.config import Config, check_policy
from lazsa_flow.engine.batch.group import DecisionGroup
from lazsa_flow.engine.decide import decide_edge
from lazsa_flow.engine.journal import JournalRow, verdicts_text
from lazsa_flow.engine.rulebook import Release, Rulebook
from lazsa_flow.lifecycle.evidence import EvidenceSource, Selection
from lazsa_flow.lifecycle.guards import Guard
from lazsa_flow.lifecycle.model import GuardContext, Snapshot, TimerRow
from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit, State, Step, Timer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.harness.bench import Bench
    from lazsa_flow.engine.journal import Findings
    from lazsa_flow.lifecycle.guards import Found

MEANING: Final = (
    "What one decision costs apart from any database, compared with the state machine library that "
    "decides single fires."
)
BARS: Final = (40, 45, 50, 55, 60, 65, 70, 75)
_NAMES: Final = tuple(f"figure_{bar}" for bar in BARS)
_AS_OF: Final = date(2021, 3, 20)
FACTS: Final[EvidenceSource[Any]] = EvidenceSource(
    "facts",
    Selection("figures", _NAMES, by="subject", owner="seller", latest="as_of"),
    fold=lambda rows: SimpleNamespace(**dict(zip(_NAMES, rows[0][2:], strict=True))),
    show=lambda shown: SimpleNamespace(**shown),
    fields=_NAMES,
)
"""The figures that the guards look at."""
_PATHS: Final = 1000
_ACTOR: Final = Actor("system", "cycle_date")


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure all three depths."""
    ours, theirs = _Ours(), _Theirs()
    depths: tuple[tuple[str, Callable[[], None], Callable[[], None], Goal], ...] = (
        ("unrecorded, compared with Event.trigger", ours.decide, theirs.decide, Goal(0.1)),
        (
            "with verdict text, compared with Event.trigger and json.dumps",
            ours.write_verdicts,
            theirs.write_verdicts,
            Goal(3, absolute=True),
        ),
        (
            "with canonical bytes and hash, compared with Event.trigger, json.dumps and hashlib",
            ours.take,
            theirs.write_row,
            Goal(4.2, absolute=True),
        ),
    )
    times = max(1, bench.scale.decisions // _PATHS)
    for name, our_loop, their_loop, goal in depths:
        mine, reference = in_turns(
            bench.scale.rounds,
            partial(_micros, our_loop, times),
            partial(_micros, their_loop, times),
        )
        yield Figure.of(f"decision of 8 guards, {name}", mine, reference, unit="µs", goal=goal)


def _micros(loop: Callable[[], None], times: int) -> float:
    start = process_time()
    for _ in range(times):
        loop()
    return (process_time() - start) / times / _PATHS * 1e6


def _figures(number: int) -> dict[str, int]:
    """Return a path's figures; three in four meet every bar."""
    low = 60 if number % 4 == 0 else 75
    return {name: low + (number * 7 + bar) % 25 for name, bar in zip(_NAMES, BARS, strict=True)}


def _guard(name: str, bar: int) -> Guard:
    def check(context: GuardContext) -> Found:
        figure = getattr(context.snapshot[FACTS], name)
        return figure >= bar, figure, None

    return Guard(
        name,
        check,
        lambda _: f"at least {bar}",
        "the seller",
        "benchmark",
        "{measured}",
        frozenset({name}),
    )


def _table() -> Lifecycle:
    permits = (Permit("system"),)
    return Lifecycle(
        name="award",
        title="Eight guards",
        opening=Edge("nominate", (), "under_review", permits),
        states=(
            State("under_review", "waiting", open=True),
            State("awarded", "active", final=True),
        ),
        edges=(Edge("award", ("under_review",), "awarded", permits, guards=_NAMES),),
        timers=(Timer("cycle_date", ("under_review",), "cycle", (Step("award"),)),),
        guards={name: _guard(name, bar) for name, bar in zip(_NAMES, BARS, strict=True)},
        instants={"cycle": lambda context: context.calendar.start(context.judged_on)},
        rounds={},
        policy=AwardPolicy,
        evidence=(FACTS,),
    )


def _path(number: int) -> Path:
    return Path(
        id=number,
        lifecycle="award",
        subject=f"seller-{number}",
        country=COUNTRY,
        state="under_review",
        seq=2,
        head=hashlib.sha256(str(number).encode()).hexdigest(),
        cycle_on=date(2021, 4, 1),
        opened_at=MIDNIGHT,
        entered_at=MIDNIGHT,
    )


class _Sight:
    """What the store would show of a path, as far as a decision among those alike asks it."""

    group_key = "under review"
    groupable = True

    def __init__(self, number: int, evidence: Snapshot) -> None:
        path = evidence.path
        self.path_id, self.subject, self.seq, self.head = number, path.subject, path.seq, path.head
        self.lifecycle, self.state = path.lifecycle, path.state
        figures = _figures(number)
        self.rows = {FACTS.name: ((number, _AS_OF.isoformat(), *figures.values()),)}
        self.snapshot = lambda: evidence


def _row(path: Path, dest: str, verdicts: Findings) -> JournalRow:
    return JournalRow(
        path=path.ref,
        path_id=path.id,
        seq=path.seq + 1,
        effective_at=MIDNIGHT,
        recorded_at=NOW,
        trigger="award",
        source=path.state,
        dest=dest,
        actor="system:cycle_date",
        reason=None,
        policy="award/2020-1",
        facts_as_of=date(2021, 3, 20),
        verdicts=verdicts,
        prev_hash=path.head,
    )


def _timer(rules: Rulebook) -> TimerRow:
    calendar = rules.calendar(COUNTRY)
    on = calendar.local_date(MIDNIGHT)
    return TimerRow(1, "cycle_date", MIDNIGHT, on, calendar.zone, COUNTRY, on)


class _Ours:
    def __init__(self) -> None:
        config = Config.load()
        [text] = (text for text in config.policies if text.lifecycle == "award")
        policy = check_policy(text, {table.name: table for table in config.lifecycles})
        self._rules = Rulebook([_table()], config.countries, [Release(policy, MIDNIGHT)])
        timer = _timer(self._rules)
        seen = [
            Snapshot(
                _path(number),
                {FACTS.name: SimpleNamespace(**_figures(number))},
                timers=(timer,),
                dates={FACTS.name: _AS_OF},
            )
            for number in range(_PATHS)
        ]
        self._situations = [self._situation(each) for each in seen]
        self._sights: Any = [_Sight(number, each) for number, each in enumerate(seen)]

    def _situation(self, seen: Snapshot) -> GuardContext:
        return self._rules.guard_context(seen, at=MIDNIGHT, recorded_at=NOW, actor=_ACTOR)

    def decide(self) -> None:
        for context in self._situations:
            decide_edge(self._rules, context, "award")

    def write_verdicts(self) -> None:
        for context in self._situations:
            _, findings = decide_edge(self._rules, context, "award")
            verdicts_text(findings)

    def take(self) -> None:
        first = self._sights[0]
        cohort = DecisionGroup(self._rules, first, first.group_key, "cycle_date", MIDNIGHT, NOW)
        for sight in self._sights:
            cohort.take(sight)


@dataclass(slots=True)
class _Model:
    state: str
    figures: dict[str, int]
    fields: dict[str, Any]


def _condition(name: str, bar: int) -> Callable[[EventData], bool]:
    def condition(event: EventData) -> bool:
        model = cast("_Model", event.model)
        return model.figures[name] >= bar

    return condition


class _Theirs:
    def __init__(self) -> None:
        machine = Machine(
            model=None,
            states=["under_review", "awarded"],
            initial="under_review",
            auto_transitions=False,
            send_event=True,
        )
        conditions: list[Any] = [
            _condition(name, bar) for name, bar in zip(_NAMES, BARS, strict=True)
        ]
        machine.add_transition("award", "under_review", "awarded", conditions=conditions)
        self._event = machine.events["award"]
        paths = [_path(number) for number in range(_PATHS)]
        self._models = [
            _Model(path.state, _figures(path.id), _row(path, "awarded", {}).fields())
            for path in paths
        ]

    def decide(self) -> None:
        for model in self._models:
            model.state = "under_review"
            self._event.trigger(model)

    def _verdicts(self, figures: dict[str, int]) -> list[dict[str, Any]]:
        return [
            {
                "earliest": None,
                "held": figures[name] >= bar,
                "measured": figures[name],
                "name": name,
            }
            for name, bar in zip(_NAMES, BARS, strict=True)
        ]

    def write_verdicts(self) -> None:
        self.decide()
        for model in self._models:
            json.dumps(self._verdicts(model.figures), separators=(",", ":"))

    def write_row(self) -> None:
        self.decide()
        for model in self._models:
            verdicts = self._verdicts(model.figures)
            json.dumps(verdicts, separators=(",", ":"))
            fields = {**model.fields, "dest": model.state, "verdicts": verdicts}
            text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
            hashlib.sha256(text.encode()).hexdigest()
