"""Write the golden files anew: ``.venv/bin/python tests/golden/regenerate.py``.

Run it after a wanted change of a lifecycle or a renderer, and read ``git diff tests/golden`` before
committing: the files are how such a change is reviewed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from lazsa_flow.graph.chart import chart
from lazsa_flow.graph.dot import dot
from lazsa_flow.graph.mermaid import mermaid
from lazsa_flow.lifecycles.award import AWARD

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FOLDER: Final = Path(__file__).parent
GOLDEN: Final[Mapping[str, Callable[[], str]]] = {
    "award.mmd": lambda: mermaid(chart(AWARD)),
    "award.dot": lambda: dot(chart(AWARD)),
}
HINT: Final = (
    "the golden file differs; if that is wanted, run `.venv/bin/python "
    "tests/golden/regenerate.py` and read the diff before committing"
)


def main() -> None:
    """Write every golden file."""
    for name, make in GOLDEN.items():
        (FOLDER / name).write_bytes(make().encode())


if __name__ == "__main__":
    main()
