"""Pages: a picture as one HTML file that a browser opens.

The file holds all it needs: the SVG, the figures as JSON, styles and scripts. It asks
nothing of the network, and its own policy forbids it to; a page that a viewer serves may ask that
viewer alone. Names are data all the way: JSON that cannot end its element, and in the scripts text
nodes, never markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import quoteattr

from lazsa_flow.graph import svg_elements
from lazsa_flow.graph.legend import list_legend_samples
from lazsa_flow.graph.notebook import register_renderer
from lazsa_flow.graph.palette import DARK, LIGHT
from lazsa_flow.graph.svg import svg
from lazsa_flow.graph.timeline import Picture, chart_to_json, picture_to_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lazsa_flow.graph.arrangement import Shape
    from lazsa_flow.graph.chart import Chart
    from lazsa_flow.graph.palette import Theme

SCRIPTS: Final = (
    *("svg-pan-zoom.min.js", "model.js", "address.js", "live.js", "source.js", "list.js"),
    *("lists.js", "story.js", "drawing.js", "details.js", "page.js"),
)
SHAPES: Final[tuple[Shape, ...]] = ("wide", "tall", "narrow")
"""The shapes that a page has, the widest first."""
_UNSAFE: Final = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


@dataclass(frozen=True, slots=True)
class Served:
    """How a page is served, where it is not a file.

    Attributes:
        nonce: What the server's policy lets styles and scripts run by.
        at: The address that the page asks for new figures and for stories, without a slash.
        every_ms: How often it asks.
        home: The address of what else the server shows.
        menu: Texts and addresses of its other pages.
    """

    nonce: str
    at: str
    every_ms: int
    home: str
    menu: tuple[tuple[str, str], ...] = ()


def page(
    shown: Picture | Chart, *, served: Served | None = None, opens_on: str | None = None
) -> str:
    """Write a picture, or a chart alone, as an HTML page.

    Args:
        shown: The picture or chart.
        served: How it is served, where it is not a file.
        opens_on: The listed path whose story the page opens on, where its address names nothing.

    Raises:
        ExtraError: The extra ``graph`` is not installed.
    """
    drawn, data = _build_page_content(shown)
    if opens_on is not None:
        data["opens_on"] = opens_on
    style = "\n".join((*list_css_colours(), read_page_asset("page.css")))
    scripts = [read_page_asset(name) for name in SCRIPTS]
    nonce = f' nonce="{served.nonce}"' if served else ""
    return Template(read_page_asset("page.html")).substitute(
        policy="" if served else _write_content_policy(style, scripts),
        title=svg_elements.escape_svg_text(drawn.title),
        style=style,
        nonce=nonce,
        live=_write_live_settings(served) if served else "",
        home=_write_menu(served) if served else "",
        svg="".join(_draw_shapes(drawn)),
        legend="".join(_write_legend()),
        data=embed_json(data),
        scripts="\n".join(f"<script{nonce}>{script}</script>" for script in scripts),
    )


def frame(picture: Picture) -> str:
    """Write a picture's page in a frame of its own, which nothing leaves."""
    content = quoteattr(page(picture))
    return f'<iframe sandbox="allow-scripts" width="100%" height="720" srcdoc={content}></iframe>'


register_renderer(Picture, frame)


def embed_json(data: Any) -> str:
    """Write JSON that is safe within a script element: it cannot close the element."""
    return json.dumps(data, separators=(",", ":")).translate(_UNSAFE)


def _build_page_content(shown: Picture | Chart) -> tuple[Chart, dict[str, Any]]:
    if isinstance(shown, Picture):
        return shown.chart, picture_to_json(shown)
    nothing: dict[str, Any] = {
        "countries": [],
        "zones": {},
        "stops": [],
        "residents": [],
        "others": [],
        "stories": {},
        "details": {},
    }
    return shown, {**chart_to_json(shown), **nothing}


def _write_menu(served: Served) -> str:
    links = "".join(
        f"<a{svg_elements.format_attributes(href=address)}>{svg_elements.escape_svg_text(text)}</a>"
        for text, address in (("Overview", served.home), *served.menu)
    )
    return f'<nav aria-label="Pages">{links}</nav>'


def _draw_shapes(chart: Chart) -> Iterator[str]:
    """Draw a chart for a screen, for a column and for a phone, each where it differs."""
    seen: set[str] = set()
    for shape in SHAPES:
        drawn = svg(chart, shape=shape)
        places = drawn.partition('<g class="drawing"')[2].partition('<g class="legend"')[0]
        if places not in seen:
            seen.add(places)
            yield drawn


def _write_legend() -> Iterator[str]:
    """Yield the entries of the legend, which the page pins under the drawing."""
    for words, marks in list_legend_samples(LIGHT):
        box = svg_elements.format_attributes(viewBox="0 0 30 20", width=30, height=20)
        sample = f'<svg class="lazsa-chart"{box} aria-hidden="true">{"".join(marks)}</svg>'
        yield f"<li>{sample}{svg_elements.escape_svg_text(words)}</li>"


def read_page_asset(name: str) -> str:
    """Return the text of one of the page's assets."""
    return (files("lazsa_flow.graph") / "assets" / name).read_text("utf-8")


def _write_content_policy(style: str, scripts: list[str]) -> str:
    """Return the policy that a file gives itself: its own styles and scripts, and no network."""
    hashes = " ".join(hash_source(script) for script in scripts)
    rules = f"default-src 'none'; script-src {hashes}; style-src {hash_source(style)}"
    return f'<meta http-equiv="Content-Security-Policy" content="{rules}">'


def hash_source(text: str) -> str:
    """Return how a content policy names a style or script: by its hash."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _write_live_settings(served: Served) -> str:
    return svg_elements.format_attributes(data_live=served.at, data_every_ms=str(served.every_ms))


def list_css_colours() -> Iterator[str]:
    """Yield both themes as CSS variables, and the states' colours by their meaning."""
    light, dark = ("; ".join(_list_css_variables(theme)) for theme in (LIGHT, DARK))
    yield f":root {{ color-scheme: light; {light} }}"
    yield (
        "@media (prefers-color-scheme: dark) {"
        f' :root:not([data-theme="light"]) {{ color-scheme: dark; {dark} }} }}'
    )
    yield f':root[data-theme="dark"] {{ color-scheme: dark; {dark} }}'
    for meaning in LIGHT.inks:
        fill = f"fill: var(--{meaning}-fill); stroke: var(--{meaning}-line)"
        yield f".lazsa-chart .{meaning} .body, .lazsa-chart rect.{meaning} {{ {fill} }}"
        yield f".lazsa-chart .{meaning} .ring {{ stroke: var(--{meaning}-line) }}"
        yield f".lazsa-chart .state.{meaning} text {{ fill: var(--{meaning}-text) }}"


def _list_css_variables(theme: Theme) -> Iterator[str]:
    for name in ("paper", "text", "quiet", "line", "heavy", "frame", "trail"):
        yield f"--{name}: {getattr(theme, name)}"
    for meaning, ink in theme.inks.items():
        for name in ("fill", "text", "line"):
            yield f"--{meaning}-{name}: {getattr(ink, name)}"
