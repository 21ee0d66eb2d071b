"""What is handed out: lock files that are complete, a repository in order, and releases."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.distribution import build, release
from tests.distribution.locks import (
    LOCKS,
    PACKAGED,
    PIN,
    ROOT,
    RUN,
    main,
    read_pins,
    read_project,
)
from tests.distribution.release import Sources, find_faults, notes_of

if TYPE_CHECKING:
    from tests.distribution.locks import Lock

TOP_LEVEL: Final = {
    *("lazsa_flow", "workers", "config", "tests", "docs", "benchmarks"),
    *("pyproject.toml", "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE"),
    "dev",
}


def test_the_top_level_holds_what_it_should() -> None:
    """Folders and files of the repository's top level are these, and what begins with a dot."""
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    found = {name.partition("/")[0] for name in listed if (ROOT / name).exists()}
    assert {name for name in found if not name.startswith(".")} == TOP_LEVEL


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.file.stem)
def test_a_lock_names_every_dependency_with_its_hashes(lock: Lock) -> None:
    """What the project asks for is in the lock, in a version that it allows; each has a hash."""
    text = (ROOT / lock.file).read_text("utf-8")
    entries = [entry for entry in re.split(r"\n(?=[a-z])", text) if PIN.search(entry)]
    assert all("--hash=sha256:" in entry for entry in entries)
    project, pins = read_project(), read_pins(ROOT / lock.file)
    wanted = [Requirement(each) for each in _list_requirements(project, lock)]
    for each in wanted:
        versions = pins.get(canonicalize_name(each.name), set())
        assert versions, f"{each.name} is not in {lock.file}; run: ./dev lock"
        assert all(map(each.specifier.contains, versions)), f"{each}: run: ./dev lock"


def _list_requirements(project: dict[str, Any], lock: Lock) -> list[str]:
    """Return the requirements of a lock, those of extras of ours by what they name."""
    extras = project["project"]["optional-dependencies"]
    wanted = [*(project["build-system"]["requires"] if lock.builds else []), *lock.others]
    wanted += project["project"]["dependencies"] if lock.extras else []
    names = list(lock.extras)
    while names:
        for each in extras[names.pop()]:
            requirement = Requirement(each)
            if requirement.name == "lazsa-flow":
                names += requirement.extras
            else:
                wanted.append(each)
    return wanted


def test_the_locks_agree() -> None:
    """A library has the same version wherever it is locked for the same Python."""
    run, test = (read_pins(ROOT / file) for file in (RUN.file, Path("tests/locks/test.txt")))
    assert all(versions <= test[name] for name, versions in run.items())
    assert (ROOT / PACKAGED).read_bytes() == (ROOT / RUN.file).read_bytes()
    assert main(["--newest"]) == 2


def test_every_dependency_has_a_floor() -> None:
    """The lowest version that works is named, for ``./dev test-versions lowest`` tries it."""
    project = read_project()["project"]
    extras = project["optional-dependencies"]
    shipped = [*project["dependencies"], *(each for name in extras for each in extras[name])]
    without = [
        each
        for each in map(Requirement, shipped)
        if each.name not in ("lazsa-flow", "tzdata")  # of zone data any is right for its day
        and not any(specifier.operator in (">=", "==") for specifier in each.specifier)
    ]
    assert not without


READY: Final = Sources(
    project_version="1.2.0",
    changelog="# Changelog\n\n## Unreleased\n\n## 1.2.0 (2026-12-01)\n\n### Added\n\n- It.\n",
    tags=("v1.1.0",),
)


def test_a_version_that_is_ready() -> None:
    """Nothing stands against a version that everything names."""
    assert list(find_faults("1.2.0", READY)) == []
    assert notes_of("1.2.0", READY.changelog) == "### Added\n\n- It."


@pytest.mark.parametrize(
    ("version", "change", "fault"),
    [
        ("1.2", {}, "'1.2' is no version"),
        ("1.2.1", {}, "pyproject.toml has version 1.2.0; set it to 1.2.1"),
        ("1.2.0", {"uncommitted": " M README.md\n"}, "commit them first:\n M README.md"),
        ("1.2.0", {"tags": ("v1.2.0",)}, "the tag v1.2.0 is there"),
        ("1.2.0", {"changelog": "# Changelog\n\n## 1.2.0 (2026-12-01)\n\n- It.\n"}, "Unreleased"),
        ("1.2.0", {"changelog": "## Unreleased\n\n- It.\n"}, "no ## 1.2.0 (YYYY-MM-DD)"),
        ("1.2.0", {"changelog": "## Unreleased\n## 1.2.0 (2026-12-01)\n"}, "nothing about 1.2.0"),
        (
            "1.2.0",
            {"changelog": "## Unreleased\n\n- New.\n\n## 1.2.0 (2026-12-01)\n\n- It.\n"},
            "entries under Unreleased",
        ),
    ],
)
def test_what_stands_against_a_version(version: str, change: dict[str, Any], fault: str) -> None:
    """Each thing that is not ready is named with what to do."""
    fields = {name: getattr(READY, name) for name in Sources.__slots__} | change
    assert any(fault in each for each in find_faults(version, Sources(**fields)))


def test_the_changelog_keeps_its_form() -> None:
    """Above the project's own version stands what is not released yet, and nothing else."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version = read_project()["project"]["version"]
    faults = list(find_faults(version, Sources(version, changelog)))
    assert all("entries under Unreleased" in each for each in faults), faults


def test_a_version_that_is_not_ready_is_not_built(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command names what is missing, and builds and tags nothing."""
    monkeypatch.setattr(release, "read_sources", lambda: READY)
    monkeypatch.setattr(build, "write_distribution", lambda: pytest.fail("it was built"))
    assert release.main(["9.9.9", "--dry-run"]) == 1
    assert "set it to 9.9.9" in capsys.readouterr().err


def test_a_release_is_tagged_unless_it_is_tried(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``--dry-run`` builds and sets no tag; without it the tag is set, and the next step named."""
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(release, "read_sources", lambda: READY)
    monkeypatch.setattr(build, "write_distribution", lambda: [ROOT / "dist" / "SHA256SUMS"])
    monkeypatch.setattr(release, "_git", lambda *words: ran.append(words))
    assert release.main(["1.2.0", "--dry-run"]) == 0
    assert not ran
    assert release.main(["1.2.0"]) == 0
    assert ran == [("tag", "--annotate", "v1.2.0", "--message", "lazsa_flow 1.2.0")]
    assert "git push origin v1.2.0" in capsys.readouterr().out


def test_sums_and_differences(tmp_path: Path) -> None:
    """The list of hashes is that of ``sha256sum``, and one changed bit is a difference."""
    first, second = tmp_path / "a", tmp_path / "b"
    for folder, content in ((first, b"1"), (second, b"2")):
        folder.mkdir()
        (folder / "same").write_bytes(b"0")
        (folder / "other").write_bytes(content)
    files = [sorted(folder.iterdir()) for folder in (first, second)]
    assert build.find_differences(*files) == ["other"]
    build.write_sums(first)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=first, check=True)
