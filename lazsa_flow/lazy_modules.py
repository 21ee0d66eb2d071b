"""Lazy modules: those of a package that are imported when they are first named.

A package whose modules serve one command each says so in its ``__init__`` (:pep:`562`), and who
calls them names them by the package: ``commands.nominations.nominate_seller(…)``. A process then
imports only what it runs. Type checkers see plain imports.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def import_submodule(package: str, name: str) -> ModuleType:
    """Import a module of a package, for the package's ``__getattr__``.

    Threads may name it at once: the import system lets one load it, and the others wait.

    Args:
        package: The package's ``__name__``.
        name: The module's name within it.

    Raises:
        AttributeError: The package has no such module.
    """
    module = f"{package}.{name}"
    if not name.startswith("__"):
        try:
            return import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
    raise AttributeError(f"module {package!r} has no attribute {name!r}")
