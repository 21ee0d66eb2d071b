"""Gauges: figures of an application's own, which the workers' metrics show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Gauge:
    """A figure at one moment, by labels.

    Attributes:
        name: Its name, which begins with ``lazsa_``.
        text: What it counts.
        labels: The names of its labels.
        values: The figure of each combination of labels.
    """

    name: str
    text: str
    labels: tuple[str, ...]
    values: Mapping[tuple[str, ...], float]
