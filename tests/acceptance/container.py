"""A Dockerfile, read and run without Docker: its steps in a virtual environment.

Every instruction that stands in it is understood, or the test that reads it fails. ``pip`` is uv's,
which takes the same options and installs from its cache; users of the machine are not added, but
written down.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tests.distribution.locks import UV

if TYPE_CHECKING:
    from pathlib import Path

_MOUNT: Final = re.compile(r"^--mount=type=bind,target=(?P<target>/\S+)\s+")
_PIP: Final = """\
#!/bin/sh
words=""
for word in "$@"; do
  [ "$word" = --no-cache-dir ] || words="$words '$word'"
done
eval exec "{uv}" pip "$words"
"""
_USERADD: Final = """\
#!/bin/sh
echo "$@" >>"{log}"
"""


@dataclass(frozen=True, slots=True)
class Instruction:
    """A line of a Dockerfile, with those that continue it."""

    keyword: str
    text: str


def read_dockerfile(file: Path) -> list[Instruction]:
    """Return the instructions of a Dockerfile."""
    lines = [line for line in file.read_text("utf-8").splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ")
    found = [line.split(None, 1) for line in whole.splitlines() if line.strip()]
    return [Instruction(keyword, " ".join(text.split())) for keyword, text in found]


@dataclass
class Image:
    """What the steps of a Dockerfile have made.

    Attributes:
        home: The virtual environment.
        context: The folder that the build sees.
        base: The image that it stands on.
        arguments: Of the build.
        variables: Of the environment that processes get.
        user: Who runs them.
        directory: Where.
        entry: What is always run.
        command: What is run unless a container says otherwise.
    """

    home: Path
    context: Path
    base: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    user: str = "root"
    directory: str = "/"
    entry: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    @property
    def python(self) -> Path:
        """The interpreter."""
        return self.home / "bin" / "python"

    @property
    def users(self) -> list[list[str]]:
        """How users were added."""
        log = self._shims / "users"
        return [shlex.split(line) for line in log.read_text("utf-8").splitlines()]

    @property
    def _shims(self) -> Path:
        return self.home / "shims"

    def build(self, file: Path) -> Image:
        """Run every step of a Dockerfile."""
        subprocess.run([UV, "venv", "-q", "--python", sys.executable, self.home], check=True)
        self._shims.mkdir()
        for name, text in (("pip", _PIP), ("useradd", _USERADD)):
            shim = self._shims / name
            shim.write_text(text.format(uv=UV, log=self._shims / "users"), "utf-8")
            shim.chmod(0o755)
        for each in read_dockerfile(file):
            self._take(each)
        return self

    def _take(self, step: Instruction) -> None:
        match step.keyword:
            case "FROM":
                self.base = step.text
            case "ARG":
                name, _, value = step.text.partition("=")
                self.arguments[name] = shlex.split(value)[0]
            case "ENV":
                name, _, value = step.text.partition("=")
                self.variables[name] = shlex.split(value)[0]
            case "RUN":
                self._run(step.text)
            case "USER":
                self.user = step.text
            case "WORKDIR":
                self.directory = step.text
            case "ENTRYPOINT":
                self.entry = json.loads(step.text)
            case "CMD":
                self.command = json.loads(step.text)
            case other:
                raise AssertionError(f"an instruction that this does not understand: {other}")

    def _run(self, text: str) -> None:
        mount = _MOUNT.match(text)
        if mount is not None:
            text = text[mount.end() :].replace(mount["target"], str(self.context))
        path = f"{self._shims}:{self.home / 'bin'}:{os.environ['PATH']}"
        environment = {**os.environ, **self.arguments, **self.variables, "PATH": path}
        done = subprocess.run(
            ["sh", "-ec", text],
            cwd=self.home,
            env={**environment, "VIRTUAL_ENV": str(self.home), "UV_LINK_MODE": "copy"},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
