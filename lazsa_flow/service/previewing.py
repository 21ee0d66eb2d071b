"""Previews of notices: a made-up notice of a kind, from the configuration alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.errors import InputError, NotFoundError
from lazsa_flow.lifecycle.contact import LOCALE
from lazsa_flow.notices.path_data_words import add_examples
from lazsa_flow.notices.render import Renderer
from lazsa_flow.notices.sample import build_sample_context
from lazsa_flow.notices.words import LAST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lazsa_flow.config import Config
    from lazsa_flow.lifecycle.policy import Country
    from lazsa_flow.notices.render import Rendered


def preview_notice(
    config: Config,
    countries: Iterable[Country],
    kind: str,
    *,
    country: str | None,
    locale: str | None,
) -> Rendered:
    """Render a made-up notice of a kind.

    Args:
        config: Where its words are.
        countries: Whose titles and teams can be shown.
        kind: Which.
        country: Whose title and team it shows; by default one with this locale.
        locale: In which words; by default the country's, and English where none is named.

    Raises:
        NotFoundError: There are no words for this kind, or no such country.
        InputError: The locale is none.
    """
    if locale is not None and not LOCALE.fullmatch(locale):
        raise InputError.of("preview", "locale", locale, "a locale such as id or en-SG")
    known = {each.code: each for each in countries}
    if country is not None and country not in known:
        raise NotFoundError("country", country, among=known)
    spoken = locale or (known[country].locale if country else LAST)
    speaking = [each for each in known.values() if each.locale == spoken]
    shown = known[country] if country else (speaking or list(known.values()))[0]
    renderer = Renderer(config.messages, config.lifecycles)
    matter = add_examples(build_sample_context(kind, shown), config.lifecycles)
    if kind in renderer.kinds(digested=True):
        return renderer.digest([matter], spoken)
    if kind not in renderer.kinds():
        raise NotFoundError("words of the notice", kind)
    return renderer.notice(matter, spoken)
