"""The formats of all files that can be imported, by what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.imports.contacts import CONTACTS
from lazsa_flow.imports.facts import FACTS
from lazsa_flow.imports.nominations import NOMINATIONS
from lazsa_flow.imports.scorecards import SCORECARDS
from lazsa_flow.imports.turnover import TURNOVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazsa_flow.imports.formats import FileFormat

FORMATS: Final[Mapping[str, FileFormat]] = {
    form.name: form for form in (FACTS, NOMINATIONS, SCORECARDS, CONTACTS, TURNOVER)
}
