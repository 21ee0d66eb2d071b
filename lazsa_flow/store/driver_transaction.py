"""Transactions by the driver alone, of which there are thousands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lazsa_flow.store.connect import file_of
from lazsa_flow.store.fast.driver import as_error, pipeline_begun, run_numbered
from lazsa_flow.store.lock_wait import lock_wait
from lazsa_flow.store.postgresql import limit_transaction
from lazsa_flow.store.sqlite_lock import begin_immediate

if TYPE_CHECKING:
    from collections.abc import Callable

    import sqlalchemy as sa


def transact_by_driver(engine: sa.Engine, run: Callable[[Any], None]) -> None:
    """Run a transaction that writes by the driver alone; with a server it is one round trip.

    ``engine.begin()`` does the same, and takes longer over it than the database over a statement
    or two.

    Args:
        engine: Where the connection comes from.
        run: What to do with the driver's connection; it asks for no answers.
    """
    dialect = engine.dialect
    pooled: sa.PoolProxiedConnection | None = None
    driver: Any = None
    try:
        pooled = engine.raw_connection()
        driver = pooled.driver_connection
        if dialect.name == "postgresql":
            with pipeline_begun(driver):
                if driver.pooled:
                    limit_transaction(driver, ask=False)
                run(driver)
                run_numbered(driver, "COMMIT", [])
        else:
            begin_immediate(driver, lock_wait(engine), file_of(engine.url))
            run(driver)
            driver.commit()
    except BaseException as error:
        if pooled is not None:
            pooled.invalidate(error)
        if isinstance(error, dialect.loaded_dbapi.Error):
            raise as_error(dialect, driver, error) from error
        raise
    pooled.close()
