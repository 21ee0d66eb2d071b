"""Shared pictures: many viewers see the same one, without asking the database for each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lazsa_flow.foresight.foreseen_moves import show_foreseen
from lazsa_flow.viewer.fresh_cache import FreshCache

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.graph.timeline import Picture
    from lazsa_flow.service.service import FlowService


class Gallery:
    """Pictures of a service's lifecycles, each asked for again when it is no longer fresh.

    Args:
        service: Whose pictures.
        fresh_s: How long a picture is fresh at least.
        rehearsal: The rehearsal that each shows, by its name or the file of its report.
        clock: Seconds that only rise.
    """

    def __init__(
        self,
        service: FlowService,
        fresh_s: float,
        rehearsal: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._rehearsal = rehearsal
        self._pictures = FreshCache(fresh_s, clock)

    def picture(self, lifecycle: str) -> Picture:
        """Return a fresh picture of a lifecycle.

        Raises:
            InputError: The rehearsal cannot be read, or is of another table.
            NotFoundError: There is no such lifecycle, or no such rehearsal.
        """
        return self._pictures.get(lifecycle, lambda: self._draw(lifecycle))

    def _draw(self, lifecycle: str) -> Picture:
        drawn = self._service.picture(lifecycle)
        if self._rehearsal is None:
            return drawn
        return show_foreseen(self._service, drawn, self._rehearsal)
