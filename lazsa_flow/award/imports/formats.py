"""The formats of all files that can be imported, by what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lazsa_flow.award.imports.contacts import CONTACTS
from lazsa_flow.award.imports.facts import FACTS
from lazsa_flow.award.imports.nominations import NOMINATIONS
from lazsa_flow.award.imports.scorecards import SCORECARDS
from lazsa_flow.award.imports.turnover import TURNOVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lazsa_flow.csvfiles.formats import FileFormat

FORMATS: Final[Mapping[str, FileFormat]] = {
    form.name: form for form in (FACTS, NOMINATIONS, SCORECARDS, CONTACTS, TURNOVER)
}
