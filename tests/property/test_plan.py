"""The compiled plan decides as transitions would, and writes what JSON would write."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lazsa_flow.award.evidence import FACTS
from lazsa_flow.engine.batch.group import change_of
from lazsa_flow.engine.decide import decide_edge, decide_timer
from lazsa_flow.engine.journal import (
    JournalRow,
    canonical,
    digest,
    verdict_fields,
    verdicts_text,
)
from lazsa_flow.engine.machine import TableMachine, Trial
from lazsa_flow.engine.sweep import decide_next
from lazsa_flow.lifecycle.guards import Finding, Found
from lazsa_flow.lifecycle.table import Edge, Permit, State, Step, Timer
from tests.factories import CYCLE, context, facts, guard, path, rulebook, table, timer, utc
from tests.fakes import MemoryStore, MemoryTransaction

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.model import GuardContext
    from lazsa_flow.lifecycle.table import Lifecycle

STATES = ("ajar", "shut", "locked", "gone")
GUARDS = tuple(f"g{n}" for n in range(6))
TRIGGERS = ("close", "swing", "lock")
HELD = st.sets(st.sampled_from(GUARDS))
REASONS: tuple[str | None, ...] = (None, "dark", "cold", "late")


@st.composite
def lifecycles(draw: st.DrawFn) -> Lifecycle:
    """Draw a sound table whose guards hold or not, by what the path's data says."""
    edges = [Edge("move", STATES, state, (Permit("host", (state,)),)) for state in STATES]
    for trigger in TRIGGERS:
        reasons = draw(st.lists(st.sampled_from(REASONS), unique=True, min_size=1))
        edges += [
            Edge(
                trigger,
                tuple(draw(st.lists(st.sampled_from(STATES), unique=True, min_size=1))),
                draw(st.sampled_from(STATES)),
                (Permit("system", (reason,) if reason else ()),),
                tuple(draw(st.lists(st.sampled_from(GUARDS)))),
            )
            for reason in reasons
        ]
    timed = [Step(e.trigger, next(iter(e.reasons))) for e in edges if e.trigger != "move"]
    steps = tuple(draw(st.lists(st.sampled_from(timed), min_size=1)))
    return table(
        states=tuple(State(name, "waiting", open=True, final=True) for name in STATES),
        edges=tuple(edges),
        timers=(Timer("evening", STATES, "dusk", steps=steps),),
        guards={name: replace(guard(name), check=_check(name)) for name in GUARDS},
        happy_path=(),
    )


def _check(name: str) -> Any:
    return lambda context: Finding(name in context.path.data["held"], name)


def _asked(lifecycle: Lifecycle, seen: Any, trigger: str, found: dict[str, Found]) -> Edge | None:
    """Decide by Event.trigger alone, every guard of the edge asked once."""
    state = seen.path.state
    edge = lifecycle.edge(state, trigger, seen.reason)
    if edge is None:
        return None
    for name in edge.guards:
        found.setdefault(name, lifecycle.guards[name].ask(seen))
    return (
        edge if TableMachine(lifecycle).fires(Trial(state, seen.reason, found), trigger) else None
    )


@settings(deadline=None)
@given(
    lifecycles(),
    st.sampled_from(STATES),
    st.sampled_from(TRIGGERS),
    st.sampled_from((*REASONS, "unknown")),
    HELD,
)
def test_an_edge_is_taken_as_transitions_takes_it(
    lifecycle: Lifecycle, state: str, trigger: str, reason: str | None, held: set[str]
) -> None:
    """For random tables, states, reasons and facts: the same edge, and the same findings."""
    door = path(state, lifecycle="door", data={"held": held})
    seen = context(path=door, reason=reason)
    found: dict[str, Found] = {}
    expected = _asked(lifecycle, seen, trigger, found)
    assert decide_edge(rulebook(lifecycle), seen, trigger) == (expected, found)


