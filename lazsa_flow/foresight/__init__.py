"""Foresight: what a date will bring, decided by the engine itself on a copy of what is due.

Each module that only some commands need is imported with the first of them; see
:mod:`lazsa_flow.lazy_modules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lazsa_flow.foresight import night_start as night_start
    from lazsa_flow.foresight import night_status as night_status
    from lazsa_flow.foresight import rehearsal_records as rehearsal_records
    from lazsa_flow.foresight import waiting_dates as waiting_dates
else:
    from lazsa_flow.lazy_modules import import_submodule

    def __getattr__(name: str) -> object:
        """Import a module of the package."""
        return import_submodule(__name__, name)
