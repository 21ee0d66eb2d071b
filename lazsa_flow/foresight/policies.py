"""Policies that are rehearsed: found by version, file or text, and checked as for their release."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.config.policy_files import read_policy_file
from lazsa_flow.engine.rulebook import Release
from lazsa_flow.errors import InputError, NotFoundError
from lazsa_flow.foresight.rehearsed_policy import RehearsedPolicy
from lazsa_flow.lifecycle.policy import PolicyText
from lazsa_flow.lifecycle.toml_text import parse_toml
from lazsa_flow.lifecycle.values import FrozenDict
from lazsa_flow.service.releasing import check_new_version, read_policy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date, datetime

    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.foresight.nights import Night
    from lazsa_flow.lifecycle.calendar import Calendar
    from lazsa_flow.lifecycle.policy import Policy
    from lazsa_flow.service.runtime import Runtime

_NAME: Final = re.compile(r"(?:([a-z][a-z0-9_-]*)/)?([0-9]{4}-[0-9]+)", re.ASCII)
_VERSION_LINE: Final = re.compile(
    r"""^(\s*["']?version["']?\s*=\s*)["'][^"'\n]*["']""", re.MULTILINE
)
_SCRATCH_YEAR: Final = 9999
"""The year of versions that a scratch database alone has."""


class Candidate(NamedTuple):
    """A policy that is rehearsed.

    Attributes:
        text: As it was written.
        policy: What it says.
        released: Whether the database has it.
    """

    text: PolicyText
    policy: Policy
    released: bool

    @property
    def name(self) -> str:
        """The lifecycle with the version."""
        return f"{self.text.lifecycle}/{self.text.version}"


def find_policy(
    runtime: Runtime,
    given: FilePath | str,
    *,
    now: datetime,
    field: str = "policy",
) -> Candidate:
    """Return a policy by what was given.

    Args:
        runtime: Of the source.
        given: A released version (``2027-1`` or ``invoice/2027-1``), a lifecycle, whose version
            in force is meant, a file, or a text as TOML.
        now: The instant at which it is asked.
        field: The parameter, for the errors.

    Raises:
        ConfigError: The text fails its checks; every fault is named.
        ConflictError: Another text is released as this version.
        InputError: It is none of these.
        NotFoundError: There is no such version, or no such lifecycle.
    """
    context = runtime.context
    if given in context.rulebook.lifecycles:
        version = context.rulebook.policy_at(str(given), now).version
        return _find_released(runtime, str(given), version, field)
    named = _NAME.fullmatch(str(given)) if isinstance(given, str) else None
    if named is not None:
        lifecycle = named[1] or runtime.application.main_lifecycle
        return _find_released(runtime, lifecycle, named[2], field)
    text = _read_text(given)
    released = {each.text.sha256: each.text for each in runtime.store.policies()}
    known = released.get(text.sha256)
    if known is not None and (known.lifecycle, known.version) == (text.lifecycle, text.version):
        return Candidate(text, read_policy(context, text), released=True)
    check_new_version(context.rulebook, text)
    return Candidate(text, read_policy(context, text), released=False)


def _read_text(given: FilePath | str) -> PolicyText:
    """Return the policy that a file or a text has, unchecked."""
    if isinstance(given, FilePath) or "\n" not in given:
        return read_policy_file(FilePath(given))
    fields = parse_toml(given, where="policy")
    lifecycle, version = (str(fields.get(name, "")) for name in ("lifecycle", "version"))
    return PolicyText(lifecycle, version, given)


def _find_released(runtime: Runtime, lifecycle: str | None, version: str, field: str) -> Candidate:
    rulebook = runtime.context.rulebook
    if lifecycle is not None:
        rulebook.lifecycle(lifecycle)
    found = [
        each.text
        for each in runtime.store.policies()
        if each.text.version == version
        and each.text.lifecycle in (rulebook.lifecycles if lifecycle is None else (lifecycle,))
    ]
    if len(found) > 1:
        among = ", ".join(f"{each.lifecycle}/{each.version}" for each in found)
        raise InputError.of("policy", field, version, f"one of {among}")
    if not found:
        raise NotFoundError("policy", f"{lifecycle}/{version}" if lifecycle else version)
    [text] = found
    return Candidate(text, rulebook.policy_version(text.lifecycle, version), released=True)


def describe_reach(rulebook: Rulebook, candidate: Candidate, night: Night) -> RehearsedPolicy:
    """Return which cycles a policy governs in production, were it released now if it is not.

    Args:
        rulebook: The rules of production.
        candidate: The policy.
        night: What is rehearsed.
    """
    after = rules_with(rulebook, candidate, night.now)
    governed = {
        code: first
        for code in night.countries
        if (first := _first_governed(after, candidate, code, night.now)) is not None
    }
    governs = tuple(code for code in night.countries if _governs(after, candidate, code, night))
    return RehearsedPolicy(candidate.name, candidate.released, governs, FrozenDict(governed))


def rules_with(rulebook: Rulebook, candidate: Candidate, now: datetime) -> Rulebook:
    """Return the rules of production, with a policy that is not released as if it were now."""
    return rulebook if candidate.released else rulebook.releasing(Release(candidate.policy, now))


def governing_version(
    rulebook: Rulebook, lifecycle: str, country: str, on: date, now: datetime
) -> str:
    """Return the version that governs the paths of a date; of no cycle, those opened now."""
    if has_cycles(rulebook, lifecycle, country):
        return rulebook.policy_of_cycle(lifecycle, country, on).version
    return rulebook.policy_at(lifecycle, now).version


def has_cycles(rulebook: Rulebook, lifecycle: str, country: str) -> bool:
    """Return whether the paths of a lifecycle are in cycles in a country."""
    return bool(rulebook.lifecycle(lifecycle).rounds and rulebook.calendar(country).cycle_days)


def _governs(rulebook: Rulebook, candidate: Candidate, country: str, night: Night) -> bool:
    lifecycle = candidate.text.lifecycle
    version = governing_version(rulebook, lifecycle, country, night.on, night.now)
    if version != candidate.text.version:
        return False
    # a policy that is released now governs none of the paths that are there without a cycle
    return candidate.released or has_cycles(rulebook, lifecycle, country)


def _first_governed(
    rulebook: Rulebook, candidate: Candidate, country: str, now: datetime
) -> date | None:
    """Return the first cycle to come that a policy governs; without cycles, today if it does."""
    lifecycle, calendar = candidate.text.lifecycle, rulebook.calendar(country)
    today = calendar.local_date(now)
    if not has_cycles(rulebook, lifecycle, country):
        in_force = rulebook.policy_at(lifecycle, now).version
        return today if in_force == candidate.text.version else None
    return next(
        (
            cycle_on
            for cycle_on in _cycles_not_opened(calendar, today)
            if rulebook.policy_of_cycle(lifecycle, country, cycle_on).version
            == candidate.text.version
        ),
        None,
    )


def _cycles_not_opened(calendar: Calendar, today: date) -> Iterator[date]:
    """Yield the next cycle dates, up to one that has surely not opened yet."""
    cycle_on = calendar.following(today)
    for _ in range(3):
        yield cycle_on
        cycle_on = calendar.following(cycle_on)


def with_unused_version(text: PolicyText, taken: Collection[str]) -> PolicyText:
    """Return a policy under a version that no other text has, to be stored next to itself."""
    version = next(
        name for number in count(1) if (name := f"{_SCRATCH_YEAR}-{number}") not in taken
    )
    changed, found = _VERSION_LINE.subn(rf'\g<1>"{version}"', text.text, count=1)
    assert found, f"{text!r}: it was read, so that it has a version"
    return PolicyText(text.lifecycle, version, changed)