@settings(deadline=None)
@given(lifecycles(), st.sampled_from(STATES), HELD)
def test_a_timer_is_decided_as_transitions_decides_it(
    lifecycle: Lifecycle, state: str, held: set[str]
) -> None:
    """For random timers: the first step that fires, its reason, and what all tried have found."""
    seen = context(path=path(state, lifecycle="door", data={"held": held}))
    timer = lifecycle.timer("evening")
    found: dict[str, Found] = {}
    expected: tuple[Edge | None, Any] = None, seen
    for step in timer.steps:
        tried = replace(seen, reason=step.reason)
        edge = _asked(lifecycle, tried, step.trigger, found)
        if edge is not None:
            expected = edge, tried
            break
    assert decide_timer(rulebook(lifecycle), seen, timer) == (*expected, found)


def activities_of(seen: GuardContext) -> frozenset[str]:
    """Return the activities that the facts name."""
    facts = seen.snapshot[FACTS]
    assert facts is not None
    return facts.activities or frozenset()


def _reading(name: str) -> Any:
    return replace(
        guard(name),
        check=lambda context: Finding(name in activities_of(context), name),
        reads=frozenset({"activities"}),
    )


@settings(deadline=None)
@given(lifecycles(), st.sampled_from(STATES), st.lists(HELD, min_size=2))
def test_paths_that_are_alike_are_decided_as_each_by_itself(
    lifecycle: Lifecycle, state: str, readings: list[set[str]]
) -> None:
    """For random tables and facts: what a hearing decides is what the plan decides of each."""
    rules = rulebook(replace(lifecycle, guards={name: _reading(name) for name in GUARDS}))
    store = MemoryStore()
    for number, held in enumerate(readings, 1):
        subject = f"seller-{number}"
        door = path(state, id=number, lifecycle="door", subject=subject, head=f"{number:064}")
        store.paths[number] = door
        store.timers.append(timer(path_id=number))
        store.facts.append((utc(2026, 9, 1), facts(seller=subject, activities=frozenset(held))))
    judged = decide_next(MemoryTransaction(store), rules, utc(2026, 10, 2), 99)
    assert judged is not None
    assert (judged.changes, judged.failed) == ([], [])
    heard = {
        each.after.id: each
        for batch_changes in judged.batch_changes
        for each in batch_changes.changes()
    }
    sights = MemoryTransaction(store).evidence_rows(heard, before=None, on=CYCLE)
    assert heard == {
        sight.path_id: change_of(
            rules, sight.snapshot(), timer(path_id=sight.path_id), utc(2026, 10, 2)
        )
        for sight in sights
    }


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
FINDINGS = st.builds(
    Finding,
    st.booleans(),
    st.none() | TEXTS | st.integers() | st.booleans() | st.decimals(allow_nan=False).map(str),
    st.none() | st.dates(),
)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-3))])
INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES)  # noqa: DTZ001


@settings(deadline=None)
@given(st.dictionaries(TEXTS, FINDINGS))
def test_verdicts_are_written_as_json_writes_them(
    findings: dict[str, Found],
) -> None:
    """RFC 8785: whatever is measured, a number, a truth or any text, the bytes are canonical."""
    assert verdicts_text(findings).encode() == canonical(verdict_fields(findings))


def test_a_truth_and_a_number_that_are_equal_are_written_apart() -> None:
    """1 and true, equal in Python, stand in the journal as what they are, in either order."""
    for measured in (1, True, 1, 0, False, 0):
        findings: dict[str, Found] = {"flag": (True, measured, None)}
        assert verdicts_text(findings).encode() == canonical(verdict_fields(findings))


@settings(deadline=None)
@given(
    st.builds(
        JournalRow,
        path=TEXTS,
        path_id=st.integers(1),
        seq=st.integers(1),
        effective_at=INSTANTS,
        recorded_at=INSTANTS,
        trigger=st.none() | TEXTS,
        source=st.none() | TEXTS,
        dest=TEXTS,
        actor=TEXTS,
        reason=st.none() | TEXTS,
        policy=TEXTS,
        facts_as_of=st.none() | st.dates(date(2, 1, 1)),
        verdicts=st.dictionaries(TEXTS, FINDINGS),
        prev_hash=TEXTS,
    )
)
def test_a_row_is_hashed_over_the_bytes_that_json_writes(row: JournalRow) -> None:
    """design.md, rule 8: whoever has a row's fields finds its hash with any JSON library."""
    assert row.hash == digest(row.fields())
    assert row.verdicts_text.encode() == canonical(row.fields()["verdicts"])
