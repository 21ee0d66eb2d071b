"""The benchmarks that there are, and how one is run.

A module of :mod:`benchmarks` that has a ``measure`` is a benchmark by the module's name. Its
``measure`` takes a :class:`~benchmarks.harness.bench.Bench` as ``bench``, or nothing, and returns
one figure or several, as :class:`~benchmarks.harness.figures.Figure` or as the mapping that one is
written as. Its ``MEANING`` is one sentence that says what its figures mean to whoever waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from inspect import getdoc, signature
from pathlib import Path
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
        meaning: What its figures mean, in one sentence for people who know no benchmark.
    """

    name: str
    told: str
    measure: Callable[..., Any]
    meaning: str = ""

    def figures(self, bench: Bench) -> Iterator[Figure]:
        """Run it, yielding each figure as it is taken."""
        takes_bench = "bench" in signature(self.measure).parameters
        found = self.measure(bench) if takes_bench else self.measure()
        several = [found] if isinstance(found, Figure | Mapping) else found
        for each in several:
            yield each if isinstance(each, Figure) else Figure.read(each)


def names() -> list[str]:
    """Return the name of every benchmark, importing none: each may need what others do not."""
    found = []
    for module in iter_modules(benchmarks.__path__):
        spec = module.module_finder.find_spec(module.name, None)
        source = Path(spec.origin).read_text("utf-8") if spec and spec.origin else ""
        if not module.ispkg and "\ndef measure(" in source:
            found.append(module.name)
    return found


def load(name: str) -> Benchmark:
    """Return a benchmark by name."""
    module = import_module(f"benchmarks.{name}")
    return Benchmark(name, getdoc(module) or "", module.measure, getattr(module, "MEANING", ""))
