"""Checks of the rows: whole, readable, and saying what somebody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.runner.doctor.examination import Check
from lazsa_flow.store.inspection.vocabulary import Known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lazsa_flow.runner.doctor.examination import Examination


def check_file(examination: Examination) -> Iterator[Check]:
    """Let SQLite check its file."""
    if examination.database.dialect != "sqlite":
        return
    with examination.read() as transaction:
        faults = transaction.inspect().quick_check()
    yield from _report_faults(
        "file", [f"{each}; restore a backup" for each in faults], "quick_check: ok"
    )


def check_rules(examination: Examination) -> Iterator[Check]:
    """Look whether a policy is in force for every lifecycle, and every stored text as released."""
    rules = examination.rules
    released = {each.text.lifecycle for each in examination.database.store.policies()}
    faults = [
        f"no policy of lifecycle {name} is stored: its paths cannot be decided; "
        "run: lazsa-flow migrate"
        for name in rules.lifecycles
        if name not in released
    ]
    sound = f"{len(rules.lifecycles)} lifecycles, {len(rules.countries)} countries"
    yield from _report_faults("rules", faults, sound)


def check_references(examination: Examination) -> Iterator[Check]:
    """Look whether every row refers to rows that exist."""
    with examination.read() as transaction:
        faults = transaction.inspect().orphans()
    yield from _report_faults("references", faults, "every row refers to one that exists")


def check_slots(examination: Examination) -> Iterator[Check]:
    """Look whether every open path holds the one slot of its subject, and no other path does."""
    lifecycles = examination.rules.lifecycles
    states = [
        (name, state)
        for name, each in lifecycles.items()
        for state in each.open_states
        if not each.several_open
    ]
    with examination.read() as transaction:
        faults = transaction.inspect().misplaced_slots(states)
    yield from _report_faults("slots", faults, "every open path holds the slot of its subject")


def check_sequences(examination: Examination) -> Iterator[Check]:
    """Look whether PostgreSQL's next numbers are free."""
    if examination.database.dialect != "postgresql":
        return
    with examination.read() as transaction:
        behind = transaction.inspect().sequences_behind()
    faults = [
        f"{name} would give {next_} next, and {largest} is taken; "
        f"run: SELECT setval('{name}', {largest})"
        for name, next_, largest in behind
    ]
    yield from _report_faults("sequences", faults, "next numbers are free")


def check_dates(examination: Examination) -> Iterator[Check]:
    """Look whether every stored instant and date is one."""
    with examination.read() as transaction:
        faults = transaction.inspect().malformed()
    yield from _report_faults("dates", faults, "every stored instant and date can be read")


def check_words(examination: Examination) -> Iterator[Check]:
    """Look whether every state, timer, country and status is known."""
    lifecycles = examination.rules.lifecycles
    known = Known(
        states={n: {state.name for state in each.states} for n, each in lifecycles.items()},
        timers={n: {timer.name for timer in each.timers} for n, each in lifecycles.items()},
        countries=set(examination.rules.countries),
        roles={role for each in lifecycles.values() for role in each.all_roles},
        recipients={to.name for each in lifecycles.values() for to in each.all_recipients},
    )
    with examination.read() as transaction:
        faults = transaction.inspect().unknown_words(known)
    yield from _report_faults("words", faults, "every state, timer, country and status is known")


def _report_faults(name: str, faults: Iterable[object], sound: str) -> Iterator[Check]:
    found = [Check(name, "fault", str(fault)) for fault in faults]
    yield from found or [Check(name, "ok", sound)]
