"""Words of a locale: dates, reasons, and bars that were not met.

``words.toml`` in each locale's folder. A locale that lacks a word takes it from the next in its
chain: ``id-ID``, then ``id``, then ``en``.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from lazsa_flow.errors import TemplateError
from lazsa_flow.lifecycle.guards import NOT_KNOWN, STALE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from lazsa_flow.notices.figures import BarFigure
    from lazsa_flow.notices.ports import Unmet

LAST: Final = "en"
RATES: Final = frozenset({"gmv", "chat_response", "cancellation", "retention"})
"""Bars whose figures are fractions of one, and are shown in per cent."""


def list_fallback_locales(locale: str) -> tuple[str, ...]:
    """Return the locales to look into, the nearest first."""
    return tuple(dict.fromkeys((locale, locale.partition("-")[0], LAST)))


def _parse_words_file(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TemplateError(file, None, f"it is no TOML: {error}") from None


class Words:
    """The words of one locale.

    Args:
        texts: The ``words.toml`` of its chain, the nearest first: each one's text and name.

    Raises:
        TemplateError: One of them is no TOML, or has another shape than what it overrides.
    """

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self._words: dict[str, Any] = {}
        files: dict[str, str] = {}
        for text, file in texts:
            for section, words in _parse_words_file(text, file).items():
                nearer = self._words.get(section, words)
                if isinstance(nearer, dict) != isinstance(words, dict):
                    kind = "a table" if isinstance(words, dict) else "no table"
                    fault = f"it cannot be rendered: {section} must be {kind}"
                    raise TemplateError(files[section], None, fault)
                self._words[section] = {**words, **nearer} if isinstance(words, dict) else nearer
                files.setdefault(section, file)

    def frame(self, name: str, country: str, mailbox: str) -> dict[str, str]:
        """Return the salutation and closing of a notice; the salutation may have no name."""
        words = self._words["frame"]
        greeting = words["greeting"].format(name=name) if name else words["greeting_nameless"]
        return {
            "greeting": greeting,
            "closing": words["closing"],
            "team": words["team"].format(country=country),
            "footer": words["footer"].format(mailbox=mailbox) if mailbox else "",
        }

    def day(self, on: date) -> str:
        """Write a date out: ``1 April 2027``."""
        return f"{on.day} {self._words['months'][on.month - 1]} {on.year}"

    def reason(self, code: str) -> str:
        """Return the words for a reason; one that has none is written as its code, with spaces."""
        return str(self._words["reasons"].get(code, code.replace("_", " ")))

    def reason_of_other(self, code: str) -> str:
        """Return the words for a reason, for anyone but the person it concerns."""
        return str(self._words["reasons_of_others"].get(code) or self.reason(code))

    def step(self, code: str) -> str:
        """Say one of Reconnect's steps."""
        return str(self._words["steps"].get(code, code.replace("_", " ")))

    def unmet(self, bar: Unmet) -> str:
        """Say which bar was not met, with the subject's own figure, where there is one."""
        name = self._words["bars"].get(bar.name, bar.name)
        if bar.measured in (NOT_KNOWN, STALE):
            return str(self._figure("", bar.measured)).format(name=name)
        wording = self._words["unmet"].get(bar.name)
        if wording is None:
            return bar.wording
        measured, wanted = self._figure(bar.name, bar.measured), self._figure(bar.name, bar.bar)
        return str(wording).format(name=name, measured=measured, bar=wanted)

    def figure(self, bar: BarFigure) -> str:
        """Return how a subject's figure compares with a bar, and by which margin."""
        words = self._words["standing"]
        unknown = {NOT_KNOWN: "no_figure", STALE: "too_old"}.get(str(bar.measured))
        measured = words[unknown] if unknown else self._figure(bar.name, bar.measured)
        return str(words["at_most" if bar.at_most else "at_least"]).format(
            label=self._words["labels"].get(bar.name, bar.name),
            measured=measured,
            bar=self._figure(bar.name, bar.bar),
            verdict=self._verdict(bar),
        )

    def _verdict(self, bar: BarFigure) -> str:
        words = self._words["standing"]
        if bar.margin is None:
            return str(words["met" if bar.held else "unmet"])
        if not Decimal(bar.margin):
            return str(words["exact"])
        wording = "spare" if bar.held else "over" if bar.at_most else "short"
        return str(words[wording]).format(margin=self._margin(bar.name, bar.margin))

    def _margin(self, name: str, margin: str) -> str:
        number = abs(Decimal(margin))
        if name not in RATES:
            return f"{number.normalize():f}"
        points = f"{(number * 100).normalize():f}".replace(".", self._words["decimal_point"])
        return str(self._words["standing"]["points"]).format(number=points)

    def _figure(self, name: str, figure: object) -> str:
        if figure is None:
            return ""
        if name in RATES and str(figure) != "no orders":
            number = f"{(Decimal(str(figure)) * 100).normalize():f}"
            return f"{number.replace('.', self._words['decimal_point'])} %"
        return str(self._words["figures"].get(str(figure).replace(" ", "_"), figure))
