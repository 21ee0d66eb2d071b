"""Configuration in the database: what a migration stores, and which files are not released.

Countries and policies in force are those that the database has; every process decides by them,
independent of the files on its machine (decision 0027). A migration stores what the database lacks
of yet; after that only a release changes anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from lazsa_flow.config import ConfigWarning, check_policy
from lazsa_flow.engine.rulebook import Release, Rulebook
from lazsa_flow.errors import printable
from lazsa_flow.lifecycle.merged_ids import NO_MERGES
from lazsa_flow.lifecycle.toml_text import suggest_names
from lazsa_flow.notices.settings import EVERYWHERE
from lazsa_flow.store.released import CountryVersion, in_force

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Hashable,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )
    from datetime import date

    from lazsa_flow.config import Config, ConfiguredText
    from lazsa_flow.config.texts import Text
    from lazsa_flow.lifecycle.merged_ids import MergedIds
    from lazsa_flow.lifecycle.policy import Country, CountryText, PolicyText
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.notices.settings import Deployment
    from lazsa_flow.store.released import PolicyVersion
    from lazsa_flow.store.store import SqlStore
    from lazsa_flow.store.transaction import SqlTransaction

ALWAYS: Final = datetime.min.replace(tzinfo=UTC)
"""From when the versions that ship are in force: before every other."""
MIGRATION: Final = "system:migrate"
"""Who released what a migration stored."""


def build_rulebook(
    lifecycles: Iterable[Lifecycle],
    policies: Iterable[PolicyVersion],
    countries: Iterable[CountryVersion],
    suspensions: Iterable[tuple[str, date]],
    *,
    otherwise: Iterable[Country] = (),
    version: Hashable = None,
    merged: MergedIds = NO_MERGES,
) -> Rulebook:
    """Put what the database has and the tables of this process together.

    Args:
        lifecycles: The tables.
        policies: Every version in the database; those of other lifecycles are left out.
        countries: Likewise.
        suspensions: The suspended cycles: country and cycle date.
        otherwise: The countries of a database in which none is stored yet.
        version: The database's rules version when they were read.
        merged: Which ids are one subject's.

    Raises:
        ConfigError: A stored text does not fit its lifecycle, or describes no country.
    """
    tables = {table.name: table for table in lifecycles}
    releases = [
        Release(check_policy(version.text, tables), version.in_force_from)
        for version in policies
        if version.text.lifecycle in tables
    ]
    stored = [version.text.country for version in in_force(countries).values()]
    days: dict[str, tuple[date, ...]] = {}
    for code, cycle_on in suspensions:
        days[code] = (*days.get(code, ()), cycle_on)
    held = [
        each.model_copy(update={"suspended": (*each.suspended, *days.get(each.code, ()))})
        for each in stored or otherwise
    ]
    return Rulebook(tables.values(), held, releases, version, merged)


def read_rulebook(
    store: SqlStore, lifecycles: Iterable[Lifecycle], otherwise: Iterable[Country]
) -> Rulebook:
    """Read the rules in force from the database.

    Args:
        store: Where they are read.
        lifecycles: The tables.
        otherwise: The countries of a database in which none is stored yet.

    Raises:
        ConfigError: A stored text was changed, does not fit its lifecycle, or is no country.
    """
    version = store.stamp().version  # first: what is released meanwhile makes them be read again
    return build_rulebook(
        lifecycles,
        store.policies(),
        store.countries(),
        store.suspensions(),
        otherwise=otherwise,
        version=version,
        merged=store.merged_ids(),
    )


def reread_rulebook(transaction: SqlTransaction, now: Rulebook) -> Rulebook:
    """Return the rules in force within a transaction.

    Args:
        transaction: Where they are read.
        now: The rules as they were last read, for their tables.
    """
    return build_rulebook(
        now.lifecycles.values(),
        transaction.policy_versions(),
        transaction.country_versions(),
        transaction.suspensions(),
        otherwise=now.countries.values(),
        merged=transaction.merged_ids(),
    )


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration did besides the schema.

    Attributes:
        first: Whether the database held no configuration before.
        stored: The policies and countries that the database did not know: ``policy invoice/2026``.
        warnings: What the configuration has and the database does not.
        tables: By lifecycle, a line for each difference between the table that the database was
            run by and the one that it is run by now; nothing where they agree or it had none.
        reminders: How many reminders of changed tables were set for paths that are open.
        bucket: The bucket in which paths that open are numbered.
    """

    first: bool
    stored: tuple[str, ...]
    warnings: tuple[ConfigWarning, ...]
    tables: Mapping[str, tuple[str, ...]]
    reminders: int = 0
    bucket: int = 0


