"""Paths that are decided together are decided, and written, as each by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lazsa_flow.award.evidence import FACTS, NOMINATIONS, PANEL
from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.award_guards import GUARDS
from lazsa_flow.award.rules.facts import FIGURES, Facts
from lazsa_flow.award.rules.panel import Scorecard, Tally, figures_of, pack_scores
from lazsa_flow.engine.batch.group import change_of
from lazsa_flow.engine.sweep import decide_next
from lazsa_flow.lifecycle.guards import kinds_read
from tests.factories import (
    CYCLE,
    context,
    facts,
    midnight,
    nomination,
    path,
    record,
    rulebook,
    span,
    timer,
)
from tests.fakes import MemoryStore, MemoryTransaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.engine.values import Change
    from lazsa_flow.lifecycle.model import GuardContext, Snapshot

RULES = rulebook(AWARD)
DUE = midnight(CYCLE)
NOW = DUE + timedelta(hours=7)
BEFORE = DUE - timedelta(days=2)
TEAMS = ("books", "events", "care")

RATES = st.sampled_from([None, *map(Decimal, ("0", "0.1", "0.3", "0.850", "0.85", "0.93"))])
SOLD = st.builds(
    facts,
    as_of=st.sampled_from([CYCLE, CYCLE - timedelta(45), CYCLE - timedelta(46)]),
    joined_on=st.sampled_from([None, date(2026, 1, 1), date(2026, 1, 2), date(2024, 2, 29)]),
    ncp_points=st.sampled_from([None, 0, 12, 13]),
    policy_compliant=st.sampled_from([None, True, True, False]),
    gmv_rate=RATES,
    chat_response_rate=RATES,
    monthly_cancellation_rates=st.none() | st.lists(RATES, min_size=9, max_size=9).map(tuple),
    retention_rate=RATES,
    is_lazstar=st.sampled_from([None, False, False, True]),
    activities=st.none() | st.sets(st.sampled_from(["help", "writing", "speaking"])).map(frozenset),
)
"""Facts on both sides of every bar."""
SCORES = st.sampled_from([(), (2,) * 11, (4,) * 11, (4,) * 10 + (1,), (5, 4) * 5 + (3,)])
CARDS = st.lists(
    st.builds(Scorecard, st.sampled_from("abcd"), st.sampled_from(TEAMS), SCORES), max_size=5
)
AWARD_SPAN = span(date(2025, 10, 1))
STANDS: dict[str, dict[str, Any]] = {
    "cycle_date": {"state": "under_review"},
    "review_opens": {"state": "nominated"},
    "renewal_opens": {"state": "awarded", "spans": {"award": (AWARD_SPAN,)}},
    "due_date": {"state": "renewed", "spans": {"award": (AWARD_SPAN,)}},
    "renewal_decision": {"state": "renewal_due", "spans": {"award": (AWARD_SPAN,)}},
    "grace_end": {"state": "renewal_due", "spans": {"award": (span(date(2025, 4, 1)),)}},
}
"""Where a path stands whose timer of this name is due."""
RECORDS = st.lists(
    st.builds(
        record,
        st.sampled_from(["case", "good_standing", "consent"]),
        st.sampled_from(["open", "closed", "began", "ended"]),
        name=st.sampled_from(["", "c-1"]),
        actor=st.sampled_from(["compliance:c-1", "compliance:c-2"]),
    ),
    max_size=2,
)


@st.composite
def populations(draw: st.DrawFn) -> MemoryStore:
    """Draw a store with a few sellers in each state whose timers are due at one midnight."""
    store = MemoryStore()
    for number in range(1, draw(st.integers(2, 12)) + 1):
        subject = f"seller-{number}"
        name = draw(st.sampled_from(list(STANDS)))
        opened_at = BEFORE - timedelta(days=draw(st.integers(1, 3)))
        own = path(id=number, subject=subject, head=f"{number:064}", opened_at=opened_at)
        carried = {"postponement": (span(date(2026, 4, 1)),)} if draw(st.booleans()) else {}
        stands = STANDS[name]
        spans = {**stands.get("spans", {}), **carried}
        store.paths[number] = replace(own, state=stands["state"], periods=spans, seq=3)
        store.timers.append(timer(name, path_id=number))
        if name == "cycle_date" and draw(st.booleans()):
            earlier = path("retired", id=100 + number, subject=subject, seq=5)
            store.paths[earlier.id] = earlier
        known = draw(st.none() | SOLD)
        if known is not None:
            store.facts.append((BEFORE, replace(known, seller=subject)))
        store.cards += [(BEFORE, number, CYCLE, card) for card in draw(CARDS)]
        complete, withdrawn = draw(st.booleans()), draw(st.booleans())
        made = nomination(id=number, complete=complete, withdrawn=withdrawn)
        store.nominations.append((BEFORE, number, made))
        store.records += [(subject, each) for each in draw(RECORDS)]
    return store


def by_itself(store: MemoryStore) -> dict[int, Change]:
    """Decide every path that is due by itself."""
    transaction = MemoryTransaction(store)
    claim = transaction.claim(NOW, 99)
    assert claim is not None
    changes = {}
    for sight in transaction.evidence_rows(claim.names, before=DUE, on=CYCLE):
        due = next(t for t in store.timers if t.path_id == sight.path_id)
        changes[sight.path_id] = change_of(RULES, sight.snapshot(), due, NOW)
    return changes


def _opened(change: Change, store: MemoryStore) -> Change:
    """Return a change with the instants that its path was opened and last written before it."""
    assert change.before is not None
    own, after = store.paths[change.after.id], change.after
    recorded_at = after.recorded_at if change.moves else own.recorded_at
    return change._replace(
        before=replace(change.before, opened_at=own.opened_at, recorded_at=own.recorded_at),
        after=replace(after, opened_at=own.opened_at, recorded_at=recorded_at),
    )


@settings(deadline=None, max_examples=60)
@given(populations())
def test_together_is_as_each_by_itself(store: MemoryStore) -> None:
    """Every change of a chunk is what the path's own decision drafts, row, hash and notices."""
    judged = decide_next(MemoryTransaction(store), RULES, NOW, 99)
    assert judged is not None
    assert not judged.failed
    batch_changes = (change for each in judged.batch_changes for change in each.changes())
    together = [*judged.changes, *(_opened(change, store) for change in batch_changes)]
    assert {change.after.id: change for change in together} == by_itself(store)
    texts = {own.path_id: own for each in judged.batch_changes for own in each.each}
    rows = {change.after.id: change.row for change in together if change.row}
    for path_id, own in texts.items():
        if path_id in rows:
            assert (own.verdicts_text, own.hash) == (
                rows[path_id].verdicts_text,
                rows[path_id].hash,
            )
    alone = {each for each in texts if 100 + each in store.paths}
    assert not alone, "whoever has another path is decided by themselves"


