"""Scratch runtimes: what a service runs on, with its state in a copy of what falls due.

The copy has the path numbers, rules, pauses and evidence of the source, so that what is decided on
it is what would be decided on the source, hash for hash.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.engine.tables import digest_of
from lazsa_flow.foresight.scratch_folder import scratch_folder
from lazsa_flow.lifecycle.table import table_migrations
from lazsa_flow.service.runtime import Runtime
from lazsa_flow.store.brakes import Brakes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.clock import VirtualClock
    from lazsa_flow.store.scratch.copying import Due

_FILE: Final = "scratch.db"
_VIA: Final = "rehearsal"


class Scratch(NamedTuple):
    """A copy.

    Attributes:
        runtime: What a service on the copy runs on.
        paths: How many paths were copied.
    """

    runtime: Runtime
    paths: int


@contextmanager
def open_scratch(runtime: Runtime, clock: VirtualClock, due: Due) -> Iterator[Scratch]:
    """Copy what falls due, and remove the copy at the end of the block.

    Args:
        runtime: Of the source, which is only read.
        clock: The clock of the copy.
        due: What is copied, with all that its decisions may read.

    Raises:
        UnavailableError: The source cannot be read, or there is no room for the copy.
        DamagedError: The source is damaged.
    """
    lifecycles = runtime.config.lifecycles
    with scratch_folder() as folder:
        store = runtime.application.store_class(
            f"sqlite:///{folder / _FILE}",
            brakes=Brakes(clock, {table.name: digest_of(table) for table in lifecycles}),
            sources=runtime.store.sources,
        )
        try:
            store.migrate(table_migrations(lifecycles))
            copied = runtime.store.copy_due(folder / _FILE, due)
            scratch = Runtime(
                store, runtime.config, clock, runtime.application, secret=runtime.secret, via=_VIA
            )
            yield Scratch(scratch, copied)
        finally:
            store.close()
