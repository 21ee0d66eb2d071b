"""Questions of the programme by name, for tests that ask every one of them."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from lazsa_flow.award.facade.lists import AwardLists
from lazsa_flow.award.facade.questions import AwardQuestions
from lazsa_flow.award.programme import Programme
from lazsa_flow.service.lists import Lists
from lazsa_flow.service.lookups import Lookups
from lazsa_flow.service.pictures import Pictures
from lazsa_flow.service.questions import Questions

if TYPE_CHECKING:
    from collections.abc import Callable

PARTS = (AwardLists, AwardQuestions, Lists, Lookups, Pictures, Questions)


def questions() -> dict[str, Callable[..., Any]]:
    """Return every public question, those to come included."""
    return {
        name: getattr(Programme, name)
        for part in PARTS
        for name, _ in inspect.getmembers(part, inspect.isfunction)
        if not name.startswith("_")
    }
