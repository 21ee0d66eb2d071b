"""Database URLs as people give them: one or several, each with a short name that is no secret.

Several stand in one text with spaces or commas between them, as in ``LAZSA_DATABASE_URL``, or in
several texts. Each may have its name before it: ``sg=postgresql://lazsa@db-1/lazsa``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from lazsa_flow.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NAMED: Final = r"(?:[A-Za-z0-9][\w.-]*=)?[a-z][a-z0-9+]*://"
_BETWEEN: Final = re.compile(rf"[\s,]+(?={_NAMED})", re.ASCII)
"""A space or comma within a URL, as in a folder's name or between two hosts, parts nothing."""
_NAME: Final = re.compile(r"([A-Za-z0-9][\w.-]*)=(?=[a-z][a-z0-9+]*://)", re.ASCII)
_PLAIN: Final = re.compile(r"[\w.-]{1,60}", re.ASCII)
_UNNAMED: Final = "database"


@dataclass(frozen=True, slots=True)
class NamedDatabase:
    """A database and what it is called.

    Attributes:
        name: A short name, without password, user or address.
        url: Its URL; it may hold a password, and is left out of what is printed.
    """

    name: str
    url: str = field(repr=False)


def split_urls(text: str) -> list[str]:
    """Return the URLs of a text, each with the name that it was given."""
    return [url for each in _BETWEEN.split(text) if (url := each.strip().strip(","))]


def strip_name(text: str) -> str:
    """Return a URL without the name that it was given."""
    return _NAME.sub("", text.strip(), count=1)


def name_databases(texts: Iterable[str]) -> tuple[NamedDatabase, ...]:
    """Return databases with their names: those that were given, else such as the URLs tell.

    A database on PostgreSQL is called as there, a file as it is called without its ending; where
    several have the same name, with host or folder before it.

    Args:
        texts: URLs, each one or several.

    Raises:
        InputError: There is none; or one is named twice; or two were given the same name.
    """
    given = [each for text in texts for each in split_urls(text)]
    urls = [strip_name(each) for each in given]
    if not urls:
        raise InputError.of("database", "url", "nothing", "one URL or several")
    chosen = [found[1] if (found := _NAME.match(each)) else None for each in given]
    named = _choose_names(chosen, urls)
    if twice := _find_repeated(urls):
        raise InputError.of("database", "url", _name_of(twice), "each database once")
    if twice := _find_repeated([name for name in chosen if name]):
        raise InputError.of("database", "name", twice, "another name for each database")
    return tuple(map(NamedDatabase, named, urls))


def _find_repeated(values: Sequence[str]) -> str | None:
    return next((value for value, times in Counter(values).items() if times > 1), None)


def _choose_names(chosen: Sequence[str | None], urls: Sequence[str]) -> list[str]:
    """Return a name for each URL, all of them different."""
    names = [own or _name_of(url) for own, url in zip(chosen, urls, strict=True)]
    times = Counter(names)
    longer = [
        name if own or times[name] == 1 else _join_names(_place_of(url), name)
        for own, url, name in zip(chosen, urls, names, strict=True)
    ]
    times, reserved = Counter(longer), {own for own in chosen if own}
    found: list[str] = []
    for own, name in zip(chosen, longer, strict=True):
        unique = name
        if own is None and (times[name] > 1 or name in reserved):
            numbered = (f"{name}-{number}" for number in count(1))
            unique = next(each for each in numbered if each not in reserved)
        found.append(unique)
        reserved.add(unique)
    return found


def _join_names(place: str, name: str) -> str:
    return f"{place}-{name}" if place else name


def _split_url(url: str) -> tuple[str, list[str]]:
    """Return a URL's host and the parts of its path, the last one first.

    Where a password holds a character that ends the host's part, nothing is taken from the URL: it
    could be a part of the password.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:  # a host that is none
        return "", []
    if "@" in url and "@" not in parts.netloc and not url.startswith("sqlite"):
        return "", []
    return host, [part for part in unquote(parts.path).split("/")[::-1] if part]


def _name_of(url: str) -> str:
    """Return what a database is called in its URL, if it is a plain name."""
    _, parts = _split_url(url)
    name = next(iter(parts), "")
    if url.startswith("sqlite"):
        name = name.rpartition(".")[0] or name
    return name if _PLAIN.fullmatch(name) else _UNNAMED


def _place_of(url: str) -> str:
    """Return where a database is: its folder, or its host's name."""
    host, parts = _split_url(url)
    place = next(iter(parts[1:]), "") if url.startswith("sqlite") else host
    return place if _PLAIN.fullmatch(place) else ""
