"""``lazsa-flow doctor``: what is broken in this deployment, and what to do about it.

Each check is independent and is listed in :mod:`.registry`. If one raises, that is reported as a
fault of its name, and the next one runs.
"""

from __future__ import annotations

from lazsa_flow.runner.doctor.examination import Check, Status
from lazsa_flow.runner.doctor.registry import examine
from lazsa_flow.runner.doctor.several import examine_several

__all__ = ["Check", "Status", "examine", "examine_several"]
