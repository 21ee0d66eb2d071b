"""Shared pictures: many viewers see the same one, without asking the database for each."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.graph.timeline import Picture
    from lazsa_flow.service.service import FlowService

_SHARE: Final = 9
"""How much longer than it took to ask for a picture it stays fresh."""


class Gallery:
    """Pictures of a service's lifecycles, each asked for again when it is no longer fresh.

    Thread-safe; while one caller asks the database for a picture, the others wait for it. A picture
    that took long stays fresh for longer: viewers cost the database a tenth of its time.

    Args:
        service: Whose pictures.
        fresh_s: How long a picture is fresh at least.
        clock: Seconds that only rise.
    """

    def __init__(
        self, service: FlowService, fresh_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._service = service
        self._fresh_s = fresh_s
        self._clock = clock
        self._lock = threading.Lock()
        self._hung: dict[str, tuple[float, Picture]] = {}  # until when each is fresh

    def picture(self, lifecycle: str) -> Picture:
        """Return a fresh picture of a lifecycle.

        Raises:
            NotFoundError: There is no such lifecycle.
        """
        with self._lock:
            began = self._clock()
            until, picture = self._hung.get(lifecycle, (began, None))
            if picture is None or began >= until:
                picture = self._service.picture(lifecycle)
                ended = self._clock()
                fresh_s = max(self._fresh_s, _SHARE * (ended - began))
                self._hung[lifecycle] = (ended + fresh_s, picture)
            return picture
