"""Write what the migrations make: ``.venv/bin/python -m tests.golden.schemas``.

Run it after each new migration, and read the diff of ``lazsa_flow/store/inspection/schema`` before
committing: ``lazsa-flow doctor`` compares databases with these two files, object by object.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import lazsa_flow
from lazsa_flow.store import migrate
from lazsa_flow.store.connect import connect
from lazsa_flow.store.inspection.catalog import catalog_text, read_catalog
from lazsa_flow.store.schema_revision import HEAD
from tests.servers import postgres_server

SNAPSHOTS: Final = Path(lazsa_flow.__file__).parent / "store" / "inspection" / "schema"
HINT: Final = (
    "the schema is not the one that ships for doctor; run `.venv/bin/python -m "
    "tests.golden.schemas` and commit lazsa_flow/store/inspection/schema"
)


def made_by_migrations(url: str) -> str:
    """Migrate an empty database, and return its catalogue as the text of a file."""
    engine = connect(url)
    try:
        migrate.upgrade(engine)
        with engine.connect() as connection:
            return catalog_text(HEAD, read_catalog(connection))
    finally:
        engine.dispose()


def main() -> None:
    """Write both files."""
    (SNAPSHOTS / "sqlite.json").write_text(made_by_migrations("sqlite://"), "utf-8")
    with postgres_server() as server:
        text = made_by_migrations(server.fresh())
    (SNAPSHOTS / "postgresql.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
