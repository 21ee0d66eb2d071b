"""Several databases, each a whole programme: each is checked, and what no two of them may share."""

from __future__ import annotations

import heapq
from contextlib import ExitStack
from functools import partial
from itertools import groupby, islice
from typing import TYPE_CHECKING, Final

from lazsa_flow.database_urls import name_databases
from lazsa_flow.runner.doctor.examination import Check, Examination
from lazsa_flow.runner.doctor.registry import examine, run_check

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from lazsa_flow.clock import Clock
    from lazsa_flow.database_urls import NamedDatabase

_MOST: Final = 20
"""How many subjects are named at most."""


def examine_several(
    databases: Sequence[str],
    redis: str | None,
    config: Path | None,
    *,
    clock: Clock | None = None,
) -> Iterator[tuple[str | None, Check]]:
    """Check several deployments, one after the other, and then all together.

    Args:
        databases: The databases' URLs, each with a name before it or without.
        redis: The broker's; ``None`` where there is none.
        config: The deployments' directory.
        clock: The present instant; the machine's by default.

    Yields:
        Each finding with the name of its database; ``None`` for those about all of them.
    """
    named = name_databases(databases)
    for each in named:
        for check in examine(each.url, redis, config, clock=clock):
            yield each.name, check
    with ExitStack() as stack:
        opened = dict(_open_reachable(named, config, clock, stack))
        for name, look in (("subjects", check_subjects), ("numbers", check_numbers)):
            for check in run_check(name, partial(look, opened)):
                yield None, check


def _open_reachable(
    named: Iterable[NamedDatabase], config: Path | None, clock: Clock | None, stack: ExitStack
) -> Iterator[tuple[str, Examination]]:
    """Yield the databases that have a schema of this release; the others are reported already."""
    for each in named:
        examination = Examination(each.url, None, config, clock)
        stack.callback(examination.close)
        if examination.has("schema"):
            yield each.name, examination


def check_subjects(opened: dict[str, Examination]) -> Iterator[Check]:
    """Look whether any subject has an open path of one lifecycle in two databases."""
    with ExitStack() as stack:
        streams = [
            _label_places(name, stack.enter_context(each.read()).inspect().open_places())
            for name, each in opened.items()
        ]
        double = _find_double(heapq.merge(*streams))
        found = list(islice(double, _MOST))
    for lifecycle, subject, names in found:
        what = (
            f"{subject} has an open path of {lifecycle} in {' and '.join(names)}: a subject belongs"
            " to one database; end the path in all but one"
        )
        yield Check("subjects", "fault", what)
    if not found:
        places = " and ".join(opened) or "none that could be reached"
        yield Check("subjects", "ok", f"no subject has open paths in two of: {places}")


def check_numbers(opened: dict[str, Examination]) -> Iterator[Check]:
    """Look whether any two databases number their paths in one bucket."""
    buckets: dict[int, list[str]] = {}
    for name, each in opened.items():
        with each.read() as transaction:
            buckets.setdefault(transaction.inspect().bucket(), []).append(name)
    double = {bucket: names for bucket, names in buckets.items() if len(names) > 1}
    for bucket, names in double.items():
        what = (
            f"{' and '.join(names)} number their paths in bucket {bucket}, so that two paths can"
            " have one reference; run on all but one: lazsa-flow migrate --bucket N"
        )
        yield Check("numbers", "warning", what)
    if not double:
        buckets_in_use = ", ".join(f"{names[0]}: {bucket}" for bucket, names in buckets.items())
        yield Check("numbers", "ok", f"buckets of path numbers: {buckets_in_use or 'none'}")


def _label_places(
    name: str, places: Iterable[tuple[str, str]]
) -> Iterator[tuple[tuple[str, str], str]]:
    return ((place, name) for place in places)


def _find_double(
    places: Iterable[tuple[tuple[str, str], str]],
) -> Iterator[tuple[str, str, list[str]]]:
    """Yield lifecycle and subject of every place that several databases have, with their names."""
    for (lifecycle, subject), group in groupby(places, key=lambda place: place[0]):
        names = [name for _, name in group]
        if len(names) > 1:
            yield lifecycle, subject, names
