"""What a page installs: checked against the project's extras, and found as if installed."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from tests.pages.blocks import PageError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.pages.session import Session


def install(session: Session, words: list[str], place: str) -> None:
    """Check a command that installs; make a package of the page itself importable.

    Raises:
        PageError: It names an extra that the project does not have, or a folder without a project.
    """
    if "install" not in words:
        return
    for word in words[words.index("install") + 1 :]:
        if extras := re.match(r"(?:\./)?lazsa[-_]flow[^\[]*\[([\w,-]+)\]", word):
            known = read_project(session.repository)["project"]["optional-dependencies"]
            if unknown := set(extras[1].split(",")) - set(known):
                raise PageError(f"{place}: lazsa-flow has no extra {sorted(unknown)}")
        folder = session.folder / word
        if (folder / "pyproject.toml").is_file():
            _find_it(session, folder)


def read_project(folder: Path) -> dict[str, Any]:
    """Return a folder's ``pyproject.toml``."""
    return tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))


def _find_it(session: Session, folder: Path) -> None:
    project = read_project(folder)["project"]
    name, version = project["name"].replace("-", "_"), project["version"]
    site = session.folder / ".site"
    about = site / f"{name}-{version}.dist-info"
    about.mkdir(parents=True, exist_ok=True)
    groups = project.get("entry-points", {})
    (about / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {version}\n", "utf-8"
    )
    (about / "entry_points.txt").write_text(
        "".join(
            f"[{group}]\n" + "".join(f"{key} = {value}\n" for key, value in entries.items())
            for group, entries in groups.items()
        ),
        "utf-8",
    )
    session.places += [site, folder]
