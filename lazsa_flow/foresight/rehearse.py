"""Rehearse: run the sweep of a date on a copy, with a clock that is set ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.foresight.classes import PathClassifier, describe_given, explain_given
from lazsa_flow.foresight.moved_earlier import find_due
from lazsa_flow.foresight.nights import read_night
from lazsa_flow.foresight.overdue import find_overdue
from lazsa_flow.foresight.policies import describe_reach, find_policy
from lazsa_flow.foresight.rehearsal import Rehearsal
from lazsa_flow.foresight.rehearsed_date import PathOutcome
from lazsa_flow.foresight.runs import run_all
from lazsa_flow.foresight.scratch import copy_due
from lazsa_flow.foresight.scratch_policy import as_if_in_force
from lazsa_flow.lifecycle.path_ref import write_ref
from lazsa_flow.lifecycle.values import EMPTY, FrozenDict
from lazsa_flow.service.assumptions import read_assumptions
from lazsa_flow.service.part import Part, runtime_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path as FilePath

    from lazsa_flow.foresight.classes import Given
    from lazsa_flow.foresight.overdue import Overdue
    from lazsa_flow.foresight.rehearsed_policy import RehearsedPolicy
    from lazsa_flow.foresight.runs import Found
    from lazsa_flow.service.assumptions import Assumption
    from lazsa_flow.service.part import Standing
    from lazsa_flow.service.runtime import Runtime


class Foresight(Part):
    """What a date will bring."""

    def rehearse(
        self,
        *,
        on: date,
        now: datetime | None = None,
        country: str | None = None,
        assume: Mapping[str, str | None] = EMPTY,
        policy: FilePath | str | None = None,
    ) -> Rehearsal:
        """Return what a date will bring; nothing is written.

        Args:
            on: The date: a cycle date, where the countries have any.
            now: Ask as if at this instant, aware; the present by default.
            country: Of this country; of all by default.
            assume: What is taken as given, such as ``{"facts": "held"}``.
            policy: Decide as if this policy governed the date: a file, a text as TOML, or a
                released version.

        Raises:
            ConfigError: The policy fails its checks; every fault is named.
            ConflictError: Another text is released as this version of the policy.
            InputError: The date is no cycle date, lies in the past, or is suspended; or there is
                no such assumption.
            NotFoundError: There is no such country, or no such version of a policy.
            ContendedError: Another process holds the database's lock for itself.
            DamagedError: The database's file is damaged.
            SchemaError: The database is another release's, or run by other lifecycle tables.
            UnavailableError: The database cannot be read, or there is no room for the copy.
        """
        return rehearse_for(
            self._runtime,
            "rehearse",
            on=on,
            now=now,
            country=country,
            assume=assume,
            policy=policy,
        )


def rehearse_for(
    runtime: Runtime,
    command: str,
    *,
    on: date,
    now: datetime | None,
    country: str | None,
    assume: Mapping[str, str | None],
    policy: FilePath | str | None = None,
) -> Rehearsal:
    """Return what a date will bring to the caller of a command; see :meth:`Foresight.rehearse`.

    Args:
        runtime: Of the source.
        command: What was asked for, such as ``save_rehearsal``, for the errors.
        on: The date.
        now: As if at this instant; the present by default.
        country: Of this country; of all by default.
        assume: What is taken as given.
        policy: Decide as if this policy governed the date.
    """
    known = runtime.application.assumptions
    asked = tuple(read_assumptions(known, assume, command).values())
    at = runtime.now(now, "now")
    night = read_night(runtime.context, on, at, country, command)
    overdue = find_overdue(runtime.store, at, night.countries, before=on)
    found_policy = None if policy is None else find_policy(runtime, policy, now=at)
    within = () if country is None else (country,)
    put = found_policy and as_if_in_force(runtime.rulebook, found_policy, night)
    with copy_due(runtime, find_due(runtime, night, within, put)) as scratch:
        found = run_all(scratch, night, known, asked, policy=put)
    reach = found_policy and describe_reach(runtime.rulebook, found_policy, night)
    return Rehearsal(
        on,
        at,
        FrozenDict(zip((each.name for each in known), asked, strict=True)),
        (*explain_given(known, asked), *_explain_rules(overdue, reach, on)),
        reach,
        tuple(_describe_outcomes(runtime, known, asked, found)),
        found.journal,
        scratch.paths,
    )


def rehearse(
    service: Standing,
    *,
    on: date,
    now: datetime | None = None,
    country: str | None = None,
    assume: Mapping[str, str | None] = EMPTY,
    policy: FilePath | str | None = None,
) -> Rehearsal:
    """Return what a date will bring to a service; see :meth:`Foresight.rehearse`."""
    foresight = Foresight(runtime_of(service))
    return foresight.rehearse(on=on, now=now, country=country, assume=assume, policy=policy)


def _explain_rules(
    overdue: Overdue | None, reach: RehearsedPolicy | None, on: date
) -> Iterator[str]:
    """Yield what is assumed besides what was asked for: of overdue decisions, and of a policy."""
    if overdue:
        yield f"{overdue}, and are taken to be decided first"
    if reach:
        yield reach.assumption(on)


def _describe_outcomes(
    runtime: Runtime, known: Sequence[Assumption], asked: Given, found: Found
) -> Iterator[PathOutcome]:
    """Yield the outcome of each path, with its class and what it would be instead."""
    classifier = PathClassifier(runtime.rulebook.lifecycles, known, asked)
    names = {given: describe_given(known, given) for given in found.runs}
    for path_id, own in found.runs[asked].items():
        runs = {given: run[path_id] for given, run in found.runs.items() if path_id in run}
        shortfalls = found.shortfalls.get(path_id, ())
        never = any(each.until for each in shortfalls)
        yield PathOutcome(
            path=write_ref(own.lifecycle, path_id),
            subject=own.subject,
            country=own.country,
            outcome=own.outcome,
            before=own.before,
            state=own.state,
            class_=runtime.application.never if never else classifier.classify(own.lifecycle, runs),
            guards=own.guards,
            instead=FrozenDict(
                (names[given], each.outcome)
                for given, each in runs.items()
                if each.outcome != own.outcome
            ),
            shortfalls=shortfalls,
            error=own.error,
        )
