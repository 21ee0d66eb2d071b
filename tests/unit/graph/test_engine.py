"""Graphviz: it serves one caller after the other, and goes quietly."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from lazsa_flow.graph.engine import run_graphviz


def test_many_threads_may_ask_at_once() -> None:
    """Callers in several threads get each their own graph."""

    def ask(number: int) -> bool:
        return f">n{number}</text>" in run_graphviz(f"digraph {{ n{number} }}", form="svg")

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(ask, range(64)))


def test_it_is_let_go_before_the_interpreter_ends() -> None:
    """A process that has drawn a picture ends without a word."""
    code = (
        "from lazsa_flow.graph.engine import run_graphviz; run_graphviz('digraph {a}', form='svg')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
