"""Deployment: what a database and a process need before paths move on them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow import service
from lazsa_flow.errors import ConfigError, Problem
from lazsa_flow.lifecycle.host_code import check_clock
from lazsa_flow.lifecycle.table import table_migrations
from lazsa_flow.logs import log
from lazsa_flow.service.configuration import Migrated, build_rulebook, find_warnings, store_unknown
from lazsa_flow.store.night_rows import NightRule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazsa_flow.clock import Clock
    from lazsa_flow.config import Config, ConfigWarning
    from lazsa_flow.store.store import SqlStore

SECRET_BYTES: Final = 16
"""The least that ``LAZSA_SECRET`` must have."""


def migrate_database(
    store: SqlStore[Any, Any], config: Config, clock: Clock, bucket: int | None = None
) -> Migrated:
    """Bring a database to this release, and close its store.

    ``FlowService.migrate`` says what is stored and returned.
    """
    try:
        store.migrate(table_migrations(config.lifecycles))
        now = check_clock(clock).now()
        with store.begin() as transaction:
            if bucket is not None:
                transaction.put_bucket(bucket, now)
            numbered_in = transaction.read_bucket()
            first = not transaction.policy_versions()
            stored = store_unknown(transaction, config, now)
            if (required := config.deployment.night.approval) is not None:
                transaction.put_night_rule(NightRule(required, "migrate", now))
            added = [each for each in config.lifecycles if not transaction.has_table(each)]
            tables = {each.name: transaction.put_table(each, now) for each in config.lifecycles}
            versions = transaction.policy_versions(), transaction.country_versions()
            reminders = 0
            if added and not first:
                rulebook = build_rulebook(
                    config.lifecycles,
                    *versions,
                    transaction.suspensions(),
                    otherwise=config.countries,
                )
                reminders = service.timers.add_reminders(transaction, rulebook, now)
        warnings = find_warnings(config, *versions)
        return Migrated(first, stored, warnings, tables, reminders, numbered_in)
    finally:
        store.close()


def log_warnings(warnings: Iterable[ConfigWarning]) -> None:
    """Log what of a configuration is not used."""
    for each in warnings:
        if each.kind == "not_released":
            log.warning("config.unreleased", where=each.where, what=each.what)
        else:
            log.warning("config.unknown", where=each.where, what=each.what)


def read_secret() -> bytes | None:
    """Return the deployment's secret out of the environment.

    Raises:
        ConfigError: It is too short to be one; it is not shown.
    """
    secret = os.fsencode(os.environ.get("LAZSA_SECRET", ""))
    if not secret:
        return None
    if len(secret) < SECRET_BYTES:
        expected = f"at least {SECRET_BYTES} random bytes, such as from: openssl rand -hex 32"
        got = f"{len(secret)} bytes"
        raise ConfigError([Problem("environment", "LAZSA_SECRET", got, expected)])
    return secret