def store_unknown(transaction: SqlTransaction, config: Config, now: datetime) -> tuple[str, ...]:
    """Store the shipped policies of each lifecycle that is not known yet, and such countries.

    A database that has no country at all takes them as the configuration has them, a deployment's
    own included: nothing has been decided by others, or, after an upgrade, all has been by these.

    Returns:
        What was stored.
    """
    transaction.lock_rules()
    stored = []
    known = {version.text.lifecycle for version in transaction.policy_versions()}
    for policy in {(p.text.lifecycle, p.text.version): p.text for p in _ships(config)}.values():
        if policy.lifecycle not in known:
            transaction.add_policy(policy, in_force_from=ALWAYS, at=now, by=MIGRATION)
            stored.append(f"policy {policy.lifecycle}/{policy.version}")
    codes = in_force(transaction.country_versions()).keys()
    countries = {
        each.text.code: each.text for each in config.country_texts if each.ships or not codes
    }
    for code, country in countries.items():
        if code not in codes:
            transaction.add_country(CountryVersion(country, 1, now, now, MIGRATION))
            stored.append(f"country {code}")
    return tuple(stored)


def find_warnings(
    config: Config,
    policies: Sequence[PolicyVersion],
    countries: Sequence[CountryVersion],
) -> tuple[ConfigWarning, ...]:
    """Return what of a configuration is not used: not released, or read by nothing.

    Args:
        config: What ships, and the deployment's own.
        policies: Every version in the database.
        countries: Likewise.
    """
    return (
        *config.warnings,
        *find_unreleased(config, policies, countries),
        *find_unknown_routes(config.deployment, in_force(countries)),
    )


def find_unreleased(
    config: Config,
    policies: Sequence[PolicyVersion],
    countries: Sequence[CountryVersion],
) -> Iterator[ConfigWarning]:
    """Yield the configured policies and countries that are not what the database has.

    Args:
        config: What ships, and the deployment's own.
        policies: Every version in the database.
        countries: Likewise.
    """
    stored = {(v.text.lifecycle, v.text.version): v.text for v in policies}
    for policy in _outermost(config.policy_texts, lambda text: (text.lifecycle, text.version)):
        yield from _policy(policy, stored.get((policy.text.lifecycle, policy.text.version)))
    if not countries:
        what = "not released: the database holds no country yet; run: lazsa-flow migrate"
        yield ConfigWarning("not_released", "countries", what)
        return
    known: dict[str, list[CountryVersion]] = {}
    for version in countries:
        known.setdefault(version.text.code, []).append(version)
    for country in _outermost(config.country_texts, lambda text: text.code):
        yield from _country(country, known.get(country.text.code, []))


def find_unknown_routes(
    deployment: Deployment, countries: Collection[str]
) -> Iterator[ConfigWarning]:
    """Yield the routes of countries that there are not.

    Args:
        deployment: The routes.
        countries: The codes of the countries in force.
    """
    known = (*sorted(countries), EVERYWHERE)
    for code in deployment.routes:
        if code not in known:
            name = printable(code, 60)
            what = f"there is no country {name}, and nobody is notified{suggest_names(code, known)}"
            yield ConfigWarning("unknown", f"lazsa.toml [routes.{name}]", what)


def _ships(config: Config) -> Iterator[ConfiguredText[PolicyText]]:
    return (each for each in config.policy_texts if each.ships)


def _outermost(
    texts: Iterable[ConfiguredText[Text]], name: Callable[[Text], object]
) -> Collection[ConfiguredText[Text]]:
    """Return one configured text of each name: the deployment's own, where it has one."""
    return {name(each.text): each for each in texts}.values()


def _policy(
    found: ConfiguredText[PolicyText], stored: PolicyText | None
) -> Iterator[ConfigWarning]:
    text = found.text
    name = f"{text.lifecycle}/{text.version}"
    if stored is None:
        what = (
            f"{name} is not released: to release it, run lazsa-flow policy release with this file"
        )
        if found.ships:
            what = (
                f"{name} ships with this release and is not released: its text is printed by "
                f"lazsa-flow policy show {name} --configured"
            )
    elif stored.sha256 != text.sha256 and not found.ships:
        what = (
            f"this text is not released: the database has another one as {name}, which never "
            "changes; give it a new version, and run lazsa-flow policy release with it"
        )
    else:
        return
    yield ConfigWarning("not_released", found.where, what)


def _country(
    found: ConfiguredText[CountryText], versions: Sequence[CountryVersion]
) -> Iterator[ConfigWarning]:
    code, sha256 = found.text.code, found.text.sha256
    known = [version.text.sha256 for version in versions]
    if not known:
        how = "migrate" if found.ships else "country release with this file"
        what = f"{code} is not released: to release it, run lazsa-flow {how}"
    elif sha256 == known[-1] or (found.ships and sha256 in known):
        return  # what ships may have been replaced long since
    else:
        what = (
            f"this text is not released: {code} stands in the database as version "
            f"{versions[-1].number}; to change it, run lazsa-flow country release with this file"
        )
    yield ConfigWarning("not_released", found.where, what)
