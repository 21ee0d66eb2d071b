"""Sending of notices: the relay with its channels and words, and a notice to be looked at.

It is imported with the first notice, for most processes send none.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lazsa_flow.errors import NotFoundError
from lazsa_flow.notices.channels import find_resolver, open_channels
from lazsa_flow.notices.compose import Composer
from lazsa_flow.notices.path_data_words import add_examples
from lazsa_flow.notices.relay import Relay
from lazsa_flow.notices.render import Renderer
from lazsa_flow.notices.sample import build_sample_context
from lazsa_flow.service import contacts
from lazsa_flow.service.notice_context import PathNoticeContexts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from lazsa_flow.lifecycle.policy import Country
    from lazsa_flow.notices.ports import Channel, Resolver
    from lazsa_flow.notices.render import Rendered
    from lazsa_flow.service.runtime import Runtime


def open_relay(
    runtime: Runtime,
    channels: Mapping[str, Channel] | None,
    resolver: Resolver | None,
    random: Random,
) -> Relay:
    """Open a relay.

    Args:
        runtime: What the service runs on.
        channels: By name, instead of those of ``lazsa.toml``.
        resolver: Instead of the one that ``lazsa.toml`` names, or the contacts that were imported.
        random: Of the jitter.
    """
    context, deployment = runtime.context, runtime.config.deployment
    outbox = runtime.store.outbox()
    if channels is not None:
        deployment = deployment.handed(channels.keys())
    else:
        channels = open_channels(deployment)
    resolver = resolver or find_resolver(deployment) or partial(contacts.resolve, context)
    desk = runtime.application.notice_contexts(context) or PathNoticeContexts(context)

    def refresh() -> Mapping[str, Country]:
        desk.context = runtime.context
        return desk.context.rulebook.countries

    return Relay(
        outbox,
        Composer(desk, resolver, Renderer(runtime.config.messages, runtime.config.lifecycles)),
        channels,
        deployment,
        context.rulebook.countries,
        runtime.clock,
        random=random,
        refresh=refresh,
        heartbeat=outbox.beat,
    )


def preview_notice(
    runtime: Runtime, kind: str, *, country: str | None, locale: str | None
) -> Rendered:
    """Render a made-up notice of a kind.

    Args:
        runtime: What the service runs on.
        kind: Which.
        country: Whose title and team it shows; by default one with this locale.
        locale: In which words; the country's by default.

    Raises:
        NotFoundError: There are no words for this kind, or no such country.
    """
    context, config = runtime.context, runtime.config
    countries = list(context.rulebook.countries.values())
    speaking = [each for each in countries if locale is None or each.locale == locale]
    shown = context.country(country) if country else (speaking or countries)[0]
    renderer = Renderer(config.messages, config.lifecycles)
    matter = add_examples(build_sample_context(kind, shown), config.lifecycles)
    if kind in renderer.kinds(digested=True):
        return renderer.digest([matter], locale or shown.locale)
    if kind not in renderer.kinds():
        raise NotFoundError("words of the notice", kind)
    return renderer.notice(matter, locale or shown.locale)
