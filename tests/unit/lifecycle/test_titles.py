"""Titles: what people read instead of code names, in their own language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.errors import LifecycleError
from lazsa_flow.lifecycle.guards import none_of
from lazsa_flow.lifecycle.table import Edge, Permit, State, Step, Timer
from lazsa_flow.lifecycle.titles import (
    LONGEST_TITLE,
    find_unused_translations,
    make_title,
    make_words,
)
from tests.factories import guard, table

if TYPE_CHECKING:
    from lazsa_flow.lifecycle.table import Lifecycle

READY = guard()


def titled(**changes: Any) -> Any:
    """Return the tiny table with titles."""
    parts: dict[str, Any] = {
        "states": (
            State("ajar", "waiting", open=True, title="Standing ajar"),
            State("shut", "success", final=True),
        ),
        "edges": (
            Edge("close", ("ajar",), "shut", (Permit("system"),), ("ready",), title="Push to"),
            Edge("lock", ("ajar",), "shut", (Permit("seller", ("before_noon",)),)),
            Edge("lock", ("ajar",), "shut", (Permit("seller", ("leaving",)),), title="Lock up"),
        ),
        "timers": (Timer("evening", ("ajar",), "dusk", steps=(Step("close"),), title="At dusk"),),
        "guards": {"ready": replace(READY, title="Door free")},
    }
    return table(**(parts | changes))


def test_a_title_is_what_the_table_says() -> None:
    """A state, a trigger by one of its edges, a guard and a timer read as their titles say."""
    titles = titled().titles()
    assert (titles.state("ajar"), titles.trigger("lock")) == ("Standing ajar", "Lock up")
    assert (titles.guard("ready"), titles.timer("evening")) == ("Door free", "At dusk")


def test_a_name_without_a_title_reads_as_words() -> None:
    """Code names become words; any other name, and one the table lacks, is shown as it is."""
    titles = table().titles()
    assert (titles.state("shut"), titles.state("long_gone")) == ("Shut", "Long gone")
    assert (titles.trigger("open"), titles.word("not_reviewed")) == ("Open", "not reviewed")
    assert (make_title("Straße_7"), make_words("a b")) == ("Straße_7", "a b")
    assert make_title("Été") == "Été"


def test_the_parts_of_a_guard_have_titles_too() -> None:
    """A combined guard's parts, which no edge names, read as their titles say."""
    part = replace(READY, title="Door free")
    both = none_of("blocked", part, wording="Blocked.", title="Something in the way")
    titles = table(
        opening=Edge("open", (), "ajar", (Permit("seller"),)),
        guards={"blocked": both},
        edges=(Edge("close", ("ajar",), "shut", (Permit("seller"),)),),
        timers=(),
    ).titles()
    assert (titles.guard("blocked"), titles.guard("ready")) == ("Something in the way", "Door free")


def test_titles_are_translated() -> None:
    """A locale's own words come first, then those of its language, then English."""
    translations = {
        "de": {"Standing ajar": "Angelehnt", "Shut": "Zu", "leaving": "im Gehen"},
        "de-AT": {"Shut": "Zua"},
    }
    lifecycle = titled(translations=translations)
    austrian, german = lifecycle.titles("de-AT"), lifecycle.titles("de")
    assert (austrian.state("ajar"), austrian.state("shut")) == ("Angelehnt", "Zua")
    assert (german.state("shut"), german.word("leaving")) == ("Zu", "im Gehen")
    assert (german.trigger("lock"), german.word("before_noon")) == ("Lock up", "before noon")
    assert lifecycle.titles("fr").state("ajar") == "Standing ajar"


BROKEN: list[tuple[str, dict[str, Any], str]] = [
    (
        "an empty title",
        {"states": (State("ajar", "waiting", title=""), State("shut", "success", final=True))},
        "state ajar: its title is '', expected one line of text",
    ),
    (
        "a title of two lines",
        {"timers": (Timer("evening", ("ajar",), "dusk", steps=(Step("close"),), title="a\nb"),)},
        "timer evening: its title is 'a\\nb', expected one line of text",
    ),
    (
        "a title that is no text",
        {"guards": {"ready": replace(READY, title=cast("str", 7))}},
        "guard ready: its title is int, expected text",
    ),
    (
        "a title that is too long",
        {"guards": {"ready": replace(READY, title="x" * (LONGEST_TITLE + 1))}},
        "guard ready: its title has 61 characters, expected at most 60",
    ),
    (
        "two titles of one trigger",
        {"opening": Edge("lock", (), "ajar", (Permit("seller"),), title="Unlock")},
        "trigger lock: has several titles: 'Lock up', 'Unlock'",
    ),
    (
        "a translation that is no title",
        {"translations": {"de": {"Shut": " "}}},
        "translations de: 'Shut': its title is ' ', expected one line of text",
    ),
    (
        "no locale",
        {"translations": {"German": {"Shut": "Zu"}}},
        "translations 'German': not a locale, as id or zh-Hans",
    ),
]


@pytest.mark.parametrize(
    ("changes", "problem"), [each[1:] for each in BROKEN], ids=[each[0] for each in BROKEN]
)
def test_a_title_that_cannot_be_shown_is_refused(changes: dict[str, Any], problem: str) -> None:
    """Each error names the part, what is wrong with its title, and what was expected."""
    with pytest.raises(LifecycleError) as caught:
        titled(**changes)
    assert problem in caught.value.problems


@pytest.mark.parametrize("lifecycle", [AWARD, ENTRY, TRAINER], ids=lambda each: each.name)
def test_every_title_that_ships_is_in_indonesian(lifecycle: Any) -> None:
    """Each title of the tables that ship is translated into the other locale that ships."""
    english, local = lifecycle.titles(), lifecycle.titles("id-ID")
    translated = set(lifecycle.translations["id"])
    for kind in ("states", "triggers", "guards", "timers"):
        assert set(getattr(english, kind).values()) <= translated
        assert getattr(english, kind) != getattr(local, kind) or not getattr(english, kind)


def test_a_table_may_keep_translations_that_nothing_asks_for() -> None:
    """A table made from another one is none the worse for its translations, which can be listed."""
    other = table(translations={"de": {"Gone": "Weg"}})
    assert list(find_unused_translations(other)) == [
        "translations de: nothing has the title 'Gone'"
    ]


@pytest.mark.parametrize("shipped", [AWARD, ENTRY, TRAINER], ids=lambda each: each.name)
def test_the_tables_that_ship_have_no_translation_too_many(shipped: Lifecycle) -> None:
    """Each translation of a table that ships is of a title or word in it."""
    assert list(find_unused_translations(shipped)) == []
