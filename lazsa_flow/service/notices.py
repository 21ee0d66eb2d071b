"""Notices: those that wait to be sent, and those that were.

The relay sends what stands in the outbox, by whoever calls it: a worker, the command line, a host's
own loop. Any number may run side by side, apart from the sweep.
"""

from __future__ import annotations

from functools import partial
from random import Random
from typing import TYPE_CHECKING

from lazsa_flow.errors import InputError, NotFoundError
from lazsa_flow.lifecycle.contact import LOCALE
from lazsa_flow.notices.channels import find_resolver, open_channels
from lazsa_flow.notices.compose import Composer
from lazsa_flow.notices.path_data_words import add_examples
from lazsa_flow.notices.relay import Relay
from lazsa_flow.notices.render import Renderer
from lazsa_flow.notices.sample import build_sample_context
from lazsa_flow.service import contacts
from lazsa_flow.service.notice_context import PathNoticeContexts
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from lazsa_flow.engine.ports import Waiting
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.lifecycle.policy import Country
    from lazsa_flow.notices.ports import Channel, Resolver
    from lazsa_flow.notices.relay import Drained
    from lazsa_flow.notices.render import Rendered


class Notices(Part):
    """The notices."""

    def open_relay(
        self,
        *,
        channels: Mapping[str, Channel] | None = None,
        resolver: Resolver | None = None,
        random: Random | None = None,
    ) -> Relay:
        """Open a relay; use it as a context manager, so that its channels are closed.

        It keeps connections, and remembers which channels rest. A country or policy that is
        released meanwhile is taken up with its next round.

        Args:
            channels: By name, instead of those of ``lazsa.toml``.
            resolver: Knows how persons are reached; by default the one that ``lazsa.toml`` names,
                else the contacts that were imported.
            random: Of the jitter.

        Raises:
            ConfigError: A channel or a route is wrong, or a secret is missing.
            InputError: The service is bound to a host's transaction.
        """
        context, deployment = self._runtime.context, self._runtime.config.deployment
        outbox = self._runtime.store.outbox()
        if channels is not None:
            deployment = deployment.handed(channels.keys())
        else:
            channels = open_channels(deployment)
        resolver = resolver or find_resolver(deployment) or partial(contacts.resolve, context)
        runtime = self._runtime
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
            self._runtime.clock,
            random=random or Random(),  # noqa: S311 - jitter
            refresh=refresh,
            heartbeat=outbox.beat,
        )

    def relay(
        self,
        *,
        channels: Mapping[str, Channel] | None = None,
        resolver: Resolver | None = None,
        stopping: Callable[[], bool] = lambda: False,
    ) -> Drained:
        """Send all that may be sent now, and return what became of it.

        Args:
            channels: As in :meth:`open_relay`.
            resolver: As in :meth:`open_relay`.
            stopping: Asked before each notice; ``True`` gives back what has not been sent.
        """
        with self.open_relay(channels=channels, resolver=resolver) as relay:
            return relay.drain(stopping)

    def outbox(self, *, parked: bool | None = None) -> list[Waiting]:
        """Return the notices that wait, oldest first: parked, not parked, or all."""
        return list(self._runtime.store.outbox().entries(parked=parked))

    def deliveries(self) -> dict[tuple[str, str, str], int]:
        """Count what was delivered, by kind, recipient and country."""
        return self._runtime.store.outbox().deliveries()

    def retry_notices(
        self, keys: Collection[str] | None = None, *, actor: Actor, dry_run: bool = False
    ) -> int:
        """Let parked notices be tried again, these or all; return how many.

        Args:
            keys: These; all that are parked by default.
            actor: Who asks.
            dry_run: Return how many it would be, and write nothing.

        Raises:
            NotFoundError: One of the keys is not parked; nothing is tried again.
        """
        self._runtime.context.check_command("retry_notices", actor)
        outbox = self._runtime.store.outbox()
        if keys is not None or dry_run:
            parked = {each.key for each in outbox.entries(parked=True)}
            for key in keys or ():
                if key not in parked:
                    raise NotFoundError("parked notice", key)
            if dry_run:
                return len(parked if keys is None else set(keys))
        return outbox.retry(keys, self._runtime.clock.now())

    def preview_notice(
        self, kind: str, *, country: str | None = None, locale: str | None = None
    ) -> Rendered:
        """Render a made-up notice of a kind, to be looked at.

        Args:
            kind: Which.
            country: Whose title and team it shows; by default one with this locale.
            locale: In which words; the country's by default.

        Raises:
            NotFoundError: There are no words for this kind, or no such country.
            InputError: The locale is none.
        """
        if locale is not None and not LOCALE.fullmatch(locale):
            raise InputError.of("preview", "locale", locale, "a locale such as id or en-SG")
        context = self._runtime.context
        countries = list(context.rulebook.countries.values())
        speaking = [each for each in countries if locale is None or each.locale == locale]
        shown = context.country(country) if country else (speaking or countries)[0]
        renderer = Renderer(self._runtime.config.messages, self._runtime.config.lifecycles)
        matter = add_examples(build_sample_context(kind, shown), self._runtime.config.lifecycles)
        if kind in renderer.kinds(digested=True):
            return renderer.digest([matter], locale or shown.locale)
        if kind not in renderer.kinds():
            raise NotFoundError("words of the notice", kind)
        return renderer.notice(matter, locale or shown.locale)
