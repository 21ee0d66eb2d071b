"""Evidence that is read: which of a lifecycle's sources a trigger's decision may look at.

A single fire reads no more than that. Guards, relations and recipients declare it by ``reads``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lazsa_flow.lifecycle.effects import Notify
from lazsa_flow.lifecycle.guards import all_read
from lazsa_flow.lifecycle.values import FrozenDict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.lifecycle.table import Edge, Lifecycle

SourcesByTrigger = Mapping[tuple[str, str | None], frozenset[str]]
"""Names of evidence sources, by trigger and reason."""


def sources_of_guards(lifecycle: Lifecycle, edge: Edge) -> frozenset[str]:
    """Return the evidence sources that a guard of an edge, or of one of its effects, may read."""
    names = (*edge.guards, *(effect.when for effect in edge.effects if effect.when))
    return sources_named(lifecycle, all_read(lifecycle.guards[name] for name in names))


def sources_by_trigger(lifecycle: Lifecycle) -> SourcesByTrigger:
    """Return the evidence sources that a fire may read, from whatever state."""
    found: dict[tuple[str, str | None], frozenset[str]] = {}
    for edge in lifecycle.edges:
        for reason in edge.reasons:
            key = (edge.trigger, reason)
            found[key] = found.get(key, frozenset()) | _sources_of_edge(lifecycle, edge)
    return FrozenDict(found)


def _sources_of_edge(lifecycle: Lifecycle, edge: Edge) -> frozenset[str]:
    names = sources_of_guards(lifecycle, edge).union(
        *(sources_named(lifecycle, reads) for reads in _reads_of_people(lifecycle, edge))
    )
    dated = lifecycle.dated_source  # the journal row of an edge with guards names its date
    return names | {dated} if dated and edge.guards else names


def _reads_of_people(lifecycle: Lifecycle, edge: Edge) -> Iterator[frozenset[str] | None]:
    """Return what decides who may fire an edge, and who is notified, says that it reads."""
    for permit in edge.permits:
        if lifecycle.declares_relation(permit.relation):
            yield lifecycle.relation(permit.relation).reads
    for effect in edge.effects:
        if isinstance(effect, Notify):
            recipient = lifecycle.recipient(effect.to)
            yield recipient.reads if recipient.each else frozenset()


def sources_named(lifecycle: Lifecycle, reads: frozenset[str] | None) -> frozenset[str]:
    """Return the evidence sources of which this names a part; ``None`` names all."""
    return frozenset(
        source.name
        for source in lifecycle.evidence
        if reads is None or not reads.isdisjoint(source.readable)
    )
