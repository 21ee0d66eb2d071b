"""A release: checks that a version is ready, builds what is handed out, and tags it.

``./dev release VERSION`` does it, with ``--dry-run`` all but the tag. Nothing is pushed or
uploaded; the last lines say how. What has to be so is a :class:`Check` each.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.distribution import build
from tests.distribution.locks import ROOT, read_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)((a|b|rc)[1-9]\d*)?")
HEADING: Final = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sources:
    """What a release is made of.

    Attributes:
        project_version: The version in ``pyproject.toml``.
        changelog: The text of ``CHANGELOG.md``.
        uncommitted: What git lists as changed.
        tags: The tags there are.
    """

    project_version: str
    changelog: str
    uncommitted: str = ""
    tags: tuple[str, ...] = ()


def read_sources(root: Path = ROOT) -> Sources:
    """Return what is there to be released."""
    return Sources(
        project_version=read_project()["project"]["version"],
        changelog=(root / "CHANGELOG.md").read_text("utf-8"),
        uncommitted=_git("status", "--porcelain", root=root),
        tags=tuple(_git("tag", "--list", root=root).split()),
    )


def find_faults(version: str, sources: Sources) -> Iterator[str]:
    """Yield what stands against releasing a version, each with what to do."""
    if not VERSION.fullmatch(version):
        yield f"{version!r} is no version such as 1.2.0 or 1.2.0rc1"
    if sources.uncommitted:
        yield f"the tree has changes; commit them first:\n{sources.uncommitted.rstrip()}"
    if sources.project_version != version:
        yield f"pyproject.toml has version {sources.project_version}; set it to {version}"
    if f"v{version}" in sources.tags:
        yield f"the tag v{version} is there; choose the next version"
    yield from _find_changelog_faults(version, sources.changelog)


def _find_changelog_faults(version: str, changelog: str) -> Iterator[str]:
    headings = HEADING.findall(changelog)
    if headings[:1] != ["Unreleased"]:
        yield "CHANGELOG.md does not begin with ## Unreleased; keep it for what comes next"
    dated = rf"{re.escape(version)} \(\d{{4}}-\d{{2}}-\d{{2}}\)"
    if not any(re.fullmatch(dated, each) for each in headings[1:2]):
        yield f"CHANGELOG.md has no ## {version} (YYYY-MM-DD) below Unreleased"
    elif not notes_of(version, changelog):
        yield f"CHANGELOG.md says nothing about {version}"
    elif notes_of("Unreleased", changelog):
        yield f"CHANGELOG.md has entries under Unreleased; move them to {version}"


def notes_of(heading: str, changelog: str) -> str:
    """Return the changelog's entries under a heading, a version's or ``Unreleased``."""
    pattern = rf"^## {re.escape(heading)}\b[^\n]*\n(.*?)(?=^## |\Z)"
    found = re.search(pattern, changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def _git(*words: str, root: Path = ROOT) -> str:
    done = subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout


def main(words: list[str]) -> int:
    """Release a version; return 1 if it is not ready."""
    parser = argparse.ArgumentParser(prog="./dev release", description="Build and tag a release.")
    parser.add_argument("version", help="the version, such as 0.1.0; as in pyproject.toml")
    parser.add_argument("--dry-run", action="store_true", help="check and build, and set no tag")
    options = parser.parse_args(words)
    version = options.version
    if faults := list(find_faults(version, read_sources())):
        for fault in faults:
            print(f"error: {fault}", file=sys.stderr)
        return 1
    files = build.write_distribution()
    for file in files:
        print(file.relative_to(ROOT))
    if options.dry_run:
        print(f"{version} is ready. Nothing was tagged (--dry-run).")
        return 0
    _git("tag", "--annotate", f"v{version}", "--message", f"lazsa_flow {version}")
    print(f"Tagged v{version}. Next: git push origin v{version}; then upload dist/.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
