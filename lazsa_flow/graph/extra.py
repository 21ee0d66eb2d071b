"""Is what only some users install there?"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from lazsa_flow.errors import ExtraError

if TYPE_CHECKING:
    from types import ModuleType


def load(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Import a module of an extra.

    Raises:
        ExtraError: The extra is not installed; the message says what to type.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ExtraError(extra, purpose) from error
