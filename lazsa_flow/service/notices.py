"""Notices: those that wait to be sent, and those that were.

The relay sends what stands in the outbox, for any caller: a worker, the command line, a host's own
loop. Any number may run side by side, apart from the sweep. What renders and sends is imported
with the first notice.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from lazsa_flow.errors import NotFoundError
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from lazsa_flow.engine.outbox_values import Waiting
    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.notices.drained import Drained
    from lazsa_flow.notices.ports import Channel, Resolver
    from lazsa_flow.notices.relay import Relay
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

        Returns:
            The relay.

        Raises:
            ConfigError: A channel or a route is wrong, or a secret is missing.
            InputError: The service is bound to a host's transaction.
        """
        from lazsa_flow.service import sending

        return sending.open_relay(self._runtime, channels, resolver, random or Random())  # noqa: S311 - jitter

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

        Returns:
            How many notices were delivered, failed, were parked or postponed.
        """
        with self.open_relay(channels=channels, resolver=resolver) as relay:
            return relay.drain(stopping)

    def outbox(self, *, parked: bool | None = None) -> list[Waiting]:
        """Return the notices that wait, oldest first: parked, not parked, or all.

        Args:
            parked: Whether they are parked; all by default.
        """
        return list(self._runtime.store.outbox().entries(parked=parked))

    def deliveries(self) -> dict[tuple[str, str, str], int]:
        """Count what was delivered, by kind, recipient and country.

        Returns:
            The number of notices by kind, recipient and country.
        """
        return self._runtime.store.outbox().deliveries()

    def retry_notices(
        self, keys: Collection[str] | None = None, *, actor: Actor, dry_run: bool = False
    ) -> int:
        """Let parked notices be tried again, these or all; return how many.

        Args:
            keys: These; all that are parked by default.
            actor: Who asks.
            dry_run: Return how many it would be, and write nothing.

        Returns:
            The number of notices.

        Raises:
            NotFoundError: One of the keys is not parked; nothing is tried again.
            NotAllowedError: The actor may not do this.
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
            locale: In which words; by default the country's, and English where none is named.

        Returns:
            The notice in words.

        Raises:
            NotFoundError: There are no words for this kind, or no such country.
            InputError: The locale is none.
        """
        from lazsa_flow.service import previewing

        return previewing.preview_notice(
            self._runtime.config,
            self._runtime.context.rulebook.countries.values(),
            kind,
            country=country,
            locale=locale,
        )
