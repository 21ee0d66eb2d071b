"""Migrations that a lifecycle's package brings for its own evidence tables.

Each lifecycle has a version table of its own, ``NAME_alembic_version``, so that its revisions never
mix with the library's, and a deployment without the package can still tell its schema. They run
after the library's, in the same transaction and under the same lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

from lazsa_flow.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    import sqlalchemy as sa


def version_table(lifecycle: str) -> str:
    """Return the name of the table that holds the revision of a lifecycle's own tables."""
    return f"{lifecycle}_alembic_version"


def upgrade(connection: sa.Connection, lifecycle: str, location: str) -> None:
    """Bring a lifecycle's own tables to what its package needs.

    Args:
        connection: In the transaction of the library's migrations.
        lifecycle: The lifecycle's name.
        location: Where its migrations are, as ``package:folder``.

    Raises:
        SchemaError: They cannot be found, or the database's revision is none of theirs.
    """
    scripts = _open_scripts(lifecycle, location)

    def steps(current: Any, _context: MigrationContext) -> Any:
        try:
            return scripts._upgrade_revs("head", current)  # noqa: SLF001 - as alembic itself does
        except CommandError:
            raise SchemaError(
                f"the tables of lifecycle {lifecycle} are of a revision that {location} does not "
                "know; use the release of its package that wrote them"
            ) from None

    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(connection=connection, version_table=version_table(lifecycle))
        environment.run_migrations()


def describe_outdated(connection: sa.Connection, lifecycles: Mapping[str, str]) -> list[str]:
    """Describe the lifecycles whose tables are not as their packages need them."""
    problems: list[str] = []
    for lifecycle, location in lifecycles.items():
        options = {"version_table": version_table(lifecycle)}
        found = MigrationContext.configure(connection, opts=options).get_current_revision()
        wanted = _open_scripts(lifecycle, location).get_current_head()
        if found != wanted:
            problems.append(
                f"the tables of lifecycle {lifecycle} are at revision {found or 'none'}, its "
                f"package needs {wanted}; run: lazsa-flow migrate"
            )
    return problems


def _open_scripts(lifecycle: str, location: str) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", location)
    config.set_main_option("path_separator", "os")
    try:
        return ScriptDirectory.from_config(config)
    except (CommandError, ImportError) as error:
        what = f"the migrations of lifecycle {lifecycle} cannot be found at {location}"
        raise SchemaError(f"{what}: {type(error).__name__}") from None
