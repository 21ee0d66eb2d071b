"""Checks of channels and words, for ``lazsa-flow doctor``; nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from lazsa_flow.errors import LazsaError, NotFoundError, TemplateError
from lazsa_flow.lifecycle.effects import Notify
from lazsa_flow.notices.channels import find_resolver, open_channel
from lazsa_flow.notices.digests import is_digested
from lazsa_flow.notices.path_data_words import add_examples
from lazsa_flow.notices.render import DIGEST, NAMES, Renderer
from lazsa_flow.notices.sample import build_sample_context, build_variant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from lazsa_flow.lifecycle.policy import Country
    from lazsa_flow.lifecycle.table import Edge, Lifecycle
    from lazsa_flow.notices.ports import NoticeContext
    from lazsa_flow.notices.settings import ChannelSettings, Deployment

_KNOWN: Final = NAMES | {"sections", "matters", "kind", "to"}


@dataclass(frozen=True, slots=True)
class ChannelReport:
    """How one channel fares.

    Attributes:
        kind: Its kind.
        fault: Why it does not work; ``None`` where it does.
        asked: Whether it was asked, and not just opened.
    """

    name: str
    kind: str
    fault: str | None
    asked: bool = False


def check_channels(deployment: Deployment) -> Iterator[ChannelReport]:
    """Open every channel separately, and run the check of those that have one."""
    for name, settings in deployment.channels.items():
        asked = False
        try:
            asked = _check_one_channel(name, settings)
        except LazsaError as error:
            yield ChannelReport(name, settings.kind, str(error))
        except Exception as error:  # a host's channel may raise anything, with any text
            yield ChannelReport(name, settings.kind, f"it raises {type(error).__name__}")
        else:
            yield ChannelReport(name, settings.kind, None, asked)


def _check_one_channel(name: str, settings: ChannelSettings) -> bool:
    channel = open_channel(name, settings)
    try:
        check = getattr(channel, "check", None)
        if check is not None:
            check()
        return check is not None
    finally:
        channel.close()


def check_resolver(deployment: Deployment) -> str | None:
    """Return why persons cannot be looked up, where the host's own resolver is named."""
    try:
        find_resolver(deployment)
    except LazsaError as error:
        return str(error)
    return None


def unspoken_kinds(renderer: Renderer, lifecycles: Iterable[Lifecycle]) -> Iterator[str]:
    """Yield the notices that tables bring about and that have no words in any language."""
    alone, digested = set(renderer.kinds()), set(renderer.kinds(digested=True))
    for lifecycle in lifecycles:
        for effect in _notices_of(lifecycle):
            in_digest = is_digested(effect.to, effect.kind)
            if effect.kind not in (digested if in_digest else alone):
                place = "its digest" if in_digest else "a letter"
                yield f"{lifecycle.name}: {effect.kind} has no words for {place} to {effect.to}"


def check_words(
    renderer: Renderer, countries: Sequence[Country], lifecycles: Collection[Lifecycle]
) -> Iterator[TemplateError]:
    """Render every template in every locale with made-up matters; yield each fault once."""
    found: set[str] = set()
    locales = {*renderer.locales(), *(country.locale for country in countries)}
    for locale in sorted(locales):
        for fault in _find_template_faults(
            renderer, locale, _find_country_of_locale(countries, locale), lifecycles
        ):
            if str(fault) not in found:
                found.add(str(fault))
                yield fault


def _find_country_of_locale(countries: Sequence[Country], locale: str) -> Country:
    return next((each for each in countries if each.locale == locale), countries[0])


def _find_template_faults(
    renderer: Renderer, locale: str, country: Country, lifecycles: Collection[Lifecycle]
) -> Iterator[TemplateError]:
    for kind in renderer.kinds(locale):
        for matter in _list_sample_contexts(kind, country, lifecycles):
            yield from _render_and_collect_faults(renderer, locale, [matter], digested=False)
        yield from _unknown_names(renderer, kind, locale)
    for kind in renderer.kinds(locale, digested=True):
        matters = list(_list_sample_contexts(kind, country, lifecycles))
        yield from _render_and_collect_faults(renderer, locale, matters, digested=True)
        yield from _unknown_names(renderer, f"{DIGEST}/{kind}", locale)


def _render_and_collect_faults(
    renderer: Renderer, locale: str, matters: Sequence[NoticeContext], *, digested: bool
) -> Iterator[TemplateError]:
    try:
        if digested:
            renderer.digest(matters, locale)
        else:
            for name in ("", "A. Person"):
                renderer.notice(matters[0], locale, name)
    except TemplateError as error:
        yield error
    except NotFoundError as error:
        yield TemplateError(f"{locale}/{matters[0].kind}", None, str(error))


def _list_sample_contexts(
    kind: str, country: Country, lifecycles: Collection[Lifecycle]
) -> Iterator[NoticeContext]:
    """Yield made-up matters of a kind: one for each reason that a table has for it."""
    matter = add_examples(build_sample_context(kind, country), lifecycles)
    yield matter
    yield build_variant(matter)
    for reason in sorted(_list_notice_reasons(kind, lifecycles)):
        yield replace(matter, reason=reason, unmet=(), facts_as_of=None, appeal_until=None)


def _list_notice_reasons(kind: str, lifecycles: Collection[Lifecycle]) -> set[str]:
    edges = [edge for lifecycle in lifecycles for edge in (lifecycle.opening, *lifecycle.edges)]
    return {
        reason
        for edge in edges
        if kind in {effect.kind for effect in _list_edge_notices(edge)}
        for reason in edge.reasons
        if reason is not None
    }


def _list_edge_notices(edge: Edge) -> Iterator[Notify]:
    yield from (effect for effect in edge.effects if isinstance(effect, Notify))


def _notices_of(lifecycle: Lifecycle) -> Iterator[Notify]:
    for edge in (lifecycle.opening, *lifecycle.edges):
        yield from _list_edge_notices(edge)
    for timer in lifecycle.timers:
        for effect in (*timer.effects, *timer.on_refused):
            if isinstance(effect, Notify):
                yield effect
    yield from lifecycle.promised.values()


def _unknown_names(renderer: Renderer, template: str, locale: str) -> Iterator[TemplateError]:
    """Yield the names that a template uses and nobody gives it, in branches not rendered too."""
    for file, line, name in renderer.undefined(template, locale, _KNOWN):
        yield TemplateError(file, line, f"{name!r} is undefined")
