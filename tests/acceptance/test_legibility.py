"""Lifecycles are legible where they are shown, measured in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.legibility.lifecycles import list_shipped, make_random
from tests.legibility.measure import SMALLEST, measure

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser import Browser


def test_everything_can_be_read_where_it_is_shown(browser: Browser, tmp_path: Path) -> None:
    """No text is below nine pixels, none lies on another, and none is cut or out of view.

    So it is at 640 pixels, on a screen of 1440 by 900 and on a phone, which may be scrolled.
    """
    shipped = list_shipped()
    assert set(shipped) == {"award", "entry", "trainer", "invoice"}
    for lifecycle in (*shipped.values(), make_random(1)):
        for found in measure(browser, lifecycle, tmp_path):
            where = (found.lifecycle, found.place)
            assert found.texts > 20, where
            assert found.smallest >= SMALLEST, where
            assert (found.overlaps, found.cut) == ((), ()), where
            assert found.legible, (where, found.outside)
