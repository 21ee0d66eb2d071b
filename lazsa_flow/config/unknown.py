"""Names in a configuration's directory that nothing reads, each with the nearest one that is read.

A misspelt file is not read, and without a warning nobody would know. The directory may hold other
things besides, such as a database or data to import: at its top only folders, TOML files and names
that resemble a known one are reported.
"""

from __future__ import annotations

import difflib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from lazsa_flow.config.files import SUFFIX, is_hidden, list_folder, read_file
from lazsa_flow.config.texts import ConfigWarning
from lazsa_flow.errors import ConfigError, printable
from lazsa_flow.lifecycle.contact import LOCALE
from lazsa_flow.lifecycle.effects import Notify
from lazsa_flow.lifecycle.toml_text import parse_toml, suggest_names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from lazsa_flow.lifecycle.effects import Effect
    from lazsa_flow.lifecycle.table import Lifecycle

_READ: Final = ("lazsa.toml", "countries", "policies", "messages")
_WRITTEN: Final = ("notices",)
"""The folder that the channel of files makes where it runs in this directory."""
_LIKE: Final = 0.79
"""How much a name resembles a known one: ``lazsa.yaml`` does, ``lazsa.db`` does not."""
_TEMPLATE: Final = ".jinja"
_LAYOUTS: Final = ("layout.txt", "layout.html")
_WORDS: Final = "words.toml"
_DIGEST: Final = "digest"


def unknown_names(directory: Path, tables: Sequence[Lifecycle]) -> Iterator[ConfigWarning]:
    """Yield what nothing reads in a deployment's directory.

    Args:
        directory: The directory.
        tables: The lifecycles, whose names and notices folders and files are called after.

    Raises:
        ConfigError: A folder of it cannot be listed.
    """
    yield from _check_top_folder(directory)
    for file in _list_visible_files(directory / "countries", "countries"):
        if not file.name.endswith(SUFFIX):
            yield _not_read(f"countries/{file.name}", "a country is a file named <code>.toml")
    names = sorted(table.name for table in tables)
    for folder in _list_visible_files(directory / "policies", "policies"):
        where = f"policies/{folder.name}"
        if folder.name not in names:
            yield _not_read(
                where, f"no lifecycle of this name is installed{_name_nearest(folder, names)}"
            )
            continue
        for file in _list_visible_files(folder, where):
            if not file.name.endswith(SUFFIX):
                what = "a policy is a file named <version>.toml"
                yield _not_read(f"{where}/{file.name}", what)
    yield from _check_messages_folder(directory / "messages", tables)


def _check_top_folder(directory: Path) -> Iterator[ConfigWarning]:
    example = files("lazsa_flow") / "defaults" / "deployment"
    known = {*_READ, *_WRITTEN, *(file.name for file in example.iterdir())}
    for file in _list_visible_files(directory, str(directory)):
        name, folder = file.name, file.is_dir()
        like = difflib.get_close_matches(name.lower(), _READ, n=1, cutoff=_LIKE)
        if name not in known and (folder or like or SUFFIX in name.lower()):
            kind = "folder" if folder else "file"
            yield _not_read(name, f"an unknown {kind}{suggest_names(name.lower(), _READ)}")


def _check_messages_folder(root: Path, tables: Sequence[Lifecycle]) -> Iterator[ConfigWarning]:
    for folder in _list_visible_files(root, "messages"):
        where = f"messages/{folder.name}"
        if not folder.is_dir():
            if folder.name not in _LAYOUTS:
                yield _not_read(where, f"an unknown file{suggest_names(folder.name, _LAYOUTS)}")
        elif not LOCALE.fullmatch(folder.name):
            yield _not_read(where, "the folder of a locale is named such as en or id-ID")
        else:
            yield from _check_locale_folder(folder, where, tables)


def _check_locale_folder(
    folder: Traversable, where: str, tables: Sequence[Lifecycle]
) -> Iterator[ConfigWarning]:
    kinds = {name + _TEMPLATE for name in _list_notice_kinds(tables)}
    known = {*kinds, *_list_packaged_words(""), *_LAYOUTS, _WORDS, _DIGEST}
    digested = {*kinds, *_list_packaged_words(_DIGEST)}
    for place, names in (("", known), (_DIGEST, digested)):
        inner = folder / place if place else folder
        at = f"{where}/{place}" if place else where
        found = _list_visible_files(inner, at)
        for file in found:
            if file.name not in names and not _is_part(file, found):
                yield _not_read(f"{at}/{file.name}", f"an unknown file{_name_nearest(file, names)}")
    yield from _check_words_file(folder / _WORDS, f"{where}/{_WORDS}")


def _check_words_file(file: Traversable, where: str) -> Iterator[ConfigWarning]:
    """Yield the sections of a file of words that no notice looks into."""
    try:
        found = parse_toml(read_file(file, where=where), where=where) if file.is_file() else {}
    except ConfigError:
        return  # its faults are reported where notices are rendered
    known = _list_words_sections()
    for name in found:
        if name not in known:
            yield _not_read(
                where, f"an unknown key {printable(name, 60)}{suggest_names(name, known)}"
            )


def _list_notice_kinds(tables: Sequence[Lifecycle]) -> set[str]:
    """Return the kinds of notices that lifecycles put out."""
    found: list[Effect] = []
    for table in tables:
        for edge in (table.opening, *table.edges):
            found += edge.effects
        for timer in table.timers:
            found += (*timer.effects, *timer.on_refused)
        found += table.promised.values()
    return {effect.kind for effect in found if isinstance(effect, Notify)}


@cache
def _list_packaged_words(folder: str) -> frozenset[str]:
    """Return the names of the files of words that ship, in a folder of a locale."""
    root = files("lazsa_flow") / "defaults" / "messages" / "en"
    return frozenset(file.name for file in (root / folder if folder else root).iterdir())


@cache
def _list_words_sections() -> frozenset[str]:
    file = files("lazsa_flow") / "defaults" / "messages" / "en" / _WORDS
    return frozenset(parse_toml(file.read_text("utf-8"), where=_WORDS))


def _is_part(file: Traversable, siblings: Sequence[Traversable]) -> bool:
    """Return whether another template in this folder includes it as a part."""
    if not file.name.endswith(_TEMPLATE):
        return False
    name = file.name.removesuffix(_TEMPLATE)
    named = (f'"{name}"', f"'{name}'")
    others = [each for each in siblings if each.name.endswith(_TEMPLATE) and each != file]
    return any(mark in _read_text_leniently(other) for other in others for mark in named)


def _read_text_leniently(file: Traversable) -> str:
    try:
        return read_file(file, where=file.name)
    except ConfigError:
        return ""


def _list_visible_files(folder: Traversable, where: str) -> list[Traversable]:
    """List a folder but for what is hidden, and for notes to its readers."""
    found = list_folder(folder, where=where)
    return [f for f in found if not is_hidden(f) and not f.name.upper().startswith("README")]


def _name_nearest(file: Traversable, names: Collection[str]) -> str:
    """Name the nearest known name, where one is near; a long list of all would help nobody."""
    close = difflib.get_close_matches(file.name, sorted(names), n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _not_read(where: str, what: str) -> ConfigWarning:
    return ConfigWarning("unknown", printable(where), f"nothing reads it: {what}")
