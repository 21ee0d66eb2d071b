"""Write the golden files anew: ``.venv/bin/python -m tests.golden.regenerate``.

Run it after a wanted change of a lifecycle or a renderer, and read ``git diff tests/golden`` before
committing: the files are how such a change is reviewed.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.award.lifecycles.award import AWARD
from lazsa_flow.award.lifecycles.entry import ENTRY
from lazsa_flow.award.lifecycles.trainer import TRAINER
from lazsa_flow.graph.chart import build_chart
from lazsa_flow.graph.dot import dot
from lazsa_flow.graph.mermaid import mermaid
from lazsa_flow.graph.page import SCRIPTS, hash_source, page, read_page_asset
from lazsa_flow.graph.png import png
from lazsa_flow.graph.svg import svg
from lazsa_flow.graph.xstate import xstate
from tests.golden.notices import NOTICES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lazsa_flow.graph.chart import Chart

FOLDER: Final = Path(__file__).parent


def counted() -> Chart:
    """Return the trainer's chart with figures, and one path's story on it."""
    rows = (
        {"source": None, "dest": "prospect", "trigger": "propose", "reason": None},
        {"source": "prospect", "dest": "invited", "trigger": "invite", "reason": None},
        {"source": "invited", "dest": "released", "trigger": "release", "reason": "own_wish"},
    )
    drawn = build_chart(TRAINER).counting({"prospect": 1200, "lazstar": 34}, {"a0": 1300, "a1": 90})
    return drawn.tracing(rows)


def name_assets(html: str) -> str:
    """Return a page with the name of each asset in the place of its text and of its hash.

    The assets are reviewed where they stand; here is held that the page has each of them whole, and
    allows just these scripts and styles to run.
    """
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    texts = {name: read_page_asset(name) for name in (*SCRIPTS, "page.css")}
    named = {hash_source(texts[name]): f"hash of {name}" for name in SCRIPTS}
    named |= {hash_source(style): "hash of the style" for style in styles}
    named |= {text: f"… {name} …" for name, text in texts.items()}
    for text, name in named.items():
        assert html.count(text) == 1, f"the page has not just one {name}"
        html = html.replace(text, name)
    return html


GOLDEN: Final[Mapping[str, Callable[[], str | bytes]]] = {
    "award.mmd": lambda: mermaid(build_chart(AWARD)),
    "award.dot": lambda: dot(build_chart(AWARD)),
    "award.json": lambda: xstate(build_chart(AWARD)),
    "entry.png": lambda: png(build_chart(ENTRY)),
    "counted.mmd": lambda: mermaid(counted()),
    "counted.dot": lambda: dot(counted()),
    "counted.svg": lambda: svg(counted()),
    "counted.json": lambda: xstate(counted()),
    "counted.html": lambda: name_assets(page(counted())),
    "counted.png": lambda: png(counted(), dark=True, zoom=1),
    **NOTICES,
}
HINT: Final = (
    "the golden file differs; if that is wanted, run `.venv/bin/python -m "
    "tests.golden.regenerate` and read the diff before committing"
)


def main() -> None:
    """Write every golden file."""
    for name, make in GOLDEN.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(content(make))


def content(make: Callable[[], str | bytes]) -> bytes:
    """Return the bytes of a golden file as they are made now."""
    made = make()
    return made if isinstance(made, bytes) else made.encode()


if __name__ == "__main__":
    main()
