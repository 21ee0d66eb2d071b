"""Schema revision: which one a database stands at, and whether it is this release's.

Asked whenever a service is opened. It needs no alembic, whose import takes longer than the rest of
opening; what migrates is :mod:`lazsa_flow.store.migrate`.
"""

from __future__ import annotations

from importlib.resources import files
from typing import Final

import sqlalchemy as sa

from lazsa_flow.errors import SchemaError
from lazsa_flow.store.connect import READ_ONLY, file_of
from lazsa_flow.store.fast.driver import fetch

HEAD: Final = "0028"
"""This release's revision: the newest of ``store/migrations/versions``."""
NEWER: Final = "which this release does not know, for it is older; install the newer release"
"""What is said of a revision that is none of this release's."""
VERSION_TABLE: Final = "lazsa_alembic_version"
_REVISIONS: Final = sa.select(sa.column("version_num", sa.Text())).select_from(
    sa.table(VERSION_TABLE)
)


def revision_of(engine: sa.Engine) -> str | None:
    """Return the revision that a database stands at, or ``None``; it waits for no writer."""
    with engine.execution_options(**{READ_ONLY: True}).connect() as connection:
        return revision_on(connection)


def revision_on(connection: sa.Connection) -> str | None:
    """Return the revision that the database of a connection stands at, or ``None``."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    return ", ".join(sorted(row[0] for row in fetch(connection, _REVISIONS, {}))) or None


def is_known(revision: str) -> bool:
    """Return whether this release knows a revision: its own, or one before it."""
    migrations = files("lazsa_flow") / "store" / "migrations" / "versions"
    names = [file.name for file in migrations.iterdir() if file.name.endswith(".py")]
    return revision in {name.partition("_")[0] for name in names}


def check_revision(engine: sa.Engine) -> None:
    """Make sure that a database stands at this release's revision.

    Raises:
        SchemaError: It does not.
    """
    file = file_of(engine.url)
    if file is not None and not file.exists():
        # to connect would make an empty one
        raise SchemaError("the database has no lazsa_flow schema; run: lazsa-flow migrate")
    found = revision_of(engine)
    if found is None:
        raise SchemaError("the database has no lazsa_flow schema; run: lazsa-flow migrate")
    if found != HEAD:
        raise SchemaError(describe_other(found))


def describe_other(found: str) -> str:
    """Say of a database at another revision than this release's what to do."""
    if is_known(found):
        return (
            f"the database's schema is {found}, this release needs {HEAD}; "
            "back it up, then run: lazsa-flow migrate"
        )
    return f"the database's schema is {found}, {NEWER}"
