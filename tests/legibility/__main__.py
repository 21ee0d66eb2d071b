"""Measure lifecycles as they are shown: ``python -m tests.legibility [--seed N] [--shots DIR]``.

Each lifecycle that ships, and a random one of 30 states, is opened in chromium at 640 pixels of
width, on 1440 x 900 and on a phone of 390 x 844. The exit code is 1 where one cannot be read.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.browser import Browser
from tests.legibility.lifecycles import list_shipped, make_random
from tests.legibility.measure import Measured, measure

_ROW = "{:<10} {:<9} {:>6} {:>9} {:>9} {:>5} {:>8}  {}\n"


def main() -> int:
    """Measure, and print a row for each lifecycle and place."""
    parser = argparse.ArgumentParser(prog="python -m tests.legibility", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which random lifecycle")
    parser.add_argument("--states", type=int, default=30, help="how many states it has")
    parser.add_argument("--shots", type=Path, help="a folder for screenshots")
    asked = parser.parse_args()
    lifecycles = [*list_shipped().values(), make_random(asked.seed, asked.states)]
    browser = Browser()
    found: list[Measured] = []
    sys.stdout.write(
        _ROW.format(
            *("lifecycle", "place", "texts", "smallest", "overlaps", "cut", "outside", "legible")
        )
    )
    with tempfile.TemporaryDirectory() as folder:
        for lifecycle in lifecycles:
            for each in measure(browser, lifecycle, Path(folder), asked.shots):
                found.append(each)
                sys.stdout.write(_write_row(each))
    browser.close()
    return 0 if all(each.legible for each in found) else 1


def _write_row(found: Measured) -> str:
    lists = (found.overlaps, found.cut, found.outside)
    row = _ROW.format(
        found.lifecycle,
        found.place,
        found.texts,
        f"{found.smallest:.2f}",
        *map(len, lists),
        "yes" if found.legible else "no",
    )
    told = (
        "" if found.legible else "".join(f"    {each}\n" for names in lists for each in names[:5])
    )
    return row + told


if __name__ == "__main__":
    sys.exit(main())
