"""Pictures: a lifecycle with its paths, and single paths on it.

What draws them is imported with the first.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from lazsa_flow.errors import InputError
from lazsa_flow.service.lookups import Lookups
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lazsa_flow.graph.timeline import Picture
    from lazsa_flow.service.path_views import PathView


class Pictures(Part):
    """The pictures."""

    def picture(
        self,
        lifecycle: str | None = None,
        *,
        names: Iterable[str] = (),
        limit: int = 20,
        others: int = 0,
        now: datetime | None = None,
    ) -> Picture:
        """Put a lifecycle's paths into a picture: figures, the way they came, a few by name.

        Args:
            lifecycle: The lifecycle's name; by default the application's main one.
            names: Paths' references, or subjects for all their paths, listed beyond the limit.
            limit: How many paths of each state and country are listed, those that came last.
            others: How many further paths are listed without their stories, those opened last.
            now: The instant of the question, aware; the clock's by default.

        Returns:
            The picture, which shows itself in a notebook and can be saved.

        Raises:
            NotFoundError: There is no such lifecycle, subject or path.
        """
        from lazsa_flow.service import timeline
        from lazsa_flow.service.path_cards import walk_cards

        lifecycle = self._lifecycle(lifecycle)
        listed = [path_id for name in names for path_id in self._path_ids(name, lifecycle)]
        at = self._runtime.now(now, "at")
        context = self._runtime.context
        drawn = timeline.picture(context, lifecycle, at, path_ids=listed, limit=limit)
        if others <= 0:
            return drawn
        known = {each.path for each in drawn.residents}
        further = (
            card for card in walk_cards(context, lifecycle, now=at) if card.path not in known
        )
        return replace(drawn, others=tuple(islice(further, others)))

    def portraits(self, name: str, lifecycle: str | None = None) -> list[PathView]:
        """Show a path, or each path of a subject, in its state with its history and details.

        Args:
            name: The path's reference, or the subject's id.
            lifecycle: The lifecycle's name; by default the application's main one.

        Returns:
            One view for each path.

        Raises:
            NotFoundError: There is no such lifecycle, subject or path.
        """
        from lazsa_flow.graph.chart import build_chart
        from lazsa_flow.service.path_details import describe_paths
        from lazsa_flow.service.path_views import build_path_views

        lifecycle = self._lifecycle(lifecycle)
        paths = self._path_ids(name, lifecycle)
        context = self._runtime.context
        drawn = build_chart(context.rulebook.lifecycle(lifecycle))
        with self._runtime.store.read_statistics(lifecycle) as statistics:
            now = self._runtime.clock.now()
            views = build_path_views(
                context, drawn, statistics, statistics.paths_by_number(paths), now
            )
            details = describe_paths(context, statistics, paths, now)
        return [view._replace(details=details[view.resident.path]) for view in views]

    def _path_ids(self, name: str, lifecycle: str) -> list[int]:
        """Return the number of a path, or those of a subject's paths of a lifecycle."""
        asking = Lookups(self._runtime)
        latest = asking.find(name, lifecycle)
        if name == latest.ref:
            return [latest.id]
        return [path.id for path in asking.paths(name) if path.lifecycle == lifecycle]

    def _lifecycle(self, name: str | None) -> str:
        """Return the lifecycle that is meant.

        Raises:
            InputError: None is named, and the application has no main one.
        """
        meant = name or self._runtime.application.main_lifecycle
        if meant is None:
            known = sorted(self._runtime.rulebook.lifecycles)
            if len(known) == 1:
                return known[0]
            expected = f"one of {', '.join(known)}"
            raise InputError.of("picture", "lifecycle", "nothing", expected)
        return meant
