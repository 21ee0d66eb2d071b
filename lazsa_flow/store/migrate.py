"""Migrations: how a database's schema becomes this release's.

alembic, inside the package, run by ``lazsa-flow migrate`` or :meth:`SqlStore.migrate` and by
nothing else: no import and no opening of a programme changes a schema. Which revision a database
stands at is known by :mod:`lazsa_flow.store.schema_revision`, without alembic.

On SQLite foreign keys are off while a migration runs, in one transaction, and are checked before
it commits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from lazsa_flow.errors import SchemaError
from lazsa_flow.lifecycle.values import EMPTY
from lazsa_flow.private_files import create_file
from lazsa_flow.store import lifecycle_migrations
from lazsa_flow.store.connect import file_of
from lazsa_flow.store.schema_revision import NEWER, VERSION_TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from alembic.migration import MigrationContext


_LOCK: Final = 0x6C617A7361  # "lazsa"


def _open_scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", "lazsa_flow:store/migrations")
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def upgrade(
    engine: sa.Engine, revision: str = "head", lifecycles: Mapping[str, str] = EMPTY
) -> None:
    """Bring a database's schema to a revision, in one transaction.

    Args:
        engine: Of the database.
        revision: The revision of the library's own schema.
        lifecycles: Where the migrations of lifecycles that bring tables are, by the lifecycle's
            name; see :mod:`.lifecycle_migrations`.

    Raises:
        SchemaError: It stands at a revision that this release does not know, or refers to nothing.
    """
    scripts = _open_scripts()
    if (file := file_of(engine.url)) is not None and file.parent.is_dir():
        create_file(file)  # the log and its index get the same mode

    def steps(current: Any, _context: MigrationContext) -> Any:
        try:
            return scripts._upgrade_revs(revision, current)  # noqa: SLF001 - as alembic's own command
        except CommandError:
            found = ", ".join(map(str, current)) if isinstance(current, tuple) else str(current)
            raise SchemaError(f"the database's schema is {found}, {NEWER}") from None

    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            _set_pragma(connection, "foreign_keys = OFF")
        try:
            with connection.begin():
                if not sqlite:  # one migration at a time; a session's lock would break in a pooler
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                with EnvironmentContext(_make_config(), scripts, fn=steps) as environment:
                    environment.configure(connection=connection, version_table=VERSION_TABLE)
                    environment.run_migrations()
                for lifecycle, location in lifecycles.items():
                    lifecycle_migrations.upgrade(connection, lifecycle, location)
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise SchemaError("a migration left rows that refer to nothing")
        finally:
            if sqlite:
                _set_pragma(connection, "foreign_keys = ON")


def _make_config() -> Config:
    return Config()


def _set_pragma(connection: sa.Connection, pragma: str) -> None:
    """Set a pragma outside any transaction; within one it would do nothing."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA {pragma}")
