"""What do the acceptance tests share? A shell to type commands into, and the sellers' files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

ROOT = Path(__file__).parents[2]
SCRIPT = Path(sys.executable).with_name("lazsa-flow")
SAMPLE = ROOT / "lazsa_flow" / "defaults" / "sample" / "sellers.csv"
REAL = ROOT.parent / "shared" / "data" / "sellers.csv"
SELLERS = REAL if REAL.exists() else SAMPLE


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    argv: tuple[str, ...]
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document that it printed."""
        assert self.code == 0, self
        return json.loads(self.out)


class Shell:
    """Types commands, each in a process of its own, in one directory on one database.

    Args:
        directory: Where ``lazsa.db`` is, and where the commands run.
        zygote: Forks the processes; without it each starts cold, as the console script.

    Attributes:
        now: Where the clock of the forked commands stands; the machine's own where it is ``None``.
    """

    def __init__(self, directory: Path, zygote: subprocess.Popen[str] | None = None) -> None:
        self.directory = directory
        self.database = directory / "lazsa.db"
        self.url = f"sqlite:///{self.database}"
        self._zygote = zygote
        self.now: datetime | None = None

    def environment(self, **extra: str) -> dict[str, str]:
        """Return what the commands get beside the test's own environment."""
        return {"LAZSA_DATABASE_URL": self.url, "COLUMNS": "200", "NO_COLOR": "1", **extra}

    def __call__(self, *argv: str | Path, **extra: str) -> Done:
        """Type one command and wait for its end; further environment by keyword."""
        words = tuple(map(str, argv))
        out, err = self.directory / ".stdout", self.directory / ".stderr"
        env = self.environment(**extra)
        if self._zygote is None:
            code = self._cold(words, out, err, env)
        else:
            code = self._forked(words, out, err, env)
        return Done(words, code, out.read_text("utf-8"), err.read_text("utf-8"))

    def _cold(self, words: tuple[str, ...], out: Path, err: Path, env: dict[str, str]) -> int:
        with out.open("wb") as stdout, err.open("wb") as stderr:
            done = subprocess.run(
                [SCRIPT, *words],
                cwd=self.directory,
                env={**os.environ, **env},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                timeout=300,
                check=False,
            )
        return done.returncode

    def _forked(self, words: tuple[str, ...], out: Path, err: Path, env: dict[str, str]) -> int:
        zygote = self._zygote
        assert zygote is not None
        assert zygote.stdin is not None
        assert zygote.stdout is not None
        job = {
            "argv": words,
            "cwd": str(self.directory),
            "env": env,
            "stdout": str(out),
            "stderr": str(err),
            "now": self.now and self.now.isoformat(),
        }
        zygote.stdin.write(json.dumps(job) + "\n")
        zygote.stdin.flush()
        return int(zygote.stdout.readline())


def eventually(what: str, check: Callable[[], Any], *, seconds: float = 30) -> Any:
    """Poll until a check answers with something true, or fail at the deadline."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)
    return found


def lines_of(file: Path, count: int) -> str:
    """Return the header and the first rows of a file."""
    with file.open(encoding="utf-8") as stream:
        return "".join(line for _, line in zip(range(count + 1), stream, strict=False))
