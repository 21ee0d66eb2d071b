"""Seller award paths as explicit state machines: guarded transitions, timers, and a why.

The public names, by what they are for; each is imported when it is first asked for, so that
importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lazsa_flow.award.commands.import_result import ImportResult
    from lazsa_flow.award.commands.store_entry import TurnoverRecord
    from lazsa_flow.award.programme import Programme
    from lazsa_flow.award.rules.panel import ITEMS
    from lazsa_flow.clock import SystemClock, VirtualClock
    from lazsa_flow.config import Config
    from lazsa_flow.errors import (
        ClockError,
        ClosedError,
        ConfigError,
        ConflictError,
        ContendedError,
        DeliveryError,
        ExtraError,
        GuardError,
        HostCodeError,
        InputError,
        JournalError,
        KeyReusedError,
        LazsaError,
        LifecycleError,
        MachineMismatchError,
        NoEdgeError,
        NotAllowedError,
        NotFoundError,
        ParkedError,
        PausedError,
        RefusedError,
        ReplacedError,
        SchemaError,
        StaleVersionError,
        TransitionError,
        UnavailableError,
    )
    from lazsa_flow.lifecycle.contact import Contact
    from lazsa_flow.lifecycle.guards import Finding, Guard, Verdict
    from lazsa_flow.lifecycle.model import Actor, Facts, Move, Path
    from lazsa_flow.lifecycle.table import Edge, Lifecycle, Permit, State, Step, Timer
    from lazsa_flow.notices.ports import Letter
    from lazsa_flow.service.service import FlowService

__all__ = [  # noqa: RUF022 - grouped by what they are for
    # the facade
    "FlowService",
    "Programme",
    "Actor",
    "Config",
    "SystemClock",
    "VirtualClock",
    # values
    "Facts",
    "ImportResult",
    "ITEMS",
    "TurnoverRecord",
    "Move",
    "Path",
    "Verdict",
    # to write a lifecycle
    "Lifecycle",
    "State",
    "Edge",
    "Permit",
    "Timer",
    "Step",
    "Guard",
    "Finding",
    # to tell people
    "Contact",
    "Letter",
    # errors
    "LazsaError",
    "InputError",
    "ConfigError",
    "ClockError",
    "LifecycleError",
    "MachineMismatchError",
    "NotFoundError",
    "TransitionError",
    "NoEdgeError",
    "NotAllowedError",
    "RefusedError",
    "ReplacedError",
    "ParkedError",
    "PausedError",
    "StaleVersionError",
    "KeyReusedError",
    "ConflictError",
    "ContendedError",
    "UnavailableError",
    "ClosedError",
    "SchemaError",
    "ExtraError",
    "JournalError",
    "DeliveryError",
    "HostCodeError",
    "GuardError",
]

_HOMES = {
    "lazsa_flow.award.programme": ("Programme",),
    "lazsa_flow.config": ("Config",),
    "lazsa_flow.service.service": ("FlowService",),
    "lazsa_flow.award.commands.store_entry": ("TurnoverRecord",),
    "lazsa_flow.award.commands.import_result": ("ImportResult",),
    "lazsa_flow.award.rules.panel": ("ITEMS",),
    "lazsa_flow.clock": ("SystemClock", "VirtualClock"),
    "lazsa_flow.lifecycle.contact": ("Contact",),
    "lazsa_flow.notices.ports": ("Letter",),
    "lazsa_flow.lifecycle.model": ("Actor", "Facts", "Move", "Path"),
    "lazsa_flow.lifecycle.guards": ("Verdict", "Guard", "Finding"),
    "lazsa_flow.lifecycle.table": ("Lifecycle", "State", "Edge", "Permit", "Timer", "Step"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF.get(name, "lazsa_flow.errors")), name)


def __dir__() -> list[str]:
    return sorted(__all__)
