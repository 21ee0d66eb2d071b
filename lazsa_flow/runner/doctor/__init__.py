"""``lazsa-flow doctor``: what is broken in this deployment, and what to do about it.

Each check stands by itself, in the list of :mod:`.registry`. What one of them raises is a fault of
that name, and the next one runs.
"""

from __future__ import annotations

from lazsa_flow.runner.doctor.examination import Check, Status
from lazsa_flow.runner.doctor.registry import examine

__all__ = ["Check", "Status", "examine"]
