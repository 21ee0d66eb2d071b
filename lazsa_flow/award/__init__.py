"""The award programme: lifecycles, rules, commands and files on top of the library.

Each module that only some commands need is imported with the first of them; see
:mod:`lazsa_flow.lazy_modules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lazsa_flow.award import queries as queries
else:
    from lazsa_flow.lazy_modules import import_submodule

    def __getattr__(name: str) -> object:
        """Import a module of the package."""
        return import_submodule(__name__, name)
