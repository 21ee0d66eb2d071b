"""Compare two policies: a date is run under each on a copy, and outcomes are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.errors import InputError
from lazsa_flow.foresight.classes import explain_given, find_goal
from lazsa_flow.foresight.comparison import ChangedOutcome, CountryTotals, PolicyComparison
from lazsa_flow.foresight.moved_earlier import find_due
from lazsa_flow.foresight.nights import read_night
from lazsa_flow.foresight.policies import describe_reach, find_policy, governing_version, rules_with
from lazsa_flow.foresight.runs import run_all
from lazsa_flow.foresight.scratch import copy_due
from lazsa_flow.foresight.scratch_policy import as_if_in_force, as_released_now
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.lifecycle.values import EMPTY, FrozenDict
from lazsa_flow.service.assumptions import read_assumptions
from lazsa_flow.service.part import Part, runtime_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path as FilePath

    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.foresight.classes import Given
    from lazsa_flow.foresight.comparison import Direction
    from lazsa_flow.foresight.nights import Night
    from lazsa_flow.foresight.outcomes import RunOutcome
    from lazsa_flow.foresight.policies import Candidate
    from lazsa_flow.foresight.rehearsed_policy import RehearsedPolicy
    from lazsa_flow.service.part import Standing
    from lazsa_flow.service.runtime import Runtime

_COMPARE: Final = "compare_policies"
NOT_DUE: Final = "not_due"
"""The outcome of a path that is due on the date under the other policy alone."""
_Outcomes = dict[int, "RunOutcome"]


class Comparing(Part):
    """Two policies side by side."""

    def compare_policies(
        self,
        a: FilePath | str,
        b: FilePath | str,
        *,
        on: date,
        as_if_in_force: bool = False,
        now: datetime | None = None,
        country: str | None = None,
        assume: Mapping[str, str | None] = EMPTY,
    ) -> PolicyComparison:
        """Return whose outcome differs on a date between two policies; nothing is written.

        Args:
            a: The first policy: a released version, a lifecycle, whose version in force is meant,
                a file, or a text as TOML.
            b: The second policy.
            on: The date: a cycle date, where the countries have any.
            as_if_in_force: Let each policy govern the date. Without it a released version governs
                its own cycles alone, and any other those that it would govern if released now.
            now: Ask as if at this instant, aware; the present by default.
            country: Of this country; of all by default.
            assume: What is taken as given, such as ``{"facts": "held"}``.

        Raises:
            ConfigError: A policy fails its checks; every fault is named.
            ConflictError: Another text is released as a policy's version.
            InputError: The policies are of two lifecycles; the date is no cycle date, lies in the
                past, or is suspended; or there is no such assumption.
            NotFoundError: There is no such country, or no such version of a policy.
            ContendedError: Another process holds the database's lock for itself.
            DamagedError: The database's file is damaged.
            SchemaError: The database is another release's, or run by other lifecycle tables.
            UnavailableError: The database cannot be read, or there is no room for the copy.
        """
        runtime = self._runtime
        known = runtime.application.assumptions
        asked = tuple(read_assumptions(known, assume, _COMPARE).values())
        at = runtime.now(now, "now")
        night = read_night(runtime.context, on, at, country, _COMPARE)
        both = _find_both(runtime, a, b, at)
        return _compare_runs(runtime, both, night, asked, country, as_if=as_if_in_force)


def _find_both(
    runtime: Runtime, a: FilePath | str, b: FilePath | str, now: datetime
) -> tuple[Candidate, Candidate]:
    """Return both policies.

    Raises:
        InputError: They are of two lifecycles.
    """
    first = find_policy(runtime, a, now=now, field="a")
    second = find_policy(runtime, b, now=now, field="b")
    lifecycle = first.text.lifecycle
    if second.text.lifecycle != lifecycle:
        raise InputError.of(_COMPARE, "b", second.name, f"a policy of {lifecycle}")
    return first, second


def _compare_runs(
    runtime: Runtime,
    both: tuple[Candidate, Candidate],
    night: Night,
    asked: Given,
    country: str | None,
    *,
    as_if: bool,
) -> PolicyComparison:
    """Run the date under both policies, where they leave it to two versions."""
    known, rulebook = runtime.application.assumptions, runtime.rulebook
    reach = (describe_reach(rulebook, both[0], night), describe_reach(rulebook, both[1], night))
    apart = as_if or _decide_apart(rulebook, both, night)
    found: Sequence[_Outcomes] = ({}, {})
    if apart:
        within = () if country is None else (country,)
        found = _run_both(runtime, both, night, asked, within, as_if=as_if)
    goals = find_goal(rulebook.lifecycle(both[0].text.lifecycle)).triggers
    changes = tuple(_list_changes(found, goals))
    return PolicyComparison(
        on=night.on,
        now=night.now,
        as_if_in_force=as_if,
        policies=reach,
        conditions=FrozenDict(zip((each.name for each in known), asked, strict=True)),
        assumed=explain_given(known, asked),
        notes=() if as_if else tuple(_list_notes(reach, night.on, apart=apart)),
        totals=tuple(_count_totals(found, changes, goals)),
        changes=changes,
    )


def compare_policies(
    service: Standing,
    a: FilePath | str,
    b: FilePath | str,
    *,
    on: date,
    as_if_in_force: bool = False,
    now: datetime | None = None,
    country: str | None = None,
    assume: Mapping[str, str | None] = EMPTY,
) -> PolicyComparison:
    """Compare two policies of a service; see :meth:`Comparing.compare_policies`."""
    return Comparing(runtime_of(service)).compare_policies(
        a, b, on=on, as_if_in_force=as_if_in_force, now=now, country=country, assume=assume
    )


def _decide_apart(rulebook: Rulebook, both: Sequence[Candidate], night: Night) -> bool:
    """Return whether releasing the one and the other leaves the date to two versions."""
    versions = []
    for each in both:
        after, lifecycle = rules_with(rulebook, each, night.now), each.text.lifecycle
        versions.append(
            [
                governing_version(after, lifecycle, code, night.on, night.now)
                for code in night.countries
            ]
        )
    return versions[0] != versions[1]


def _list_notes(reach: Sequence[RehearsedPolicy], on: date, *, apart: bool) -> Iterator[str]:
    """Yield which policy does not govern the date, and that nothing changes where neither would."""
    for each in reach:
        if not each.governs:
            yield f"{each.name} does not govern {on}: {each.sentence(on)}"
    if not apart:
        yield f"Nothing changes on {on}: the same version governs it either way"


def _run_both(
    runtime: Runtime,
    both: Sequence[Candidate],
    night: Night,
    asked: Given,
    within: Collection[str],
    *,
    as_if: bool,
) -> list[_Outcomes]:
    """Run the date under each policy, from one copy of the source."""
    known, found = runtime.application.assumptions, []
    puts = [
        as_if_in_force(runtime.rulebook, each, night) if as_if else as_released_now(each, night)
        for each in both
    ]
    with copy_due(runtime, find_due(runtime, night, within, *puts)) as scratch:
        for each, put in zip(both, puts, strict=True):
            with scratch.branch() as own:
                run = run_all(own, night, known, asked, policy=put, only_asked=True)
            lifecycle = each.text.lifecycle
            outcomes = run.runs[asked].items()
            found.append({at: done for at, done in outcomes if done.lifecycle == lifecycle})
    return found


def _list_changes(found: Sequence[_Outcomes], goals: Collection[str]) -> Iterator[ChangedOutcome]:
    """Yield each path whose outcome differs, in the order of their numbers."""
    first, second = found
    for path_id in sorted({*first, *second}):
        before, after = _find_ending(first.get(path_id)), _find_ending(second.get(path_id))
        if before.outcome == after.outcome and before.state == after.state:
            continue
        direction = _find_direction(before.outcome in goals, after.outcome in goals)
        failing, other = (before, after) if direction == "won" else (after, before)
        seen = first.get(path_id) or second[path_id]
        yield ChangedOutcome(
            path=write_ref(seen.lifecycle, path_id),
            subject=seen.subject,
            country=seen.country,
            direction=direction,
            before=before.outcome,
            after=after.outcome,
            guards=tuple(name for name in failing.guards if name not in other.guards),
        )


class _Ending(NamedTuple):
    outcome: str
    state: str
    guards: tuple[str, ...]


def _find_ending(found: RunOutcome | None) -> _Ending:
    if found is None:
        return _Ending(NOT_DUE, "", ())
    return _Ending(found.outcome, found.state, found.guards)


def _find_direction(before: bool, after: bool) -> Direction:
    if before == after:
        return "other"
    return "lost" if before else "won"


def _count_totals(
    found: Sequence[_Outcomes], changes: Collection[ChangedOutcome], goals: Collection[str]
) -> Iterator[CountryTotals]:
    """Yield how many paths of each country come to what, by the codes of the countries."""
    first, second = found
    every = {**second, **first}
    for code in sorted({each.country for each in every.values()}):
        changed = [each.direction for each in changes if each.country == code]
        yield CountryTotals(
            country=code,
            due=sum(each.country == code for each in every.values()),
            reached_before=_count_reached(first, code, goals),
            reached_after=_count_reached(second, code, goals),
            lost=changed.count("lost"),
            won=changed.count("won"),
            other=changed.count("other"),
        )


def _count_reached(found: _Outcomes, code: str, goals: Collection[str]) -> int:
    return sum(each.country == code and each.outcome in goals for each in found.values())
