"""Checks of what a deployment is made of: its files, zone data, libraries, secret and broker."""

from __future__ import annotations

import os
import sqlite3
import zoneinfo
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.runner.doctor.examination import Check
from lazsa_flow.service.configuration import find_warnings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.runner.doctor.examination import Examination

_SOUND_SQLITE: Final = (3, 51, 3)
"""Before it a reset of the write-ahead log could lose a commit. Source: SQLite, WAL-reset fault."""
_SECRET: Final = "LAZSA_SECRET"
_PACKAGE: Final = "the tzdata package"


def check_policies(examination: Examination) -> Iterator[Check]:
    """Read every file of the configuration."""
    config = examination.config
    files = f"{len(config.policies)} policy files, {len(config.countries)} countries"
    yield Check("policies", "ok", files)


def check_plugins(examination: Examination) -> Iterator[Check]:
    """Name the installed lifecycles that cannot be used, and those without a policy."""
    config = examination.config
    for problem in config.left_out:
        yield Check("plug-ins", "fault", f"{problem}; its lifecycle is left out")
    having = {text.lifecycle for text in config.policies}
    without = sorted({table.name for table in config.lifecycles} - having)
    for name in without:
        what = f"lifecycle {name} has no policy: none comes with it, and policies/{name}/ has none"
        yield Check("plug-ins", "fault", what)
    if not config.left_out and not without:
        found = f"{len(config.lifecycles)} lifecycles can be used, each with a policy"
        yield Check("plug-ins", "ok", found)


def check_unreleased(examination: Examination) -> Iterator[Check]:
    """Look for files and keys that nothing reads, and for versions that were not released."""
    store = examination.database.store
    warnings = find_warnings(examination.config, store.policies(), store.countries())
    for warning in warnings:
        yield Check("configuration", "warning", str(warning))
    if not warnings:
        yield Check("configuration", "ok", "every file is read, and every version released")


def check_zones(examination: Examination) -> Iterator[Check]:
    """Return which zone data is read: the system's files take precedence over the package."""
    sources: dict[str, list[str]] = {}
    for country in examination.config.countries:
        zone = country.calendar.zone
        zoneinfo.ZoneInfo.no_cache(zone)
        sources.setdefault(_source_of(zone), []).append(country.code)
    for source, countries in sources.items():
        among = f" ({', '.join(countries)})" if len(sources) > 1 else ""
        installed = _package_version()
        unread = source != _PACKAGE and installed and f"; {_PACKAGE}, {installed}, is not read"
        found = f"tzdata {_version_of(source)}, read from {source}{among}{unread or ''}"
        yield Check("time zones", "ok" if len(sources) == 1 else "warning", found)


def _source_of(zone: str) -> str:
    """Return where the data of a zone is read from, as :mod:`zoneinfo` looks for it."""
    for folder in zoneinfo.TZPATH:
        if Path(folder, *zone.split("/")).is_file():
            return folder
    return _PACKAGE


def _version_of(source: str) -> str:
    """Return the version of zone data, as it says itself."""
    if source == _PACKAGE:
        return _package_version() or "of an unknown version"
    for name in ("tzdata.zi", "+VERSION"):
        file = Path(source, name)
        if file.is_file():
            with file.open(encoding="utf-8", errors="replace") as lines:
                return lines.readline().removeprefix("# version").strip()
    return "of an unknown version"


def _package_version() -> str | None:
    """Return which version of the zone data the package holds, if it is installed."""
    try:
        return str(import_module("tzdata").IANA_VERSION)
    except (ImportError, AttributeError):
        return None


def check_sqlite(examination: Examination) -> Iterator[Check]:
    """Look at the version of SQLite, where it holds the database."""
    if not examination.url.startswith("sqlite"):
        return
    found = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info < _SOUND_SQLITE:
        wanted = ".".join(map(str, _SOUND_SQLITE))
        what = f"{found}: before {wanted} a reset of its log may lose a commit; use a newer one"
        yield Check("SQLite", "warning", what)
    else:
        yield Check("SQLite", "ok", found)


def check_secret(_examination: Examination) -> Iterator[Check]:
    """Look whether the deployment has a key for fingerprints."""
    if os.environ.get(_SECRET):
        yield Check("secret", "ok", f"{_SECRET} is set")
    else:
        what = (
            f"{_SECRET} is not set: turnover records cannot be taken, and no conduct bar survives"
            " an erasure"
        )
        yield Check("secret", "warning", what)


def check_broker(examination: Examination) -> Iterator[Check]:
    """Look whether the broker answers and is fit for work."""
    if examination.redis is None:
        yield Check("broker", "ok", "none: ticker and worker run in one process")
        return
    from lazsa_flow.runner.broker import check_redis, connect_to_redis

    found = check_redis(connect_to_redis(examination.redis))
    yield Check("broker", "ok", f"Redis {found}, noeviction")
