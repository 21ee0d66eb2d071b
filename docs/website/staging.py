"""The pages as the builder wants them: next to their configuration, with links that stay inside.

A page may link to any file of the repository, since it is also read there. A file that is no page
goes into the site as text, in its folder ``source``, and the links to it lead there.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any, Final

import yaml

from docs.website.links import Link, replace_links

ROOT: Final = Path(__file__).resolve().parents[2]
DOCS: Final = ROOT / "docs"
CONFIGURATION: Final = DOCS / "mkdocs.yml"
_STATIC: Final = frozenset({".md", ".svg", ".png", ".json"})
_PICTURE: Final = re.compile(
    r"<picture>\s*<source media=\"\(prefers-color-scheme: dark\)\" srcset=\"(?P<dark>[^\"]+)\">\s*"
    r"<img src=\"(?P<light>[^\"]+)\"[^>]*?alt=\"(?P<alt>[^\"]*)\"[^>]*>\s*</picture>"
)
_TITLE: Final = re.compile(r"^# (.+)$", re.MULTILINE)


class NavigationError(ValueError):
    """The navigation names a page that is not there, names one twice, or leaves one out."""


def list_pages(docs: Path = DOCS) -> list[str]:
    """List the pages of the site, relative to the folder of the pages."""
    return sorted(file.relative_to(docs).as_posix() for file in docs.rglob("*.md"))


def read_configuration() -> dict[str, Any]:
    """Read mkdocs.yml, with every folder of the navigation replaced by its pages.

    Raises:
        NavigationError: A page is missing, stands twice, or is in no part of the navigation.
    """
    settings: dict[str, Any] = yaml.safe_load(CONFIGURATION.read_text("utf-8"))
    named = list(_named(settings["nav"]))
    files = [name for name in named if not name.endswith("/")]
    twice = sorted({name for name in files if files.count(name) > 1})
    missing = [name for name in files if not (DOCS / name).is_file()]
    left = [name for name in list_pages() if name not in files]
    settings["nav"] = _with_folders(settings["nav"], left)
    lost = sorted(set(left) - set(_named(settings["nav"])))
    if twice or missing or lost:
        raise NavigationError(f"mkdocs.yml: twice {twice}, not there {missing}, left out {lost}")
    return settings


def _named(entry: Any) -> list[str]:
    """List the pages and folders of a part of the navigation."""
    if isinstance(entry, str):
        return [entry]
    values = entry.values() if isinstance(entry, dict) else entry
    return [name for each in values for name in _named(each)]


def _with_folders(entries: list[Any], left: list[str]) -> list[Any]:
    found: list[Any] = []
    for entry in entries:
        if isinstance(entry, str) and entry.endswith("/"):
            pages = [page for page in left if page.startswith(entry)]
            found += [{_read_title(DOCS / page): page} for page in pages]
        elif isinstance(entry, dict):
            found.append(
                {
                    title: _with_folders(below, left) if isinstance(below, list) else below
                    for title, below in entry.items()
                }
            )
        else:
            found.append(entry)
    return found


def _read_title(page: Path) -> str:
    match = _TITLE.search(page.read_text("utf-8"))
    if match is None:
        raise NavigationError(f"{page.relative_to(DOCS)}: no heading of the first level")
    return match[1].replace("`", "")


def stage(folder: Path) -> None:
    """Write the pages, what they link to, and the configuration into a folder.

    Args:
        folder: What stands there is replaced.

    Raises:
        NavigationError: The navigation and the pages do not agree.
    """
    shutil.rmtree(folder, ignore_errors=True)
    pages = folder / "docs"
    for file in DOCS.rglob("*"):
        if file.is_file() and file.suffix in _STATIC and file.name != CONFIGURATION.name:
            target = pages / file.relative_to(DOCS)
            target.parent.mkdir(parents=True, exist_ok=True)
            if file.suffix == ".md":
                target.write_text(_stage_page(file, pages), "utf-8")
            else:
                shutil.copyfile(file, target)
    text = yaml.safe_dump(read_configuration(), allow_unicode=True, sort_keys=False)
    (folder / CONFIGURATION.name).write_text(text, "utf-8")


def _stage_page(page: Path, pages: Path) -> str:
    """Return a page with links that stay inside the site, and copy what they lead to."""

    def change(link: Link) -> str | None:
        target = Path(os.path.normpath(page.parent / link.file))
        inside = target.is_relative_to(DOCS) and target.suffix in _STATIC
        if inside or not target.is_relative_to(ROOT) or not target.exists():
            return None
        copied = _copy_source(target, pages)
        return os.path.relpath(copied, pages / page.parent.relative_to(DOCS))

    text = _PICTURE.sub(
        r"![\g<alt>](\g<light>#only-light)\n![\g<alt>](\g<dark>#only-dark)",
        page.read_text("utf-8"),
    )
    return replace_links(text, change)


def _copy_source(target: Path, pages: Path) -> Path:
    """Copy a file of the repository as text; a folder becomes a list of its files."""
    copied = pages / "source" / f"{target.relative_to(ROOT).as_posix()}.txt"
    copied.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        files = sorted(file for file in target.rglob("*") if file.is_file())
        names = [file.relative_to(target).as_posix() for file in files if file.suffix != ".pyc"]
        copied.write_text("\n".join(names) + "\n", "utf-8")
    else:
        shutil.copyfile(target, copied)
    return copied
