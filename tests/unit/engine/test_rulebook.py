"""Which table, calendar and policy govern a path (programme.md, versions and data)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.engine.rulebook import Release, Rulebook, clock_actor
from lazsa_flow.errors import NotFoundError
from tests.factories import CYCLE, context, country, midnight, path, policy, rulebook, table, utc

OPENED = midnight(date(2026, 4, 1))
"""When the cycle of 1 October 2026 opens in Singapore."""


def version(name: str, **sections: dict[str, object]) -> object:
    """Return a policy under a version's name."""
    return policy(**sections).model_copy(update={"version": name})


def releases(*pairs: tuple[str, object]) -> Rulebook:
    """Return the award's rules with releases of these versions from these instants."""
    made = [Release(version(name), at) for name, at in pairs]  # type: ignore[arg-type]
    return Rulebook([AWARD], [country("SG"), country("ID")], made)


def test_unknown_names_are_not_found() -> None:
    """A lifecycle, country or policy that is unknown is an error that names it."""
    rules = rulebook(table())
    for ask, kind in (
        (lambda: rules.lifecycle("award"), "lifecycle"),
        (lambda: rules.calendar("XX"), "country"),
        (lambda: rules.policy_at("award", OPENED), "policy"),
        (lambda: rules.policy_version("door", "1999-1"), "policy"),
        (lambda: rules.policy_version("award", "2020-1"), "policy"),
    ):
        with pytest.raises(NotFoundError) as caught:
            ask()
        assert caught.value.kind == kind


def test_known_names_are_found() -> None:
    """Tables, machines, calendars and versions are found by name."""
    rules = rulebook(AWARD)
    assert rules.lifecycle("award") is AWARD
    assert rules.plan("award") is rules.plan("award")
    assert rules.machine("award") is rules.machine("award")
    assert rules.calendar("ID").zone == "Asia/Jakarta"
    assert rules.policy_version("award", "2020-1") == policy()


def test_the_version_in_force_when_the_cycle_opened_governs() -> None:
    """A release at the instant a cycle opens governs it; one a microsecond later does not."""
    late = OPENED + timedelta(microseconds=1)
    at_once = releases(("2020-1", utc(2020, 1, 1)), ("2026-1", OPENED))
    too_late = releases(("2020-1", utc(2020, 1, 1)), ("2026-1", late))
    assert at_once.policy_of_cycle("award", "SG", CYCLE).version == "2026-1"
    assert too_late.policy_of_cycle("award", "SG", CYCLE).version == "2020-1"
    following = date(2027, 4, 1)
    assert too_late.policy_of_cycle("award", "SG", following).version == "2026-1"


def test_a_cycle_opens_at_local_midnight() -> None:
    """Each country opens a cycle by its own clock: one release may govern it in one country only.

    Jakarta's midnight comes an hour after Singapore's.
    """
    rules = releases(("2020-1", utc(2020, 1, 1)), ("2026-1", OPENED + timedelta(minutes=30)))
    assert rules.policy_of_cycle("award", "SG", CYCLE).version == "2020-1"
    assert rules.policy_of_cycle("award", "ID", CYCLE).version == "2026-1"


def test_before_the_first_release_the_first_governs() -> None:
    """What happened before any release is governed by the first."""
    rules = releases(("2026-1", OPENED), ("2020-1", utc(2020, 1, 1)))
    assert rules.policy_at("award", utc(2019, 1, 1)).version == "2020-1"


def test_a_path_without_a_round_is_governed_since_it_opened() -> None:
    """Without a cycle the version in force when the path opened governs it for good."""
    rules = releases(("2020-1", utc(2020, 1, 1)), ("2026-1", OPENED))
    assert rules.policy_of(path(cycle_on=None, opened_at=OPENED)).version == "2026-1"
    early = OPENED - timedelta(microseconds=1)
    assert rules.policy_of(path(cycle_on=None, opened_at=early)).version == "2020-1"
    assert rules.policy_of(path(opened_at=early)).version == "2026-1"


def test_a_situation_has_the_local_date_of_its_instant() -> None:
    """What guards look at has the path's calendar, and the date in it of the instant of effect."""
    at = midnight(CYCLE)
    actor = clock_actor("cycle_date")
    seen = context().snapshot
    made = rulebook(AWARD).guard_context(seen, at=at, recorded_at=at, actor=actor, reason="why")
    assert (made.on, made.reason, str(made.actor)) == (CYCLE, "why", "system:cycle_date")
    before = at - timedelta(microseconds=1)
    made = rulebook(AWARD).guard_context(seen, at=before, recorded_at=at, actor=actor)
    assert (made.on, made.reason) == (date(2026, 9, 30), None)


def test_a_suspended_cycle_is_suspended_in_its_country_alone() -> None:
    """programme.md, who and where: a country may suspend a cycle, others hold it."""
    before = rulebook(AWARD)
    rules = before.suspending("SG", CYCLE)
    assert rules.calendar("SG").held_from(CYCLE) == date(2027, 4, 1)
    assert rules.calendar("ID").held_from(CYCLE) == CYCLE
    assert before.calendar("SG").held_from(CYCLE) == CYCLE


def test_a_release_joins_those_before() -> None:
    """A release governs from its instant on; the rules before stay as they are."""
    before = releases(("2020-1", utc(2020, 1, 1)))
    rules = before.releasing(Release(version("2026-1"), OPENED))  # type: ignore[arg-type]
    assert rules.policy_of_cycle("award", "SG", CYCLE).version == "2026-1"
    assert rules.policy_version("award", "2020-1") == policy()
    assert before.policy_of_cycle("award", "SG", CYCLE).version == "2020-1"


def test_sources_of_an_unknown_trigger_are_none() -> None:
    """A fire reads what its trigger declares; where no edge has it, nothing."""
    rules = rulebook(AWARD)
    assert rules.sources_read("award", "award", None) == {"facts", "panel"}
    assert rules.sources_read("award", "no_such_trigger", None) == frozenset()


def test_releases_are_listed_as_they_come_in_force() -> None:
    """Whatever order they are told in; a lifecycle without any has none."""
    rules = releases(("2026-1", OPENED), ("2020-1", utc(2020, 1, 1)))
    listed = [(each.policy.version, each.in_force_from) for each in rules.releases_of("award")]
    assert listed == [("2020-1", utc(2020, 1, 1)), ("2026-1", OPENED)]
    assert rules.releases_of("door") == ()
