"""Migrations: whether the schema is this release's, and how it becomes so.

alembic, inside the package, run by ``lazsa-flow migrate`` or :meth:`SqlStore.migrate` and by
nothing else: no import and no opening of a programme changes a schema.

On SQLite foreign keys are off while a migration runs, in one transaction, and are checked before
it commits.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from lazsa_flow.errors import SchemaError
from lazsa_flow.lifecycle.values import EMPTY
from lazsa_flow.private_files import create_file
from lazsa_flow.store import lifecycle_migrations
from lazsa_flow.store.connect import READ_ONLY, file_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


VERSION_TABLE: Final = "lazsa_alembic_version"
_LOCK: Final = 0x6C617A7361  # "lazsa"


def _scripts() -> ScriptDirectory:
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
    scripts = _scripts()
    if (file := file_of(engine.url)) is not None and file.parent.is_dir():
        create_file(file)  # the log and its index get the same mode

    def steps(current: Any, _context: MigrationContext) -> Any:
        try:
            return scripts._upgrade_revs(revision, current)  # noqa: SLF001 - as alembic's own command
        except CommandError:
            found = ", ".join(map(str, current)) if isinstance(current, tuple) else str(current)
            raise SchemaError(
                f"the database's schema is {found}, which this release does not know; "
                "use the release that wrote it"
            ) from None

    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            _pragma(connection, "foreign_keys = OFF")
        try:
            with connection.begin():
                if not sqlite:  # one migration at a time; a session's lock would break in a pooler
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
                with EnvironmentContext(_config(), scripts, fn=steps) as environment:
                    environment.configure(connection=connection, version_table=VERSION_TABLE)
                    environment.run_migrations()
                for lifecycle, location in lifecycles.items():
                    lifecycle_migrations.upgrade(connection, lifecycle, location)
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise SchemaError("a migration left rows that refer to nothing")
        finally:
            if sqlite:
                _pragma(connection, "foreign_keys = ON")


def _config() -> Config:
    return Config()


def _pragma(connection: sa.Connection, pragma: str) -> None:
    """Set a pragma outside any transaction; within one it would do nothing."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA {pragma}")


def revision_of(engine: sa.Engine) -> str | None:
    """Return the revision that a database stands at, or ``None``; it waits for no writer."""
    with engine.execution_options(**{READ_ONLY: True}).connect() as connection:
        return revision_on(connection)


def revision_on(connection: sa.Connection) -> str | None:
    """Return the revision that the database of a connection stands at, or ``None``."""
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


@lru_cache(maxsize=1)
def head() -> str:
    """Return this release's revision."""
    found = _scripts().get_current_head()
    assert found is not None, "the package holds migrations"
    return found


def is_known(revision: str) -> bool:
    """Tell whether this release knows a revision: its own, or one before it."""
    try:
        return _scripts().get_revision(revision) is not None
    except CommandError:
        return False


def check(engine: sa.Engine) -> None:
    """Make sure that a database stands at this release's revision.

    Raises:
        SchemaError: It does not.
    """
    file = file_of(engine.url)
    if file is not None and not file.exists():
        # to connect would make an empty one
        raise SchemaError("the database has no lazsa_flow schema; run: lazsa-flow migrate")
    found, wanted = revision_of(engine), head()
    if found is None:
        raise SchemaError("the database has no lazsa_flow schema; run: lazsa-flow migrate")
    if found != wanted:
        raise SchemaError(
            f"the database's schema is {found}, this release needs {wanted}; "
            "back it up, then run: lazsa-flow migrate"
        )
