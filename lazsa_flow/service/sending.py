"""Sending of notices: the relay with its channels and words.

It is imported with the first notice, for most processes send none.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lazsa_flow.notices.channels import find_resolver, open_channels
from lazsa_flow.notices.compose import Composer
from lazsa_flow.notices.relay import Relay
from lazsa_flow.notices.render import Renderer
from lazsa_flow.service import contacts
from lazsa_flow.service.night_notices import NightNoticeContexts
from lazsa_flow.service.night_reminders import remind_of_nights
from lazsa_flow.service.notice_context import PathNoticeContexts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from random import Random

    from lazsa_flow.lifecycle.policy import Country
    from lazsa_flow.notices.ports import Channel, Resolver
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
    resolver = resolver or find_resolver(deployment) or partial(contacts.resolve_contacts, context)
    of_paths = runtime.application.notice_contexts(context) or PathNoticeContexts(context)
    desk = NightNoticeContexts(of_paths)

    def refresh() -> Mapping[str, Country]:
        desk.context = runtime.context
        return desk.context.rulebook.countries

    def beat(at: datetime) -> None:
        outbox.beat(at)
        remind_of_nights(runtime)

    return Relay(
        outbox,
        Composer(desk, resolver, Renderer(runtime.config.messages, runtime.config.lifecycles)),
        channels,
        deployment,
        context.rulebook.countries,
        runtime.clock,
        random=random,
        refresh=refresh,
        heartbeat=beat,
    )
