"""Text in a picture: its width without a font, and names from outside as one harmless line.

Widths are the advance widths of Inter's printable ASCII, so that every machine computes the same. A
viewer without Inter falls back to Arial and its like, which are narrower.

Names reach a graph from tables and hosts, and may be hostile. Every renderer first makes a name one
line here, and then escapes it for its own format.

Source:
    Inter 4.1 (SIL Open Font Licence), optical size 14, weights 400 and 600: ``hmtx``.
Units:
    Widths in thousandths of the font size.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMELESS: Final = "(no name)"
_WIDE: Final = 1000
_OTHER: Final = 700
"""The width that is used for any character beyond ASCII: no narrower than most of Inter's."""
_SIGNS: Final = {"·": 288, "→": 1000, "↻": 1000, "…": 1000}
"""The widths of the signs that pictures use themselves."""


def _get_font_widths(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))


_REGULAR: Final = _get_font_widths(
    """
    281 288 466 633 642 982 644 300 365 365 501 662 288 460 288 360 631 407 610 618 646 593 620
    566 619 620 288 302 662 662 662 511 966 690 654 730 722 601 590 746 743 269 571 672 565 903
    753 765 639 765 644 642 646 744 690 985 682 679 629 365 360 365 471 456 323 562 612 571 612
    583 370 613 591 242 242 549 242 876 591 600 612 612 376 528 327 591 562 818 546 562 552 426
    333 426 662
    """
)
_BOLD: Final = _get_font_widths(
    """
    252 321 523 644 650 1004 663 326 373 373 540 673 319 465 319 379 660 423 623 636 666 612 640
    576 640 640 319 329 673 673 673 543 999 728 659 737 722 605 588 749 746 277 580 703 565 922
    759 769 645 773 652 650 660 736 728 1020 720 713 652 373 379 373 481 469 351 574 624 583 624
    591 389 625 612 262 262 569 262 900 612 609 624 624 397 549 353 612 587 839 569 588 566 455
    359 455 673
    """
)


def measure_text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text, in the unit of its size."""
    widths = _BOLD if bold else _REGULAR
    return sum(_get_char_advance(char, widths) for char in text) * size / 1000


def shorten_to_width(text: str, size: float, limit: float, *, bold: bool = False) -> str:
    """Return a text, shortened with ``…`` where it is wider than a limit."""
    if measure_text_width(text, size, bold=bold) <= limit:
        return text
    while text and measure_text_width(f"{text}…", size, bold=bold) > limit:
        text = text[:-1]
    return f"{text.rstrip()}…"


def wrap_to_width(
    text: str, size: float, limit: float, *, bold: bool = False, most: int = 6
) -> tuple[str, ...]:
    """Break a text into lines that fit, between words, after ``_``, or else between letters.

    Args:
        text: One line of text.
        size: The font's size.
        limit: How wide a line may be, in the unit of the size.
        bold: Whether it is bold.
        most: How many lines there may be; what is left of a longer text ends in ``…``.
    """
    lines: list[str] = []
    left = text
    while measure_text_width(left, size, bold=bold) > limit:
        if len(lines) == most - 1:
            left = shorten_to_width(left, size, limit, bold=bold)
            break
        fits = 1
        while measure_text_width(left[: fits + 1], size, bold=bold) <= limit:
            fits += 1
        at = max(left.rfind(" ", 0, fits + 1), left.rfind("_", 0, fits) + 1)
        at = at if at > 0 else fits
        lines.append(left[:at].rstrip())
        left = left[at:].lstrip()
    return (*lines, left)


def _get_char_advance(char: str, widths: Sequence[int]) -> int:
    if " " <= char <= "~":
        return widths[ord(char) - ord(" ")]
    if unicodedata.combining(char):
        return 0
    if char in _SIGNS:
        return _SIGNS[char]
    return _WIDE if unicodedata.east_asian_width(char) in "WF" else _OTHER


def one_line(text: str) -> str:
    """Return a text without controls, line breaks, direction marks or lone surrogates.

    Each of them becomes a space, and spaces in a row one; a text of which nothing remains is shown
    as :data:`NAMELESS`, since neither format takes an empty label well.
    """
    plain = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join(plain.split()) or NAMELESS
