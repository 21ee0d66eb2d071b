"""Reports of a proof: the way to a failure in words, as values and as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lazsa_flow.graph.chart import Chart, build_chart
from lazsa_flow.graph.mermaid import mermaid

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.foresight.proof.properties import Property
    from lazsa_flow.foresight.proof.search import Failure
    from lazsa_flow.foresight.proof.world import PossibleMove
    from lazsa_flow.lifecycle.table import Lifecycle


@dataclass(frozen=True, slots=True)
class Proof:
    """What a proof has found.

    Attributes:
        lifecycle: The table.
        properties: What was to hold.
        failures: What does not, in the order of the properties.
        situations: How many situations the table allows, as far as it can tell them apart.
        moves: How many moves there are between them.
    """

    lifecycle: Lifecycle
    properties: tuple[Property, ...]
    failures: tuple[Failure, ...]
    situations: int
    moves: int

    @property
    def holds(self) -> bool:
        """Whether every property holds."""
        return not self.failures

    def __str__(self) -> str:
        """Say what was found, each failure with the shortest way to it."""
        name = self.lifecycle.name
        found = f"{self.situations:,} situations, {self.moves:,} moves"
        if self.holds:
            return f"{name}: {len(self.properties)} properties hold ({found})."
        lines = [
            f"{name}: {len(self.failures)} of {len(self.properties)} properties fail ({found})."
        ]
        for failure in self.failures:
            lines += ["", *describe_failure(failure)]
        return "\n".join(lines)

    def document(self) -> dict[str, Any]:
        """Return what was found as JSON values."""
        failed = {each.failed.name for each in self.failures}
        return {
            "lifecycle": self.lifecycle.name,
            "holds": self.holds,
            "situations": self.situations,
            "moves": self.moves,
            "properties": [
                {"name": each.name, "says": each.says, "holds": each.name not in failed}
                for each in self.properties
            ],
            "failures": [
                {
                    "property": each.failed.name,
                    "says": each.failed.says,
                    "what": each.what or None,
                    "path": [list_move_values(move) for move in each.moves],
                    "mermaid": mermaid(draw_failure(self.lifecycle, each)),
                }
                for each in self.failures
            ],
        }

    def draw_failures(self) -> Iterator[tuple[str, Chart]]:
        """Yield a name and a picture of each failure."""
        for each in self.failures:
            name = f"{self.lifecycle.name}-{each.failed.name}"
            yield name, draw_failure(self.lifecycle, each)


def describe_failure(failure: Failure) -> list[str]:
    """Write a failure as lines: the property, the way there step by step, and the way in short."""
    lines = [f"{failure.failed.name}: {failure.failed.says}"]
    if failure.what:
        lines.append(f"  But {failure.what}.")
    if not failure.moves:
        return lines
    lines.append("  The shortest way there:" if failure.what else "  It fails on this way:")
    several = any(move.number > 1 for move in failure.moves)
    for number, move in enumerate(failure.moves, 1):
        lines.append(f"  {number}. {describe_move(move, several=several)}")
    number = failure.moves[-1].number
    lines.append(f"  {draw_line([move for move in failure.moves if move.number == number])}")
    return lines


def describe_move(move: PossibleMove, *, several: bool = False) -> str:
    """Write a move in a line."""
    of = f"path {move.number}: " if several else ""
    reason = f" ({move.reason})" if move.reason else ""
    if move.edge is not None:
        who = f"timer {move.timer}" if move.timer else "/".join(move.roles)
        what = f"{move.edge.trigger}{reason} by {who}, {move.source or 'new'} to {move.dest}"
    else:
        what = f"timer {move.timer} {'is refused' if move.refused else 'reminds'} in {move.dest}"
    links = "".join(
        f"; with it {link.trigger} ({link.reason}) of path {link.number}" for link in move.linked
    )
    held = [name for name, value in move.values.items() if value]
    unmet = [name for name, value in move.values.items() if not value]
    guards = [
        f"{words} {', '.join(names)}"
        for words, names in (("where", held), ("without", unmet))
        if names
    ]
    given = f" [{'; '.join(guards)}]" if guards else ""
    return f"{of}{what}{links}{given}"


def draw_failure(lifecycle: Lifecycle, failure: Failure) -> Chart:
    """Draw the way to a failure on the picture of its lifecycle."""
    number = failure.moves[-1].number if failure.moves else 0
    return build_chart(lifecycle).tracing(
        {
            "source": move.source,
            "dest": move.dest,
            "trigger": move.trigger,
            "reason": move.reason,
        }
        for move in failure.moves
        if move.number == number and move.edge is not None
    )


def draw_line(moves: list[PossibleMove]) -> str:
    """Draw the moves of one path as a line of states and arrows."""
    drawn = moves[0].source or "o"
    for move in moves:
        label = move.trigger or (f"{move.timer} refused" if move.refused else str(move.timer))
        drawn += f" --{label}--> {move.dest}"
    return drawn


def list_move_values(move: PossibleMove) -> dict[str, Any]:
    """Return a move as JSON values."""
    return {
        "path": move.number,
        "trigger": move.trigger,
        "reason": move.reason,
        "source": move.source,
        "dest": move.dest,
        "roles": list(move.roles),
        "timer": move.timer,
        "refused": move.refused,
        "guards": dict(move.values),
        "linked": [link._asdict() for link in move.linked],
    }
