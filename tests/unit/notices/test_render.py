"""Notices in words: every kind in every locale, and whatever sellers may be called."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.config import Config
from lazsa_flow.errors import NotFoundError
from lazsa_flow.lifecycle.effects import Notify
from lazsa_flow.lifecycle.stored_recipients import COUNTRY_LEAD, MANAGER
from lazsa_flow.notices.blocks import as_html, as_text
from lazsa_flow.notices.digests import is_digested
from lazsa_flow.notices.ports import Unmet
from lazsa_flow.notices.render import Renderer
from lazsa_flow.notices.sample import build_sample_context
from lazsa_flow.notices.words import list_fallback_locales
from lazsa_flow.service.night_reminders import KIND
from tests.golden.notices import LOCALES, render
from tests.golden.regenerate import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RENDERER = Renderer()
COUNTRIES = {country.code: country for country in Config.load().countries}
HOSTILE = (
    "{{7*7}}",
    "{% raw %}",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{name}{0}",
    "%s %(x)s",
    "- > &amp;",
)


def told() -> Iterator[tuple[str, str]]:
    """Yield kind and recipient of every notice that a table of ours brings about."""
    for table in (AWARD, ENTRY, TRAINER):
        effects = [effect for edge in (table.opening, *table.edges) for effect in edge.effects]
        effects += [e for timer in table.timers for e in (*timer.effects, *timer.on_refused)]
        effects += table.promised.values()
        yield from ((e.kind, e.to) for e in effects if isinstance(e, Notify))
    yield "appeal_rejected", "seller"
    yield "announcement", "seller"
    yield "announcement_in_group", "group"
    yield "appeal_filed", "team"
    yield KIND, MANAGER
    yield KIND, COUNTRY_LEAD


def test_every_notice_has_words() -> None:
    """Whatever a table of ours tells anybody has words, alone or in the digest, and no others."""
    alone = {kind for kind, to in told() if not is_digested(to, kind)}
    digested = {kind for kind, to in told() if is_digested(to, kind)}
    assert sorted(alone) == RENDERER.kinds()
    assert sorted(digested) == RENDERER.kinds(digested=True)


def test_no_locale_is_half_done() -> None:
    """Every locale that ships has every template, and every word that English has."""
    for locale in LOCALES:
        folder = FOLDER.parents[1] / "lazsa_flow" / "defaults" / "messages"
        names = [
            sorted(
                str(file.relative_to(folder / each)) for file in (folder / each).rglob("*.jinja")
            )
            for each in ("en", locale)
        ]
        assert names[0] == names[1]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("kind", ["nominee_withdrew", "take_out_of_group", "awarded", "digest"])
def test_hostile_names_print_literally(kind: str, hostile: str, locale: str) -> None:
    """A seller who is named like a template or a page is told, and printed, by that very name."""
    country = COUNTRIES[LOCALES[locale]]
    if kind == "digest":
        matters = [replace(build_sample_context("review_opened", country), seller=hostile)]
        rendered = RENDERER.digest(matters, locale)
    else:
        rendered = RENDERER.notice(
            replace(build_sample_context(kind, country), seller=hostile), locale, hostile
        )
    assert hostile in rendered.text
    page = _Page(rendered.html)
    assert hostile in page.text
    assert not page.tags & {"script", "img"}


class _Page(HTMLParser):
    """What a browser would make of a page: its tags, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_country_has_its_title() -> None:
    """In Indonesia an ambassador is a City Leader, elsewhere a Seller Ambassador ("Who")."""
    assert "City Leader" in render("awarded", "id").subject
    assert "Seller Ambassador" in render("awarded", "en").subject


def test_a_locale_falls_back() -> None:
    """A locale takes what it lacks from its language, and that from English."""
    assert list_fallback_locales("id-ID") == ("id-ID", "id", "en")
    assert list_fallback_locales("en") == ("en",)
    matter = build_sample_context("awarded", COUNTRIES["ID"])
    indonesian = RENDERER.notice(matter, "id").text
    assert RENDERER.notice(matter, "id-ID").text == indonesian
    assert RENDERER.notice(matter, "fr").text == RENDERER.notice(matter, "en").text != indonesian


