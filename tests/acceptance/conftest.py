"""Each test types into a shell of its own, and looks at pages in a browser that all share.

See :mod:`tests.acceptance.shell` and :mod:`tests.acceptance.page_world`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.page_world import browser, running_browser, told, told_twice
from tests.acceptance.shell import ROOT, Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["browser", "running_browser", "told", "told_twice"]  # fixtures


@pytest.fixture(scope="session")
def zygote() -> Iterator[subprocess.Popen[str]]:
    """The process that forks the commands."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.acceptance.zygote"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=30) == 0


@pytest.fixture(scope="session")
def prepared(zygote: subprocess.Popen[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that ``lazsa-flow migrate`` has prepared."""
    shell = Shell(tmp_path_factory.mktemp("migrated"), zygote)
    assert shell("migrate").code == 0
    return shell.database


@pytest.fixture
def bare(zygote: subprocess.Popen[str], tmp_path: Path) -> Shell:
    """A shell in an empty directory."""
    return Shell(tmp_path, zygote)


@pytest.fixture
def shell(bare: Shell, prepared: Path) -> Shell:
    """A shell with a database that is migrated and empty."""
    shutil.copy(prepared, bare.database)
    return bare
