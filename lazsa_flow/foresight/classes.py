"""Classes: how sure an outcome is, found by comparing runs under every assumption.

A path that nothing which can still be recorded brings to its goal on the date is classified first.
One whose figures alone keep it from its goal in every run depends on them. Of any other, runs that
differ in one assumption alone say whether its outcome depends on that.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from lazsa_flow.service.assumptions import AS_RECORDED

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence

    from lazsa_flow.foresight.outcomes import RunOutcome
    from lazsa_flow.lifecycle.table import Lifecycle
    from lazsa_flow.service.assumptions import Assumption

CERTAIN: Final = "certain"
Given = tuple[str, ...]
"""The value of each assumption of an application, in their order."""


def list_classes(known: Sequence[Assumption], never: str) -> list[str]:
    """Return every class that a path can have.

    Args:
        known: The assumptions of the application.
        never: What the class is called of a path that no condition can bring to its goal.
    """
    depends = [f"depends on {each.title}" for each in known]
    return [CERTAIN, *depends, *(["depends on both"] if len(known) > 1 else []), never]


def list_givens(known: Sequence[Assumption]) -> list[Given]:
    """Return every combination of values, the one with nothing assumed first."""
    return list(product(*(each.options() for each in known)))


def list_assumed(known: Iterable[Assumption], given: Given) -> Iterator[tuple[Assumption, str]]:
    """Yield each assumption whose value differs from the record, and the value."""
    for each, value in zip(known, given, strict=True):
        if value != AS_RECORDED:
            yield each, value


def describe_given(known: Sequence[Assumption], given: Given) -> str:
    """Say what is assumed, such as ``facts=held``; ``as-recorded`` where nothing is."""
    assumed = [f"{each.name}={value}" for each, value in list_assumed(known, given)]
    return ", ".join(assumed) or AS_RECORDED


def explain_given(known: Sequence[Assumption], given: Given) -> tuple[str, ...]:
    """Return a sentence for each assumption whose value differs from the record."""
    return tuple(each.values[value] for each, value in list_assumed(known, given))


class Goal(NamedTuple):
    """What a lifecycle's paths hope for.

    Attributes:
        triggers: The triggers that bring a path to an active state of its happy path.
        on_figures: The guards that read figures of a source whose latest row counts.
    """

    triggers: Collection[str]
    on_figures: Collection[str]


class PathClassifier:
    """Finds how sure the outcomes of paths are.

    Paths that nothing can bring to their goal on the date are classified before.

    Args:
        tables: The lifecycles, by their names.
        known: The assumptions of the application.
        asked: What is assumed; only the other assumptions can change an outcome.
    """

    def __init__(
        self, tables: Mapping[str, Lifecycle], known: Sequence[Assumption], asked: Given
    ) -> None:
        self._goals = {name: find_goal(table) for name, table in tables.items()}
        self._known, self._asked = known, asked
        self._found: dict[Hashable, str] = {}

    def classify(self, lifecycle: str, runs: Mapping[Given, RunOutcome]) -> str:
        """Return the class of a path.

        Args:
            lifecycle: The path's lifecycle.
            runs: The path's outcome under every combination of values.
        """
        outcomes = tuple((given, run.outcome, run.state, run.guards) for given, run in runs.items())
        key = lifecycle, outcomes
        if key not in self._found:  # many paths have the same outcomes
            self._found[key] = self._compare_runs(self._goals.get(lifecycle), runs)
        return self._found[key]

    def _compare_runs(self, goal: Goal | None, runs: Mapping[Given, RunOutcome]) -> str:
        known, asked = self._known, self._asked
        open_runs = {
            given: found
            for given, found in runs.items()
            if all(value in (AS_RECORDED, own) for value, own in zip(asked, given, strict=True))
        }
        figures = next((each for each in known if each.of_figures), None)
        if goal is not None and figures is not None and _is_kept_by_figures(goal, open_runs):
            return f"depends on {figures.title}"
        deciding = [
            each.title for place, each in enumerate(known) if _changes_outcome(place, open_runs)
        ]
        if not deciding:
            return CERTAIN
        return "depends on both" if len(deciding) > 1 else f"depends on {deciding[0]}"


def _is_kept_by_figures(goal: Goal, runs: Mapping[Given, RunOutcome]) -> bool:
    """Return whether a path reaches its goal in no run, and figures alone are the reason.

    Where anything else keeps it as well, such as people who refused, no figures would help.
    """
    if any(each.outcome in goal.triggers for each in runs.values()):
        return False
    nearest = min(runs.values(), key=lambda each: len(each.guards))
    return bool(nearest.guards) and all(name in goal.on_figures for name in nearest.guards)


def _changes_outcome(place: int, runs: Mapping[Given, RunOutcome]) -> bool:
    """Return whether two runs that differ in one assumption alone come to different outcomes."""
    groups: defaultdict[Given, set[tuple[str, str]]] = defaultdict(set)
    for given, found in runs.items():
        others = (*given[:place], *given[place + 1 :])
        groups[others].add((found.outcome, found.state))
    return any(len(outcomes) > 1 for outcomes in groups.values())


def find_goal(table: Lifecycle) -> Goal:
    """Find what the paths of a lifecycle hope for."""
    active = {each.name for each in table.states if each.meaning == "active"}
    goals = active & set(table.happy_path)
    figures = {name for source in table.evidence for name in source.fields}
    return Goal(
        {edge.trigger for edge in table.edges if edge.dest in goals},
        {name for name, guard in table.guards.items() if figures & (guard.reads or set())},
    )
