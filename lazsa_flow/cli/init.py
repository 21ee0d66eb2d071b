"""``lazsa-flow init``: an example deployment to start from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lazsa_flow.cli.common import print_result
from lazsa_flow.cli.options import DeploymentDir, Json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable


def init(directory: DeploymentDir = Path("config"), as_json: Json = False) -> None:
    """Write an example deployment: configuration, units, compose file and alarms.

    Writes lazsa.toml with every setting, the countries and policies that ship, a folder for your
    own wording of notices, systemd units, a compose file with its Dockerfile, every dependency
    with the hashes of its files, alarms for Prometheus and a dashboard for Grafana.
    Existing files are never overwritten.

    Example: lazsa-flow init /etc/lazsa
    """
    from lazsa_flow.errors import InputError

    files = dict(example_files())
    present = [name for name in sorted(files) if (directory / name).exists()]
    if present:
        expected = "a directory without these files; move them away or choose another directory"
        raise InputError.of("init", str(directory), ", ".join(present), expected)
    for name, content in files.items():
        target = directory / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    # variables hold the deployment's secret once they are filled in
    (directory / "environment").chmod(0o600)
    print_result(
        f"{len(files)} files in {directory}. Start with {directory / 'README.md'}.",
        {"directory": str(directory), "files": sorted(files)},
        as_json=as_json,
    )


def example_files() -> Iterator[tuple[str, bytes]]:
    """Yield each file of the example deployment: its path in the directory, and its content."""
    from importlib.resources import files

    defaults = files("lazsa_flow") / "defaults"
    yield from _walk(defaults / "deployment", "")
    for folder in ("countries", "policies"):
        yield from _walk(defaults / folder, f"{folder}/")


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    """Yield the files below a folder of the package, in order of their names."""
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if each.is_dir():
            yield from _walk(each, f"{prefix}{each.name}/")
        else:
            yield f"{prefix}{each.name}", each.read_bytes()
