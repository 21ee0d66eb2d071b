"""Assumptions: what a rehearsal may take as given, as an application offers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, datetime

    from lazsa_flow.engine.rulebook import Rulebook
    from lazsa_flow.store.store import SqlStore

AS_RECORDED: Final = "as-recorded"
"""The value of every assumption under which nothing is assumed."""


class Assumption(NamedTuple):
    """Something that a rehearsal can take as given.

    Attributes:
        name: What it is about, as an option is called.
        title: The same in a sentence: what an outcome depends on.
        values: What may be assumed, each with a sentence that says it.
        of_figures: Whether it is about the figures of a source whose latest row counts.
    """

    name: str
    title: str
    values: Mapping[str, str]
    of_figures: bool = False

    def options(self) -> tuple[str, ...]:
        """Return every value that can be given, the record itself first."""
        return (AS_RECORDED, *self.values)


class Assuming:
    """What an application lets a rehearsal take as given; by default nothing.

    Attributes:
        assumptions: What a rehearsal can take as given.
        never: What the class of a path is called that no condition can bring to its goal.
    """

    assumptions: tuple[Assumption, ...] = ()
    never: str = "cannot succeed"

    def assume(
        self,
        store: SqlStore,
        rulebook: Rulebook,
        given: Mapping[str, str],
        *,
        on: date,
        now: datetime,
        path_ids: Collection[int],
    ) -> Collection[int] | None:
        """Write into a scratch database what a rehearsal of a date takes as given.

        Args:
            store: On the scratch database.
            rulebook: The rules there.
            given: The values of :attr:`assumptions` that differ from the record, by their names.
            on: The date.
            now: The instant at which the date begins to be rehearsed.
            path_ids: The paths that are due on it.

        Returns:
            The paths whose outcome it may change, so that only they and the other paths of their
            subjects are decided again; ``None`` where it may be any. It depends on which
            assumptions are given, and not on their values.
        """
        del store, rulebook, given, on, now, path_ids
        return None


def read_assumptions(
    known: Iterable[Assumption], given: Mapping[str, str | None], command: str
) -> dict[str, str]:
    """Return the value of every assumption.

    Args:
        known: What the application offers.
        given: Values by name; one that is left out is as recorded.
        command: What was asked for, such as ``rehearse``, for the errors.

    Raises:
        InputError: There is no such assumption, or no such value of it.
    """
    offered = {each.name: each for each in known}
    for name, value in given.items():
        if value is None or (value == AS_RECORDED and name not in offered):
            continue
        if name not in offered:
            expected = f"one of {', '.join(offered)}" if offered else "no assumption"
            raise InputError.of(command, "assume", name, expected)
        if value not in offered[name].options():
            expected = f"one of {', '.join(offered[name].options())}"
            raise InputError.of(command, name, value, expected)
    return {name: given.get(name) or AS_RECORDED for name in offered}
