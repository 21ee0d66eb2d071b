"""What people and services ask of the programme, each command one transaction.

Each module that only some commands need is imported with the first of them; see
:mod:`lazsa_flow.lazy_modules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lazsa_flow.service import dry_run as dry_run
    from lazsa_flow.service import explaining as explaining
    from lazsa_flow.service import firing as firing
    from lazsa_flow.service import listing as listing
    from lazsa_flow.service import open_path as open_path
    from lazsa_flow.service import operate as operate
    from lazsa_flow.service import releasing as releasing
    from lazsa_flow.service import state_names as state_names
    from lazsa_flow.service import timers as timers
    from lazsa_flow.service import verifying as verifying
else:
    from lazsa_flow.lazy_modules import import_submodule

    def __getattr__(name: str) -> object:
        """Import a module of the package."""
        return import_submodule(__name__, name)
