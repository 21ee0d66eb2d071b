"""Who may be an actor, and which text may be kept?"""

from __future__ import annotations

from typing import Any

import pytest

from lazsa_flow.errors import InputError
from lazsa_flow.lifecycle.model import Actor
from lazsa_flow.service.requests import check_text


@pytest.mark.parametrize("id_", ["", "a\0b", "a\nb", "\ud800"])
def test_an_actor_has_an_id_that_can_be_kept(id_: str) -> None:
    """An actor's id is never empty, and holds nothing that a database or a log would refuse."""
    with pytest.raises(InputError, match="actor: id"):
        Actor("employee", id_)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("role", (7, "x", None)),
        ("role", ("a\nb", "x", None)),
        ("country", ("team", "x", "S\0G")),
        ("team", ("reviewer", "x", None, "books\u200b")),
        ("team", ("reviewer", "x", None, 7)),
    ],
)
def test_all_that_names_an_actor_can_be_kept(field: str, values: tuple[Any, ...]) -> None:
    """Role, country and team are text that can be seen, as the id is."""
    with pytest.raises(InputError, match=f"actor: {field}"):
        Actor(*values)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_text_that_cannot_be_kept_is_refused_unseen(text: str) -> None:
    """Free text with NUL or a lone surrogate is refused, and not shown in the error."""
    with pytest.raises(InputError, match=r"statement: got '\(text\)'"):
        check_text("nomination", "statement", text)


def test_text_in_any_script_is_kept() -> None:
    """Free text may be of any script, with line breaks."""
    check_text("nomination", "statement", "Tolong-menolong.\nช่วยเหลือ 🙂")
