"""Shared pictures: many viewers see the same one, without asking the database for each."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

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
        clock: Seconds that only rise.
    """

    def __init__(
        self, service: FlowService, fresh_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._service = service
        self._pictures = FreshCache(fresh_s, clock)

    def picture(self, lifecycle: str) -> Picture:
        """Return a fresh picture of a lifecycle.

        Raises:
            NotFoundError: There is no such lifecycle.
        """
        return self._pictures.get(lifecycle, lambda: self._service.picture(lifecycle))