def test_another_locale_is_a_folder(tmp_path: Path) -> None:
    """A deployment's folder adds a locale word by word, and comes before ours."""
    (tmp_path / "th").mkdir()
    words = 'months = ["M1", "M2", "M3", "M4"]\n[frame]\nclosing = "ลาก่อน"\n'
    (tmp_path / "th" / "words.toml").write_text(words, "utf-8")
    (tmp_path / "en").mkdir()
    body = '{% extends "layout" %}{% block subject %}Hi{% endblock %}{% block body %}{{ on | day }}'
    (tmp_path / "en" / "awarded.jinja").write_text(body + "{% endblock %}", "utf-8")
    rendered = Renderer(tmp_path).notice(build_sample_context("awarded", COUNTRIES["TH"]), "th")
    assert rendered.subject == "Hi"
    assert "1 M4 2027" in rendered.text
    assert "ลาก่อน" in rendered.text
    assert "Hello," in rendered.text


def test_a_kind_without_words_is_named() -> None:
    """A notice that nobody has written is an error that names it, alone or in a digest."""
    matter = replace(build_sample_context("awarded", COUNTRIES["SG"]), kind="serenaded")
    with pytest.raises(NotFoundError, match="serenaded"):
        RENDERER.notice(matter, "en")
    with pytest.raises(NotFoundError, match="serenaded"):
        RENDERER.digest([matter], "en")


@pytest.mark.parametrize(
    ("bar", "en", "id_"),
    [
        (Unmet("gmv", "0.1875", "0.20", ""), "20 %; it was 18.75 %", "20 %; angka Anda 18,75 %"),
        (Unmet("tenure", 7, "9", ""), "you had 7.", "baru 7 bulan."),
        (Unmet("gmv", "not known", "0.20", ""), "your GMV measure", "ukuran GMV Anda"),
        (Unmet("gmv", "stale", "0.20", ""), "too old", "terlalu lama"),
        (
            Unmet("compliance", "seller policies not complied with", "0", ""),
            "on record: seller policies not complied with.",
            "tercatat: kebijakan penjual tidak dipatuhi.",
        ),
        (Unmet("panel_approval", None, None, ""), "did not reach the bar", "belum mencapai"),
        (Unmet("of_a_host", 3, None, "Three."), "Three.", "Three."),
    ],
)
def test_an_unmet_bar_shows_the_sellers_own_figure(bar: Unmet, en: str, id_: str) -> None:
    """A bar that was not met is told with the seller's figure, in the locale's own way."""
    for locale, said in (("en", en), ("id", id_)):
        matter = replace(build_sample_context("not_selected", COUNTRIES["SG"]), unmet=(bar,))
        assert said in RENDERER.notice(matter, locale).text


def test_a_refusal_says_how_to_appeal() -> None:
    """Who is not selected sees the date of the figures, and until when to object ("Tenure")."""
    text = render("not_selected", "en").text
    assert "15 March 2027" in text
    assert "1 May 2027" in text
    bare = replace(
        build_sample_context("not_selected", COUNTRIES["SG"]), appeal_until=None, facts_as_of=None
    )
    text = RENDERER.notice(bare, "en").text
    assert "appeal" not in text.lower()
    assert "figures are those" not in text


def test_words_become_blocks() -> None:
    """A paragraph may break anywhere; lists and boxes keep their lines; so in both parts."""
    words = "One\n  two.\n\n\n- a\n- b\n  b2\n\n> c\n> d\n"
    assert as_text(words) == "One two.\n\n- a\n- b b2\n\n  c\n  d"
    html = as_html(words)
    assert ">One two.</p>" in html
    assert html.count("<li") == 2
    assert ">c<br>d</p>" in html


def test_a_date_is_written_out() -> None:
    """Dates are told in the locale's months."""
    matter = replace(build_sample_context("renewed", COUNTRIES["ID"]), cycle_on=date(2028, 10, 1))
    assert "1 October 2028" in RENDERER.notice(matter, "en").text
    assert "1 Oktober 2028" in RENDERER.notice(matter, "id").text
