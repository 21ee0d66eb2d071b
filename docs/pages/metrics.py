"""The metrics: names, labels and meaning of all that the processes serve to Prometheus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docs.pages.markdown import HEADER, cell, table
from lazsa_flow.award.commands.panel_gauges import SECONDS_LEFT, WITHOUT_QUORUM
from lazsa_flow.runner.metric_names import METRICS
from lazsa_flow.runner.metrics import LAG_LIMITS_S

if TYPE_CHECKING:
    from collections.abc import Iterator

_LABELS: Final = {
    "country": "a country's code",
    "cycle": "a cycle date, as `2026-10-01`",
    "guard": "a guard's name",
    "lifecycle": "a lifecycle's name",
    "outcome": "`moved`, `refused`, `parked`, `reminded`, `failed`",
    "part": "`database`, and `broker` where there is one, as `/readyz` names them",
}
_INTRODUCTION: Final = f"""\
{HEADER}

# Metrics

`run`, `worker`, `ticker` and `relay` serve them at `/metrics` with `--metrics-port`, next to
`/healthz` and `/readyz`. Counters and histograms are sums over all processes of one group; gauges
are read from the database at each scrape. What each alarm means, and what to do first, is in
[alarms](../operations/alarms.md).

The unit is in the name: `_seconds`; all others are counts. `lazsa_ready` is 1 or 0.
"""


def render() -> str:
    """Render every metric with its labels, and what each label holds."""
    limits = ", ".join(f"{each:,}" for each in LAG_LIMITS_S)
    labels = [(f"`{name}`", meaning) for name, meaning in _LABELS.items()]
    return "\n".join(
        (
            _INTRODUCTION,
            table(("metric", "type", "labels", "what it says"), _rows()),
            f"Buckets of `lazsa_chunk_lag_seconds`, in seconds: {limits}.\n",
            "## Labels\n",
            table(("label", "holds"), labels),
        )
    )


def _rows() -> Iterator[tuple[str, ...]]:
    described = [(each.name, each.kind, each.labels, each.text) for each in METRICS]
    described += [
        (own.name, "gauge", own.labels, f"{own.text} Of the award programme.")
        for own in (SECONDS_LEFT, WITHOUT_QUORUM)
    ]
    for name, kind, labels, text in described:
        assert _LABELS.keys() >= set(labels), labels
        yield f"`{name}`", kind, ", ".join(f"`{each}`" for each in labels), cell(text)
