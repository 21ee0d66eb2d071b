"""Which benchmarks are there, and how is one run?

A module of :mod:`benchmarks` that has a ``measure`` is a benchmark by the module's name. Its
``measure`` takes a :class:`~benchmarks.harness.bench.Bench`, or nothing, and returns one figure or
several, as :class:`~benchmarks.harness.figures.Figure` or as the mapping that one is written as.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from inspect import getdoc, signature
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any

import benchmarks
from benchmarks.harness.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.harness.bench import Bench


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark.

    Attributes:
        name: Its module's name.
        told: What it measures and how, for people: the module's docstring.
        measure: The module's function.
    """

    name: str
    told: str
    measure: Callable[..., Any]

    def figures(self, bench: Bench) -> Iterator[Figure]:
        """Run it, yielding each figure as it is taken."""
        takes_bench = bool(signature(self.measure).parameters)
        found = self.measure(bench) if takes_bench else self.measure()
        several = [found] if isinstance(found, Figure | Mapping) else found
        for each in several:
            yield each if isinstance(each, Figure) else Figure.read(each)


def find() -> dict[str, Benchmark]:
    """Find every benchmark, by name."""
    found = {}
    for module in iter_modules(benchmarks.__path__):
        if not module.ispkg and not module.name.startswith("_"):
            imported = import_module(f"benchmarks.{module.name}")
            if hasattr(imported, "measure"):
                told = getdoc(imported) or ""
                found[module.name] = Benchmark(module.name, told, imported.measure)
    return found
