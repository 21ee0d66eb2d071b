"""Every page of the viewer among 100,000 paths, next to 10,000.

All paths are in one country; as many timers are due in the large population as in the small one.
For each path a notice waits, and one has been delivered. A viewer is opened for each request, so
that no page is answered from what another has asked. The live picture of a lifecycle has a
benchmark of its own.

Units: milliseconds a page.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from starlette.testclient import TestClient

from benchmarks.harness.databases import STORES
from benchmarks.harness.figures import Figure
from benchmarks.harness.turns import in_turns, seconds
from benchmarks.population.sample_sellers import COUNTRY, NOW
from lazsa_flow import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.service.part import runtime_of
from lazsa_flow.viewer import viewer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.harness.bench import Bench
    from benchmarks.harness.databases import Store

MEANING: Final = "Whether somebody who opens a page of the viewer waits longer the more there is."
PAGES: Final = {
    "overview": "/",
    "lifecycles": "/lifecycles",
    "paths": f"/paths?country={COUNTRY}&state=awarded",
    "due": f"/due?country={COUNTRY}",
    "parked": "/parked",
    "books": "/books",
    "outbox": f"/outbox?kind=awarded&country={COUNTRY}",
    "deliveries": f"/deliveries?kind=awarded&country={COUNTRY}",
    "policies": "/policies",
    "panels": "/panels",
    "panel": f"/panel/{COUNTRY}/2021-10-01",
    "cases": "/cases?state=",
    "appeals": "/appeals?filed=no",
    "former ambassadors": "/members?group=invited",
    "conduct bars": "/bars",
    "health": "/health",
}
_OUTBOX: Final = (
    "INSERT INTO lazsa_outbox (key, path_id, seq, kind, recipient, created_at, next_at, attempts,"
    " parked) SELECT lifecycle || '-' || id || '.x', id, seq, 'awarded', 'seller', entered_at,"
    " entered_at, 0, {no} FROM lazsa_paths"
)
_DELIVERIES: Final = (
    "INSERT INTO lazsa_deliveries (key, path_id, kind, recipient, country, channel, recorded_at)"
    " SELECT lifecycle || '-' || id || '.1.1', id, 'awarded', 'seller', country, 'mail',"
    " entered_at FROM lazsa_paths"
)


def measure(bench: Bench) -> Iterator[Figure]:
    """Measure each page on both stores."""
    sizes = bench.scale.listed, bench.scale.listed // 10
    for store, called in STORES.items():
        with ExitStack() as stack:
            large, small = (_open_filled(stack, bench, store, size) for size in sizes)
            for name, page in PAGES.items():
                ours, reference = in_turns(
                    bench.scale.rounds,
                    partial(_page_seconds, large, page),
                    partial(_page_seconds, small, page),
                )
                yield Figure.of(
                    f"{name}: {sizes[0]:,} paths, compared with {sizes[1]:,}, {called}",
                    ours * 1000,
                    reference * 1000,
                    unit="ms",
                )


def _open_filled(stack: ExitStack, bench: Bench, store: Store, size: int) -> Programme:
    """Open a programme on a population of a size, each path with two notices."""
    due = bench.scale.listed // 1000
    url = stack.enter_context(bench.databases.filling(store, size, due))
    programme = stack.enter_context(Programme.open(url, clock=VirtualClock(NOW)))
    no = "false" if store == "postgresql" else "0"
    with runtime_of(programme).store._engine.begin() as connection:
        for statement in (_OUTBOX, _DELIVERIES):
            connection.execute(sa.text(statement.format(no=no)))
        connection.execute(sa.text("ANALYZE"))
    return programme


def _page_seconds(programme: Programme, page: str) -> float:
    client: Any = TestClient(viewer(programme, authenticate=lambda asking: True, fresh_s=0))
    answers = []
    taken = seconds(lambda: answers.append(client.get(page)))
    assert answers[0].status_code == 200, answers[0].text
    return taken
