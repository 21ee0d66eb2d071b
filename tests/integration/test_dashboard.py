"""The Grafana dashboard: Grafana's own model reads it, and every query asks for what is served."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from lazsa_flow.award.commands import panel_gauges
from lazsa_flow.runner.metric_names import METRICS
from tests.acceptance.shell import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE: Final = ROOT / "config" / "grafana-dashboard.json"
DASHBOARD: Final[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
PROMTOOL: Final = shutil.which(
    "promtool", path=f"{os.environ['PATH']}:{ROOT / '.tools' / 'promtool'}"
)
LABELS: Final = {each.name: set(each.labels) for each in METRICS} | {
    each.name: set(each.labels) for each in (panel_gauges.SECONDS_LEFT, panel_gauges.WITHOUT_QUORUM)
}
"""The labels of every metric that the workers of the award serve."""
METRIC: Final = re.compile(r"\b(lazsa_\w+?)(_bucket)?\b(?:\{([^}]*)\})?")


def _queries() -> Iterator[tuple[str, str]]:
    """Yield each panel's title with each of its queries."""
    for panel in DASHBOARD["panels"]:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def _lost(ours: Any, read: Any, path: str = "") -> Iterator[str]:
    """Yield what is in a document and not in what was read of it."""
    if isinstance(ours, dict):
        for name, value in ours.items():
            if not isinstance(read, dict) or name not in read:
                yield f"{path}/{name}"
            else:
                yield from _lost(value, read[name], f"{path}/{name}")
    elif isinstance(ours, list):
        if not isinstance(read, list) or len(read) != len(ours):
            yield path
        else:
            for at, (value, other) in enumerate(zip(ours, read, strict=True)):
                yield from _lost(value, other, f"{path}[{at}]")
    elif ours != read:
        yield path


def test_grafanas_own_model_reads_it_whole() -> None:
    """Grafana's generated types know every key, and hold the same values; a false key is named."""
    register_default_plugins()
    read = json.loads(json.dumps(Dashboard.from_json(DASHBOARD), cls=JSONEncoder))
    assert list(_lost(DASHBOARD, read)) == []
    wrong = {**DASHBOARD, "tilte": "lazsa_flow"}
    read = json.loads(json.dumps(Dashboard.from_json(wrong), cls=JSONEncoder))
    assert list(_lost(wrong, read)) == ["/tilte"]


def test_every_query_asks_for_what_is_served() -> None:
    """Each metric of a query is served, with the labels that the query names; none is left out."""
    shown = set()
    for title, query in _queries():
        by = {name for found in re.findall(r"by \(([^)]*)\)", query) for name in found.split(", ")}
        for name, bucket, matchers in METRIC.findall(query):
            labels = LABELS[name] | ({"le"} if bucket else set())
            assert by | set(re.findall(r"(\w+)=", matchers)) <= labels, (title, query)
            shown.add(name)
    assert shown == LABELS.keys()


@pytest.mark.skipif(
    PROMTOOL is None and os.geteuid() != 0, reason="promtool cannot be fetched without apt"
)
def test_prometheus_parses_every_query(tmp_path: Path) -> None:
    """Prometheus's own checker takes each query as a rule; Grafana's variables stand for values."""
    rules = [
        {"record": f"q{number}", "expr": query.replace("$__rate_interval", "5m")}
        for number, (_, query) in enumerate(_queries())
    ]
    file = tmp_path / "queries.yaml"
    file.write_text(json.dumps({"groups": [{"name": "queries", "rules": rules}]}))
    assert PROMTOOL is not None
    done = subprocess.run(
        [PROMTOOL, "check", "rules", "--lint=none", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_panels_stand_apart_and_say_what_they_are() -> None:
    """Each panel has a number, a title and a sentence of its own, and a place that no other has."""
    panels = DASHBOARD["panels"]
    for name in ("id", "title", "description"):
        assert len({panel[name] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
    source = {"type": "prometheus", "uid": "${datasource}"}
    assert all(panel["datasource"] == source for panel in panels)
