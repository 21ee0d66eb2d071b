"""How does a name from outside become one harmless line?

Names reach a graph from tables and hosts, and nothing says that they are well-meant. Every renderer
first makes a name one line here, and then escapes it for its own format.
"""

from __future__ import annotations

import unicodedata
from typing import Final

NAMELESS: Final = "(no name)"


def one_line(text: str) -> str:
    """Return a text without controls, line breaks, direction marks or lone surrogates.

    Each of them becomes a space, and spaces in a row one; a text of which nothing remains is shown
    as :data:`NAMELESS`, since neither format takes an empty label well.
    """
    plain = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join(plain.split()) or NAMELESS
