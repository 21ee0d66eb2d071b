"""Build the documentation site: ``./dev docs``, and ``./dev docs --serve`` to look at it."""

from __future__ import annotations

import argparse
import functools
import http.server
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from docs.website.checking import BuiltSite
from docs.website.staging import CONFIGURATION, ROOT, stage

FOLDER: Final = ROOT / ".site"
SHIM: Final = Path(__file__).with_name("assets") / "iframe-worker.min.js"
"""With it the search works where a page is opened as a file."""
_SHIMS_HOST: Final = "https://unpkg.com/iframe-worker/shim"


def build(folder: Path) -> list[str]:
    """Build the site.

    Args:
        folder: Where; what stands there is replaced. The pages are in its folder ``html``.

    Returns:
        What is wrong with the site, one line each.
    """
    stage(folder)
    zensical = Path(sys.executable).with_name("zensical")
    command = [
        str(zensical),
        "build",
        "--strict",
        "--config-file",
        str(folder / CONFIGURATION.name),
    ]
    # our own extension of griffe is found where this package is
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    built = subprocess.run(  # noqa: S603
        command, check=False, capture_output=True, text=True, env=environment
    )
    if built.returncode:
        return [built.stdout + built.stderr]
    _take_shim_along(folder / "html")
    return list(BuiltSite(folder / "html").list_faults())


def _take_shim_along(html: Path) -> None:
    """Let the search without a server load what it needs from the site and not from its host.

    The page for what was not found goes: it is a server's, and leads to the server's own root.
    """
    (html / "404.html").unlink()
    copied = html / "assets" / "javascripts" / SHIM.name
    shutil.copyfile(SHIM, copied)
    for page in html.rglob("*.html"):
        local = os.path.relpath(copied, page.parent)
        page.write_text(page.read_text("utf-8").replace(_SHIMS_HOST, local), "utf-8")


def main() -> int:
    """Build the site, say where it lies, and serve it if asked to."""
    parser = argparse.ArgumentParser(prog="./dev docs", description="Build the documentation site.")
    parser.add_argument(
        "--serve", action="store_true", help="serve it on this machine's own address"
    )
    parser.add_argument("--port", type=int, default=8123, help="the port to serve on")
    asked = parser.parse_args()
    faults = build(FOLDER)
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    if faults:
        sys.stderr.write(f"{len(faults)} faults: the site is not whole.\n")
        return 1
    sys.stdout.write(f"{FOLDER / 'html' / 'index.html'}\n")
    if asked.serve:
        _serve(asked.port)
    return 0


def _serve(port: int) -> None:
    handler = functools.partial(
        http.server.SimpleHTTPRequestHandler, directory=str(FOLDER / "html")
    )
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        sys.stdout.write(f"http://127.0.0.1:{port}/ (Ctrl-C ends it)\n")
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            sys.stdout.write("\n")


if __name__ == "__main__":
    sys.exit(main())
