"""How are many viewers shown the same picture without asking the database for each?"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from lazsa_flow.graph.picture import Picture
    from lazsa_flow.programme import Programme


class Gallery:
    """Pictures of a programme's lifecycles, each asked for again when it is no longer fresh.

    Thread-safe; while one caller asks the database for a picture, the others wait for it.

    Args:
        programme: Whose pictures.
        fresh_s: How long a picture is fresh.
        clock: Seconds that only rise.
    """

    def __init__(
        self, programme: Programme, fresh_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._programme = programme
        self._fresh_s = fresh_s
        self._clock = clock
        self._lock = threading.Lock()
        self._hung: dict[str, tuple[float, Picture]] = {}

    def picture(self, lifecycle: str) -> Picture:
        """Return a fresh picture of a lifecycle.

        Raises:
            NotFoundError: There is no such lifecycle.
        """
        with self._lock:
            since, picture = self._hung.get(lifecycle, (0.0, None))
            if picture is None or self._clock() - since >= self._fresh_s:
                picture = self._programme.picture(lifecycle)
                self._hung[lifecycle] = (self._clock(), picture)
            return picture
