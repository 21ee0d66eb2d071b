"""What are the golden files of the notices? Every template in every locale, as text and as page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from lazsa_flow.config import Config
from lazsa_flow.notices.digests import TEAM_NEWS
from lazsa_flow.notices.render import Renderer
from lazsa_flow.notices.sample import build_sample_context

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lazsa_flow.notices.render import Rendered

LOCALES: Final = {"en": "SG", "id": "ID"}
"""Each locale that ships, with a country that speaks it."""

_RENDERER: Final = Renderer()
_COUNTRIES: Final = {country.code: country for country in Config.load().countries}


_DIGESTS: Final = {
    "digest": (("grace_reminder", "renewal_review_opened", "review_opened"), "panel"),
    "digest_reviewers": (("cards_missing",), "reviewers"),
    "digest_team": (TEAM_NEWS, "team"),
}
"""The digests: the kinds in each, and for whom it is."""


def render(kind: str, locale: str) -> Rendered:
    """Render the sample of a kind, or a digest of every kind that is told in it."""
    country = _COUNTRIES[LOCALES[locale]]
    if kind in _DIGESTS:
        kinds, to = _DIGESTS[kind]
        return _RENDERER.digest(
            [build_sample_context(each, country) for each in kinds], locale, to=to
        )
    return _RENDERER.notice(build_sample_context(kind, country), locale, "Budi")


def _text(kind: str, locale: str) -> str:
    rendered = render(kind, locale)
    return f"{rendered.subject}\n\n{rendered.text}"


def _files() -> Iterator[tuple[str, Callable[[], str]]]:
    for locale in LOCALES:
        for kind in (*_RENDERER.kinds(), *_DIGESTS):
            yield f"notices/{locale}/{kind}.txt", partial(_text, kind, locale)
            yield f"notices/{locale}/{kind}.html", partial(lambda *a: render(*a).html, kind, locale)


NOTICES: Final[dict[str, Callable[[], str]]] = dict(_files())
