"""Titles: what people read instead of code names, in their own language.

A state, an edge, a guard and a timer may each have a title in English; without one, a title is made
of the code name: ``under_review`` reads "Under review". The title of one of a trigger's edges is
the title of the trigger. A lifecycle's translations say by locale how its titles read there, each
by its English title, and so may the words of its reasons and roles; what a locale lacks is English.

A name that the table does not have, as of an old journal row, has a title made of it as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import shown
from lazsa_flow.lifecycle.values import EMPTY, FrozenDict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lazsa_flow.lifecycle.guards import Guard
    from lazsa_flow.lifecycle.parts import TableParts

ENGLISH: Final = "en"
LONGEST_TITLE: Final = 60
"""How many characters a title has at most."""
_CODE_NAME: Final = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_LOCALE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)


@dataclass(frozen=True)
class Titles:
    """How the names of one lifecycle read in one locale.

    Attributes:
        locale: The locale that was asked for.
        lifecycle: The title of the lifecycle.
        states: The titles of its states, by name; so are the three that follow.
        words: The words of reasons and roles that are translated, by their English words.
    """

    locale: str = ENGLISH
    lifecycle: str = ""
    states: Mapping[str, str] = EMPTY
    triggers: Mapping[str, str] = EMPTY
    guards: Mapping[str, str] = EMPTY
    timers: Mapping[str, str] = EMPTY
    words: Mapping[str, str] = EMPTY

    def state(self, name: str) -> str:
        """Return the title of a state."""
        return self.states.get(name) or make_title(name)

    def trigger(self, name: str) -> str:
        """Return the title of a trigger."""
        return self.triggers.get(name) or make_title(name)

    def guard(self, name: str) -> str:
        """Return the title of a guard, or of a part of one."""
        return self.guards.get(name) or make_title(name)

    def timer(self, name: str) -> str:
        """Return the title of a timer."""
        return self.timers.get(name) or make_title(name)

    def word(self, code: str) -> str:
        """Return a reason or a role in words."""
        words = make_words(code)
        return self.words.get(words, words)


def make_words(code: str) -> str:
    """Make words of a code name: ``not_reviewed`` reads "not reviewed"; others stay as they are."""
    return code.replace("_", " ") if _CODE_NAME.fullmatch(code) else code


def make_title(name: str) -> str:
    """Make a title of a code name: ``under_review`` reads "Under review"."""
    words = make_words(name)
    return words[:1].upper() + words[1:] if _CODE_NAME.fullmatch(name) else words


def collect_titles(table: TableParts, locale: str = ENGLISH) -> Titles:
    """Collect the titles of a table's parts in a locale, else in its language, else in English."""
    words: dict[str, str] = {}
    for each in (locale.partition("-")[0], locale):
        words |= {} if each == ENGLISH else table.translations.get(each, {})

    def translate(titles: Mapping[str, str]) -> FrozenDict[str, str]:
        return FrozenDict({name: words.get(title, title) for name, title in titles.items()})

    return Titles(
        locale=locale,
        lifecycle=words.get(table.title, table.title),
        states=translate({each.name: each.title or make_title(each.name) for each in table.states}),
        triggers=translate(_title_triggers(table)),
        guards=translate(
            {each.name: each.title or make_title(each.name) for each in _list_guards(table)}
        ),
        timers=translate({each.name: each.title or make_title(each.name) for each in table.timers}),
        words=FrozenDict(words),
    )


def find_title_problems(table: TableParts) -> Iterator[str]:
    """Find titles and translations that cannot be shown."""
    kinds = (
        ("state", table.states),
        ("timer", table.timers),
        ("guard", tuple(_list_guards(table))),
    )
    for kind, parts in kinds:
        for each in parts:
            yield from _check_title(f"{kind} {each.name}", each.title)
    given: dict[str, set[str]] = {}
    for edge in (table.opening, *table.edges):
        yield from _check_title(f"edge {edge.trigger} to {edge.dest}", edge.title)
        if isinstance(edge.title, str):
            given.setdefault(edge.trigger, set()).add(edge.title)
    for trigger, titles in given.items():
        if len(titles) > 1:
            yield f"trigger {trigger}: has several titles: {', '.join(sorted(map(shown, titles)))}"
    yield from _find_translation_problems(table)


def _check_title(owner: str, title: object) -> Iterator[str]:
    if title is None:
        return
    if not isinstance(title, str):
        yield f"{owner}: its title is {type(title).__name__}, expected text"
    elif title != title.strip() or not title or not title.isprintable():
        yield f"{owner}: its title is {shown(title)}, expected one line of text"
    elif len(title) > LONGEST_TITLE:
        yield f"{owner}: its title has {len(title)} characters, expected at most {LONGEST_TITLE}"


def _find_translation_problems(table: TableParts) -> Iterator[str]:
    for locale, titles in table.translations.items():
        if not _LOCALE.fullmatch(locale):
            yield f"translations {shown(locale)}: not a locale, as id or zh-Hans"
        for title, words in titles.items():
            yield from _check_title(f"translations {locale}: {shown(title)}", words)


def find_unused_translations(table: TableParts) -> Iterator[str]:
    """Find translations that nothing in a table asks for.

    They are no fault of a table: one that was made from another, with a part left out or a title
    changed, keeps that one's translations.
    """
    known = _list_translatable(table)
    for locale, titles in table.translations.items():
        for title in sorted(titles.keys() - known):
            yield f"translations {locale}: nothing has the title {shown(title)}"


def _list_translatable(table: TableParts) -> set[str]:
    """Return all that a translation may name: titles in English, words of reasons and roles."""
    english = collect_titles(table)
    permits = [each for edge in (table.opening, *table.edges) for each in edge.permits]
    codes = {reason for each in permits for reason in each.reasons} | set(table.all_roles)
    return {
        english.lifecycle,
        *english.states.values(),
        *english.triggers.values(),
        *english.guards.values(),
        *english.timers.values(),
        *map(make_words, codes),
    }


def _title_triggers(table: TableParts) -> dict[str, str]:
    titles: dict[str, str] = {}
    for edge in (table.opening, *table.edges):
        if edge.title:
            titles.setdefault(edge.trigger, edge.title)
    edges = (table.opening, *table.edges)
    return {edge.trigger: titles.get(edge.trigger) or make_title(edge.trigger) for edge in edges}


def _list_guards(table: TableParts) -> Iterator[Guard]:
    """Yield every guard, each before the guards that it combines."""
    waiting: list[Guard] = list(table.guards.values())
    while waiting:
        guard = waiting.pop(0)
        yield guard
        waiting += guard.parts