@given(CARDS)
def test_the_figures_of_a_round_are_those_of_its_tally(cards: list[Scorecard]) -> None:
    """How many cards, of how many teams, the sum, the lowest item's: however they are added up."""
    tally = Tally.of(cards)
    latest = {card.reviewer: card for card in cards}.values()
    counted = [(card.team, pack_scores(card.scores)) for card in latest if not card.recused]
    expected = (tally.cards, tally.teams, tally.total, min(tally.sums))
    assert figures_of(counted) == expected


def _unread(
    reads: frozenset[str], seen: Snapshot, other: Snapshot, shuffle: Callable[[Any], Any]
) -> dict[str, Any]:
    """Return evidence of another, but for the keys of what is read."""
    figures = {
        name: getattr(seen[FACTS] if name in reads else other[FACTS], name) for name in FIGURES
    }
    known, kinds = seen[FACTS], kinds_read(reads)
    same = [each for each in seen.records if each.kind in kinds]
    tally = Tally(
        seen[PANEL].cards, seen[PANEL].teams, tuple(shuffle(seen[PANEL].sums)), frozenset({"z"})
    )
    nominations = [
        replace(each, id=each.id + 70, source="seller", nominator="somebody else")
        for each in seen[NOMINATIONS]
    ]
    return {
        "path": replace(other.path, id=77, subject="another", head="f" * 64),
        "facts": Facts("another", "ID", known.as_of, **figures) if known else None,
        "tally": tally if PANEL.name in reads else other[PANEL],
        "nominations": nominations if NOMINATIONS.name in reads else other[NOMINATIONS],
        "records": [
            *(replace(each, actor="x:1", recorded_at=NOW) for each in same),
            *(each for each in other.records if each.kind not in kinds),
        ],
        "recorded_at": NOW + timedelta(days=400),
    }


@st.composite
def twins(draw: st.DrawFn) -> tuple[GuardContext, GuardContext, str]:
    """Draw two situations that agree in the keys of what one guard says it reads, and no more."""
    name = draw(
        st.sampled_from([name for name, guard in GUARDS.items() if guard.reads is not None])
    )
    stands = draw(st.sampled_from(list(STANDS.values())))
    spans = stands.get("spans", {})
    shared = path(stands["state"], periods=spans)

    def one() -> GuardContext:
        return context(
            path=shared,
            facts=draw(SOLD),
            tally=Tally.of(draw(CARDS)),
            nominations=[
                nomination(id=n, complete=draw(st.booleans()), withdrawn=draw(st.booleans()))
                for n in range(draw(st.integers(0, 3)))
            ],
            records=draw(RECORDS),
        )

    def shuffle(sums: tuple[int, ...]) -> list[int]:
        return draw(st.permutations(sums))

    first, second = one(), one()
    reads = GUARDS[name].reads or frozenset()
    return first, context(**_unread(reads, first.snapshot, second.snapshot, shuffle)), name


@settings(deadline=None, max_examples=120)
@given(twins())
def test_a_guard_reads_no_more_than_it_says(pair: tuple[GuardContext, GuardContext, str]) -> None:
    """What it finds is the same for whoever agrees in what it says it reads."""
    first, second, name = pair
    assert GUARDS[name].check(first) == GUARDS[name].check(second)
