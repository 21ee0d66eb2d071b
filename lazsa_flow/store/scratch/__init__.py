"""Scratch databases: what falls due until an instant, copied to be decided on by itself.

Each module that only some commands need is imported with the first of them; see
:mod:`lazsa_flow.lazy_modules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lazsa_flow.store.scratch import later as later
else:
    from lazsa_flow.lazy_modules import import_submodule

    def __getattr__(name: str) -> object:
        """Import a module of the package."""
        return import_submodule(__name__, name)
