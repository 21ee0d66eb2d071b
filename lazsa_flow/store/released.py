"""Released configuration: the versions of policies and countries that the database holds.

A version that is stored never changes. Of a policy, the instant from which a version is in force
tells which one governs a cycle; of a country, the last version holds for everything to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from lazsa_flow.errors import ConfigError, MalformedError, Problem
from lazsa_flow.lifecycle.policy import CountryText, PolicyText
from lazsa_flow.store import decode, schema
from lazsa_flow.store.decode import MALFORMED
from lazsa_flow.store.fast.driver import fetch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime


_POLICIES: Final = sa.select(schema.policies)
_COUNTRIES: Final = sa.select(schema.countries).order_by(
    schema.countries.c.code, schema.countries.c.version
)
_SUSPENSIONS: Final = sa.select(schema.suspensions.c.country, schema.suspensions.c.cycle_on)
_LOCK: Final = 0x72756C6573  # "rules"
SHARED_LOCK: Final = sa.func.pg_advisory_xact_lock_shared(sa.literal_column(str(_LOCK)))
"""Holds the rules as they stand, on PostgreSQL; see :func:`sharing`."""
_SHARING: Final = sa.select(SHARED_LOCK)


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """A version of a lifecycle's policy.

    Attributes:
        text: The policy as it was written.
        in_force_from: The first instant at which it is in force; that of the versions that a
            package ships lies before every other.
        released_at: When it was released.
        released_by: Role and id; ``None`` where it is not known.

    Units:
        Instants are aware, in UTC.
    """

    text: PolicyText
    in_force_from: datetime
    released_at: datetime
    released_by: str | None


@dataclass(frozen=True, slots=True)
class CountryVersion:
    """A version of a country's configuration.

    Attributes:
        text: The country's configuration as it was written.
        number: 1 for the country's first.
        in_force_from: The first instant at which it is in force.
        released_at: When it was released.
        released_by: Role and id.

    Units:
        Instants are aware, in UTC.
    """

    text: CountryText
    number: int
    in_force_from: datetime
    released_at: datetime
    released_by: str


def policy_versions(connection: sa.Connection) -> list[PolicyVersion]:
    """Return every version of every policy, by lifecycle and from when they are in force.

    Raises:
        ConfigError: A stored text does not have the hash that was stored with it.
        MalformedError: A stored row is not as this release writes it.
    """
    found = []
    try:
        for lifecycle, version, body, sha256, since, at, by in fetch(connection, _POLICIES, {}):
            text = PolicyText(lifecycle, version, body)
            _check_hash(f"{lifecycle}/{version}", text.sha256, sha256)
            found.append(PolicyVersion(text, decode.instant(since), decode.instant(at), by))
        return sorted(found, key=_order)
    except MALFORMED:
        raise MalformedError("policy") from None


def country_versions(connection: sa.Connection) -> list[CountryVersion]:
    """Return every version of every country, by code and number.

    Raises:
        ConfigError: A stored text does not have the hash that was stored with it.
        MalformedError: A stored row is not as this release writes it.
    """
    found = []
    try:
        for code, number, body, sha256, since, at, by in fetch(connection, _COUNTRIES, {}):
            text = CountryText(code, body)
            _check_hash(f"country {code}", text.sha256, sha256)
            instants = (decode.instant(since), decode.instant(at))
            found.append(CountryVersion(text, number, *instants, by))
        return found
    except MALFORMED:
        raise MalformedError("country") from None


def in_force(versions: Iterable[CountryVersion]) -> dict[str, CountryVersion]:
    """Return the version of each country that is in force, by code."""
    return {version.text.code: version for version in versions}  # the last of each stays


def suspensions(connection: sa.Connection) -> list[tuple[str, date]]:
    """Return every suspended cycle: country and cycle date."""
    rows = fetch(connection, _SUSPENSIONS, {})
    return [(country, decode.day(cycle_on)) for country, cycle_on in rows]


def lock(connection: sa.Connection) -> None:
    """Wait until nobody writes by the rules of now, and let nobody until the transaction ends.

    On SQLite nobody else writes anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def shared_lock(dialect: str) -> sa.Subquery | None:
    """Return the lock of :func:`sharing` as a table of one row, where the dialect has one."""
    return _SHARING.subquery("held") if dialect == "postgresql" else None


def sharing(connection: sa.Connection) -> list[sa.ClauseElement]:
    """Return the statements by which a transaction holds the rules as they stand until it ends.

    They come before it asks what the rules stand at: what is released afterwards waits for it.
    """
    return [_SHARING] if connection.dialect.name == "postgresql" else []


def add_policy(
    connection: sa.Connection, text: PolicyText, *, in_force_from: datetime, at: datetime, by: str
) -> None:
    """Store a version of a policy, which must be none that is stored."""
    row = {
        "lifecycle": text.lifecycle,
        "version": text.version,
        "text": text.text,
        "sha256": text.sha256,
        "in_force_from": in_force_from,
        "released_at": at,
        "released_by": by,
    }
    connection.execute(sa.insert(schema.policies), row)


def add_country(connection: sa.Connection, version: CountryVersion) -> None:
    """Store the next version of a country."""
    row = {
        "code": version.text.code,
        "version": version.number,
        "text": version.text.text,
        "sha256": version.text.sha256,
        "in_force_from": version.in_force_from,
        "released_at": version.released_at,
        "released_by": version.released_by,
    }
    connection.execute(sa.insert(schema.countries), row)


def _order(version: PolicyVersion) -> tuple[str, datetime, datetime, int, int]:
    """Sort as policies come into force; of those that ship together the later version is last."""
    year, number = version.text.version.split("-")
    name = version.text.lifecycle
    return name, version.in_force_from, version.released_at, int(year), int(number)


def _check_hash(where: str, found: str, stored: str) -> None:
    if found != stored:
        raise ConfigError([Problem(where, "sha256", found, stored)])
