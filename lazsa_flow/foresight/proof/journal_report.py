"""Reports of a proof of a journal: the recorded moves to a failure in words and as values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.foresight.proof.report import (
    describe_move,
    draw_failure,
    draw_line,
    list_move_values,
)
from lazsa_flow.graph.mermaid import mermaid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lazsa_flow.foresight.proof.properties import Property
    from lazsa_flow.foresight.proof.replay import RecordedStep
    from lazsa_flow.foresight.proof.search import Failure
    from lazsa_flow.graph.chart import Chart
    from lazsa_flow.lifecycle.table import Lifecycle

NOT_SHOWN: Final = (
    "reminders, which write no row",
    "notices, of which the row only says that they were to be sent",
    "by whose right somebody acted for another",
    "whether rows were rewritten together with their hashes: see lazsa-flow verify",
)
"""What no recorded history shows."""


@dataclass(frozen=True, slots=True)
class RecordedFailure:
    """A property that a recorded history does not keep to.

    Attributes:
        path: The reference of the path of which it fails.
        seq: The number of the row with which it fails.
        failed: The property, with the subject's recorded moves until there.
        steps: The same moves, each with its row.
    """

    path: str
    seq: int
    failed: Failure
    steps: tuple[RecordedStep, ...]

    def __str__(self) -> str:
        """Write it as lines: the property, where it fails, and the recorded moves until there."""
        lines = [f"{self.failed.failed.name}: {self.failed.failed.says}"]
        what = f": {self.failed.what}" if self.failed.what else ""
        lines.append(f"  It fails at {self.path} seq {self.seq}{what}.")
        for number, step in enumerate(self.steps, 1):
            lines.append(f"  {number}. {step.path} seq {step.seq}: {describe_move(step.move)}")
        own = [step.move for step in self.steps if step.path == self.path]
        if own:
            lines.append(f"  {draw_line(own)}")
        return "\n".join(lines)

    def document(self, lifecycle: Lifecycle) -> dict[str, Any]:
        """Return it as JSON values.

        Args:
            lifecycle: The table, on which the way is drawn.
        """
        return {
            "property": self.failed.failed.name,
            "says": self.failed.failed.says,
            "path": self.path,
            "seq": self.seq,
            "what": self.failed.what or None,
            "steps": [
                {**list_move_values(step.move), "path": step.path, "seq": step.seq}
                for step in self.steps
            ],
            "mermaid": mermaid(self.draw(lifecycle)),
        }

    def draw(self, lifecycle: Lifecycle) -> Chart:
        """Return the picture of the lifecycle with the recorded moves of the path on it.

        Args:
            lifecycle: The table.
        """
        own = tuple(step.move for step in self.steps if step.path == self.path)
        return draw_failure(lifecycle, replace(self.failed, moves=own))


@dataclass(frozen=True, slots=True)
class JournalProof:
    """What a proof of a journal has found.

    Attributes:
        lifecycle: The table.
        properties: What was to hold, with what only a whole table can show.
        failures: What does not, subject after subject; of each property the first hundred.
        failed: How often each property fails.
        subjects: How many subjects were replayed.
        paths: How many paths they have.
        rows: How many rows.
        unread: How many rows come after one of which nothing can be made.
        merged: How many subjects were left out, since their ids were merged or parted.
    """

    lifecycle: Lifecycle
    properties: tuple[Property, ...]
    failures: tuple[RecordedFailure, ...]
    failed: Mapping[str, int]
    subjects: int
    paths: int
    rows: int
    unread: int
    merged: int

    @property
    def holds(self) -> bool:
        """Whether every property holds."""
        return not self.failed

    @property
    def not_shown(self) -> tuple[str, ...]:
        """What a recorded history cannot show."""
        never = [each.name for each in self.properties if each.on_space]
        merged = f"{self.merged} subjects whose ids were merged"
        return (
            *((f"what can never happen ({', '.join(never)})",) if never else ()),
            *NOT_SHOWN,
            *((merged,) if self.merged else ()),
        )

    def __str__(self) -> str:
        """Say what was found, each failure with the recorded moves that led to it."""
        shown = [each for each in self.properties if not each.on_space]
        found = f"{self.rows:,} rows of {self.paths:,} paths of {self.subjects:,} subjects"
        name = self.lifecycle.name
        if self.holds:
            lines = [f"{name}: the journal keeps to {len(shown)} properties ({found})."]
        else:
            fail = f"{len(self.failed)} of {len(shown)} properties"
            lines = [f"{name}: the journal does not keep to {fail} ({found})."]
        for each in self.failures:
            lines += ["", str(each)]
        more = sum(self.failed.values()) - len(self.failures)
        if more:
            lines += ["", f"{more:,} more failures of the same properties are not printed."]
        if self.unread:
            lines.append(f"Not replayed: {self.unread:,} rows after one that is no move.")
        return "\n".join([*lines, f"Not shown by a journal: {'; '.join(self.not_shown)}."])

    def document(self) -> dict[str, Any]:
        """Return what was found as JSON values."""
        return {
            "lifecycle": self.lifecycle.name,
            "holds": self.holds,
            "subjects": self.subjects,
            "paths": self.paths,
            "rows": self.rows,
            "rows_not_replayed": self.unread,
            "merged_subjects": self.merged,
            "properties": [
                {
                    "name": each.name,
                    "says": each.says,
                    "holds": None if each.on_space else each.name not in self.failed,
                    "failures": self.failed.get(each.name, 0),
                }
                for each in self.properties
            ],
            "failures": [each.document(self.lifecycle) for each in self.failures],
            "not_shown": list(self.not_shown),
        }

    def draw_failures(self) -> Iterator[tuple[str, Chart]]:
        """Yield a name and a picture of each failure."""
        for each in self.failures:
            name = f"{self.lifecycle.name}-{each.failed.failed.name}-{each.path}-{each.seq}"
            yield name, each.draw(self.lifecycle)
