"""Lock files: the exact versions of all dependencies, with the hashes of their files.

``./dev lock`` writes them with uv, ``./dev lock --upgrade`` takes the newest versions that fit.
``./dev`` installs from them with ``--require-hashes -r``, by uv, or by pip where uv cannot. pip
refuses hashes in ``-c`` for a requirement that is not pinned.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[2]
UV: Final = Path(sys.executable).with_name("uv")
FOLDER: Final = Path("tests/locks")
EDITABLE: Final = ("editables>=0.5",)
"""What hatchling needs besides itself to install the package in place."""
PACKAGED: Final = Path("lazsa_flow/defaults/deployment/requirements.txt")
"""The copy of the deployment's lock that ``lazsa-flow init`` writes."""
HEADER: Final = """\
# {title}. Written by ./dev lock; install it with: pip install --require-hashes -r {name}
"""
PIN: Final = re.compile(r"^([a-z0-9-]+)(?:\[[a-z, -]+\])?==([^ ;\\]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Lock:
    """A lock file.

    Attributes:
        file: Where it is, from the root.
        title: What it holds.
        extras: The extras of the project that are in it, besides the core.
        builds: Whether what builds the project is in it.
        others: What else is in it.
    """

    file: Path
    title: str
    extras: tuple[str, ...] = ()
    builds: bool = False
    others: tuple[str, ...] = ()


RUN: Final = Lock(
    Path("config/requirements.txt"), "What lazsa-flow[all] of this release needs", ("all",)
)
BUILD: Final = Lock(FOLDER / "build.txt", "What builds the package", builds=True)
INSTALL: Final = Lock(FOLDER / "install.txt", "What installs the other locks", others=("uv",))
LOCKS: Final = (
    RUN,
    BUILD,
    INSTALL,
    Lock(FOLDER / "test.txt", "What the tests and ./dev lint need", ("all", "test"), builds=True),
    Lock(FOLDER / "bench.txt", "What ./dev bench needs", ("all", "bench", "test"), builds=True),
    Lock(FOLDER / "docs.txt", "What ./dev docs needs", ("docs",), builds=True),
)


def read_project() -> dict[str, Any]:
    """Return ``pyproject.toml``."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def read_pins(file: Path) -> dict[str, set[str]]:
    """Return the versions that a lock file names, by package; another Python may need another."""
    pins: dict[str, set[str]] = {}
    for name, version in PIN.findall(file.read_text("utf-8")):
        pins.setdefault(name, set()).add(version)
    return pins


def write_lock(lock: Lock, *, beside: tuple[Path, ...] = (), upgrade: bool = False) -> None:
    """Resolve a lock for every platform and Python that the project supports, and write it.

    Args:
        lock: Which.
        beside: Locks whose versions it takes.
        upgrade: Take the newest versions that fit, instead of those that it names.

    Raises:
        CalledProcessError: There is no resolution.
    """
    building = (*read_project()["build-system"]["requires"], *EDITABLE) if lock.builds else ()
    sources = ["pyproject.toml"] if lock.extras else []
    command: list[str | Path] = [
        *(UV, "pip", "compile", "-q", "--universal", "--python-version", "3.11"),
        *("--generate-hashes", "--no-header", "--no-annotate", "--no-strip-extras"),
        *("-o", lock.file),
        *(word for extra in lock.extras for word in ("--extra", extra)),
        *(word for file in beside for word in ("-c", file)),
        *(["--upgrade"] if upgrade else []),
        *(*sources, "-"),
    ]
    given = "\n".join((*building, *lock.others))
    subprocess.run(command, cwd=ROOT, check=True, text=True, input=given, stdout=subprocess.DEVNULL)
    file = ROOT / lock.file
    header = HEADER.format(title=lock.title, name=lock.file.name)
    file.write_text(header + file.read_text("utf-8").removeprefix(header), "utf-8")


def main(words: list[str]) -> int:
    """Write every lock file."""
    if unknown := set(words) - {"--upgrade"}:
        print(f"unknown: {' '.join(sorted(unknown))}; expected --upgrade", file=sys.stderr)
        return 2
    upgrade = bool(words)
    # the tests' lock holds most: the others take its versions
    test = next(lock for lock in LOCKS if lock.extras == ("all", "test"))
    write_lock(test, upgrade=upgrade)
    for lock in LOCKS:
        if lock is not test:
            write_lock(lock, beside=(test.file,), upgrade=upgrade)
            print(f"{lock.file}: {len(read_pins(ROOT / lock.file))} packages")
    shutil.copyfile(ROOT / RUN.file, ROOT / PACKAGED)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
