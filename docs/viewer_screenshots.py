"""How do the viewer's pages look? ``PYTHONPATH=. .venv/bin/python docs/viewer_screenshots.py``.

The demo's three years are run, and the viewer is opened twelve days before the next cycle date: on
light and dark paper, and on a phone. Look at the pictures before you commit them.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import uvicorn

from lazsa_flow.award.demo.run import DATABASE, run_story
from lazsa_flow.award.programme import Programme
from lazsa_flow.clock import VirtualClock
from lazsa_flow.viewer import viewer
from tests.browser import PHONE, Browser

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(__file__).resolve().parent / "operations" / "viewer"
DESK: Final = (1280, 760)
AT: Final = datetime(2023, 3, 20, 4, tzinfo=UTC)
SHOTS: Final = {
    "overview-light": ("/", DESK, False),
    "overview-dark": ("/", DESK, True),
    "overview-phone": ("/", PHONE, False),
    "due-light": ("/due?until=2023-04-01&country=SG", DESK, False),
    "panel-dark": ("/panel/SG/2023-04-01?sort=-flags", DESK, True),
    "paths-phone": ("/paths?lifecycle=award&state=under_review", PHONE, False),
}
"""What is photographed: an address, the window, and whether the reader prefers dark colours."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve the viewer of the demo, and yield where."""
    told = run_story(folder / "demo", sellers=None, years=3, seed=1, resume=False)
    with Programme.open(f"sqlite:///{told.out / DATABASE}", clock=VirtualClock(AT)) as programme:
        app = viewer(programme, authenticate=lambda _: True)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join()


def main() -> None:
    """Write every picture again."""
    FOLDER.mkdir(exist_ok=True)
    browser = Browser()
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as address:
        for name, (page, size, dark) in SHOTS.items():
            browser.look(size=size, dark=dark)
            browser.open(f"{address}{page}")
            browser.frame()
            browser.driver.save_screenshot(str(FOLDER / f"{name}.png"))
            sys.stdout.write(f"docs/operations/viewer/{name}.png\n")
    browser.close()


if __name__ == "__main__":
    main()
