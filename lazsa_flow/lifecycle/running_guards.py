"""Guards that are running: which thread asks which guard at the moment, and about which path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.model import GuardContext, Path


class RunningGuard:
    """One call of a guard.

    Attributes:
        guard: The guard's name.
        context: What it was shown.
        outer: The call that it is a part of, as of a guard that combines others.
    """

    __slots__ = ("context", "guard", "outer")

    def __init__(self, guard: str, context: GuardContext, outer: RunningGuard | None) -> None:
        self.guard: str = guard
        self.context: GuardContext = context
        self.outer: RunningGuard | None = outer

    def about(self) -> tuple[str, str, str]:
        """Return the lifecycle, the guard, and the path's reference."""
        path = self.context.snapshot.path
        return path.lifecycle, self.guard, self._ref(path)

    def _ref(self, path: Path) -> str:
        """Return the path's reference; of one that is masked, that of the path it is asked for."""
        number = getattr(path, "id", None)
        if number is None:
            number = getattr(self.context.recorded_at, "path_id", "?")
        return f"{path.lifecycle}-{number}"


RUNNING: Final[dict[int, RunningGuard]] = {}
"""The innermost call of each thread, by the thread's identifier."""
