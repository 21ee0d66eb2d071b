"""The distribution: wheel and sdist, built twice and the same both times, with what describes them.

``./dev build`` writes to ``dist``: the wheel, the sdist, the lock of its dependencies
(``requirements.txt``), the list of what is in it as CycloneDX (``sbom.cdx.json``) and the SHA-256
of each (``SHA256SUMS``). Mypy checks a host's code against what is installed of it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.distribution.locks import ROOT, RUN, UV

OUT: Final = ROOT / "dist"
REQUIREMENTS: Final = "requirements.txt"
SBOM: Final = "sbom.cdx.json"
SUMS: Final = "SHA256SUMS"
EPOCH: Final = "SOURCE_DATE_EPOCH"
RIGHT_HOST: Final = (
    "from lazsa_flow import Programme\nProgramme.open('sqlite:///host.db').close()\n"
)
WRONG_HOST: Final = "from lazsa_flow import Programme\nProgramme.open(1).nominate(2, actor=3)\n"


def last_change(root: Path = ROOT) -> str:
    """Return the instant that the files of a build bear: that of the last commit, in seconds."""
    if EPOCH in os.environ:
        return os.environ[EPOCH]
    command = ["git", "log", "-1", "--format=%ct"]
    done = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def build(out: Path, *, epoch: str, root: Path = ROOT) -> list[Path]:
    """Build wheel and sdist from the sources, by the locked builder, and return them.

    Args:
        out: Where they are written.
        epoch: The instant that their files bear.
        root: The sources.

    Raises:
        CalledProcessError: They cannot be built.
    """
    command: list[str | Path] = [UV, "build", "-q", "--wheel", "--sdist", "-o", out, root]
    subprocess.run(
        [*command, "--no-build-isolation", "--python", sys.executable],
        env={**os.environ, EPOCH: epoch},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return sorted([*out.glob("*.whl"), *out.glob("*.tar.gz")])


def copy_sources(root: Path, to: Path) -> Path:
    """Copy what git has of the sources, with other modes and times; return the copy."""
    names = ("lazsa_flow", "pyproject.toml", ":(glob)*.md", "LICENSE", ".gitignore")
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *names]
    done = subprocess.run(listed, cwd=root, check=True, capture_output=True, text=True)
    for name in sorted(filter(None, done.stdout.split("\0")), reverse=True):
        if (root / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / name, to / name)
            (to / name).chmod(0o600)
    return to


def find_differences(first: list[Path], second: list[Path]) -> list[str]:
    """Return the names of files that are not the same bit for bit."""
    ours, theirs = ({file.name: _digest(file) for file in files} for files in (first, second))
    return sorted(
        name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)
    )


def install_locked(wheel: Path, home: Path) -> Path:
    """Install a wheel with its locked dependencies into a new environment; return its Python.

    Raises:
        CalledProcessError: What is installed does not fit together.
    """
    subprocess.run([UV, "venv", "-q", "--python", sys.executable, home], check=True)
    install: list[str | Path] = [UV, "pip", "install", "-q", "--python", home]
    subprocess.run([*install, "--require-hashes", "-r", ROOT / RUN.file], check=True)
    subprocess.run([*install, "--no-deps", wheel], check=True)
    subprocess.run([UV, "pip", "check", "-q", "--python", home], check=True)
    return home / "bin" / "python"


def check_types(python: Path, folder: Path) -> None:
    """Let mypy check a host's code against the package of an environment.

    Args:
        python: The environment's interpreter.
        folder: Where the host's code is written.

    Raises:
        ValueError: Mypy does not find the types, or finds no fault where there is one.
    """
    host = folder / "host.py"
    checker: list[str | Path] = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--cache-dir",
        folder / "types",
    ]
    for text, fault in ((RIGHT_HOST, ""), (WRONG_HOST, 'Argument 1 to "open"')):
        host.write_text(text)
        command = [*checker, "--python-executable", python, host]
        done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
        if bool(done.returncode) != bool(fault) or fault not in done.stdout:
            raise ValueError(f"mypy says of a host's code: {done.stdout}{done.stderr}")


def list_materials(python: Path, to: Path, *, validate: bool = True) -> None:
    """Write what is installed in an environment as CycloneDX.

    Args:
        python: The environment's interpreter.
        to: The file.
        validate: Check the file against CycloneDX's schema, which takes twenty seconds.
    """
    tool = Path(sys.executable).with_name("cyclonedx-py")
    command: list[str | Path] = [
        *(tool, "environment", python, "--pyproject", ROOT / "pyproject.toml"),
        *("--mc-type", "library", "--output-reproducible", "--output-format", "JSON", "-o", to),
        "--validate" if validate else "--no-validate",
    ]
    subprocess.run(command, check=True, capture_output=True)


def write_sums(out: Path) -> None:
    """Write the SHA-256 of each file of a folder, as ``sha256sum --check`` reads them."""
    files = sorted(file for file in out.iterdir() if file.name != SUMS)
    (out / SUMS).write_text("".join(f"{_digest(file)}  {file.name}\n" for file in files), "utf-8")


def write_distribution(out: Path = OUT) -> list[Path]:
    """Build everything into a folder that is made anew, and return the files.

    Raises:
        ValueError: Two builds of the same sources differ, or mypy does not find the types.
    """
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    epoch = last_change()
    built = build(out, epoch=epoch)
    with TemporaryDirectory() as folder:
        sources = copy_sources(ROOT, Path(folder) / "sources")
        again = build(Path(folder) / "out", epoch=epoch, root=sources)
        if differing := find_differences(built, again):
            raise ValueError(f"two builds differ: {', '.join(differing)}")
    for ignored in out.glob(".gitignore"):
        ignored.unlink()
    shutil.copyfile(ROOT / RUN.file, out / REQUIREMENTS)
    wheel = next(file for file in built if file.suffix == ".whl")
    with TemporaryDirectory() as folder:
        python = install_locked(wheel, Path(folder) / "home")
        check_types(python, Path(folder))
        list_materials(python, out / SBOM)
    write_sums(out)
    return sorted(out.iterdir())


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def main(words: list[str]) -> int:
    """Build, and print each file with its hash."""
    if words:
        print("./dev build takes no arguments", file=sys.stderr)
        return 2
    try:
        write_distribution()
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print((OUT / SUMS).read_text("utf-8"), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
