"""Fitness for work: what a process needs, asked part by part.

Readiness (``/readyz``) and its metric (``lazsa_ready``) name the parts. A part is a function that
raises an error of ours where it is not fit; a further one is a further entry here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.errors import LazsaError
from lazsa_flow.runner import broker
from lazsa_flow.service.part import runtime_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lazsa_flow.service.service import FlowService

Parts = dict[str, "Callable[[], object]"]


def list_deployment_parts(service: Callable[[], FlowService], redis: str | None) -> Parts:
    """Return what is asked of a deployment.

    Args:
        service: Returns the service; it may raise where its database cannot be opened.
        redis: The broker's URL; ``None`` where there is none.
    """
    found: Parts = {"database": lambda: _check_database(service())}
    if redis is not None:
        found["broker"] = lambda: broker.check_redis(broker.connect_to_redis(redis))
    return found


def find_unfit_parts(parts: Mapping[str, Callable[[], object]]) -> dict[str, str]:
    """Return the parts that are not fit for work, each with what is wrong."""
    faults = {}
    for name, ask in parts.items():
        try:
            ask()
        except LazsaError as error:
            faults[name] = str(error)
    return faults


def _check_database(service: FlowService) -> None:
    """Make sure that the rules can be read, and that a move could be written."""
    service.next_due()
    runtime_of(service).store.check_writable()
