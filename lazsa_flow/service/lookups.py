"""Look-ups: paths by their reference or by their subject, their history, and what leads on."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, cast

from lazsa_flow import service
from lazsa_flow.errors import InputError, NotFoundError, no_path, no_subject_or_path
from lazsa_flow.lifecycle.calendar import as_utc
from lazsa_flow.lifecycle.path_ref import parse_ref
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lazsa_flow.engine.explain import Explanation
    from lazsa_flow.engine.journal_entry import JournalEntry
    from lazsa_flow.lifecycle.guards import Verdict
    from lazsa_flow.lifecycle.model import Path
    from lazsa_flow.lifecycle.path_ref import PathRef


class Lookups(Part):
    """The look-ups."""

    def find(self, name: str, lifecycle: str | None = None) -> Path:
        """Find a path by its reference, or a subject's latest path.

        A path goes before a subject whose id reads like its reference; :meth:`paths` knows subjects
        alone.

        Args:
            name: The reference, or the subject's id.
            lifecycle: Only paths of this lifecycle.

        Returns:
            The path.

        Raises:
            NotFoundError: Neither is known.
        """
        found = self._runtime.store.look_up(name, self._ref_of(name))
        context = self._runtime.context_at(found.stamp)
        if lifecycle is not None:
            context.rulebook.lifecycle(lifecycle)
        paths = sorted(found.paths, key=lambda path: path.ref == name)
        if not paths:
            raise no_subject_or_path(name)
        for path in reversed(paths):
            if lifecycle in (None, path.lifecycle):
                return path
        raise NotFoundError(f"{lifecycle} path", name)

    def _ref_of(self, name: str) -> PathRef | None:
        """Read a name as the reference of a path; ``None`` where it can be none."""
        with suppress(NotFoundError):
            ref = parse_ref(name)
            return ref if ref.lifecycle in self._runtime.rulebook.lifecycles else None
        return None

    def paths(self, subject: str) -> list[Path]:
        """Return every path of a subject, oldest first.

        Args:
            subject: The subject's id.
        """
        with self._runtime.store.begin(write=False) as transaction:
            paths: list[Path] = transaction.paths_of(subject)
        return paths

    def explain(
        self,
        name: str,
        trigger: str | None = None,
        *,
        lifecycle: str | None = None,
        now: datetime | None = None,
    ) -> Explanation:
        """Return every possible transition of a path, and what blocks each.

        A subject who is known by facts and has no path is explained as if one were opened now.

        Args:
            name: A path's reference, or a subject whose latest path is meant.
            trigger: Only exits of this trigger.
            lifecycle: Of a subject, the latest path in this lifecycle.
            now: The instant to explain at, aware; the clock's by default.

        Raises:
            NotFoundError: There is no such path, subject, lifecycle or trigger.
        """
        at = self._runtime.now(now, "now")
        explained = self._runtime.run_on_path(
            lambda context: service.explaining.explain_path(context, name, lifecycle, trigger, at)
        )
        if explained is not None:
            return explained
        return service.explaining.explain_subject(
            self._runtime.context, name, lifecycle, trigger, at
        )

    def history(self, path: str) -> list[JournalEntry]:
        """Return a path's journal rows, oldest first, as JSON values.

        Args:
            path: The path's reference.

        Raises:
            NotFoundError: There is no such path.
        """
        found = self._runtime.store.journal(self._runtime.context.path_id(path))
        rows = list(cast("Iterator[JournalEntry]", found))
        if not rows or rows[0]["path"] != path:
            raise no_path(path)
        return rows

    def state_at(self, path: str, when: datetime) -> str | None:
        """Return the state that a path was in at an instant, by effect; ``None`` before it opened.

        Args:
            path: The path's reference.
            when: The instant, aware.

        Raises:
            InputError: The instant is naive.
            NotFoundError: There is no such path.
        """
        at = as_utc(when, field="when")
        state = None
        for row in self.history(path):
            if datetime.fromisoformat(row["effective_at"]) <= at:
                state = row["dest"]
        return state

    def verdicts(self, path: Path, row: Mapping[str, object]) -> list[Verdict]:
        """Word the verdicts of a journal row as they were recorded: guard and policy version.

        Args:
            path: The path that the row is of.
            row: A row of its journal, as :meth:`history` returns it.

        Returns:
            The verdicts, in the order in which the guards were asked.

        Raises:
            InputError: It is no row of :meth:`history`, or not this path's.
        """
        try:
            return self._runtime.context.verdicts(path.lifecycle, row)
        except (KeyError, TypeError, AttributeError, ValueError):
            expected = "a row of the path's history"
            raise InputError.of("verdicts", "row", row, expected) from None
