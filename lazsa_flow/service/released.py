"""Configuration in force: listed, shown, and changed by releases alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow import service
from lazsa_flow.errors import NotFoundError
from lazsa_flow.lifecycle.policy import CountryText, PolicyText
from lazsa_flow.service.part import Part
from lazsa_flow.service.requestable import requestable
from lazsa_flow.store.released import in_force

if TYPE_CHECKING:
    from datetime import date

    from lazsa_flow.lifecycle.model import Actor
    from lazsa_flow.service.releasing import Preview
    from lazsa_flow.service.replan import Planned
    from lazsa_flow.store.released import CountryVersion, PolicyVersion


class Releases(Part):
    """Policies and countries in force, and their releases."""

    def policy_list(self, lifecycle: str | None = None) -> list[PolicyVersion]:
        """Return every released version of a lifecycle's policy, or of all, as they come in force.

        Args:
            lifecycle: The lifecycle's name.

        Raises:
            NotFoundError: There is no such lifecycle.
        """
        if lifecycle is not None:
            self._runtime.context.rulebook.lifecycle(lifecycle)
        found = self._runtime.store.policies()
        return [each for each in found if lifecycle in (None, each.text.lifecycle)]

    def policy_show(self, lifecycle: str, version: str | None = None) -> PolicyVersion:
        """Return a released version of a policy.

        Args:
            lifecycle: The lifecycle's name.
            version: Which; by default the one in force now.

        Raises:
            NotFoundError: It was never released.
        """
        rulebook = self._runtime.context.rulebook
        rulebook.lifecycle(lifecycle)
        if version is None:
            version = rulebook.policy_at(lifecycle, self._runtime.clock.now()).version
        for each in self.policy_list(lifecycle):
            if each.text.version == version:
                return each
        raise NotFoundError("policy", f"{lifecycle}/{version}")

    @requestable("release_policy")
    def release_policy(
        self,
        lifecycle: str,
        version: str,
        text: str,
        *,
        actor: Actor,
        key: str | None = None,
        from_start: bool = False,
        dry_run: bool = False,
    ) -> list[Planned]:
        """Release a policy version; it governs the cycles that have not opened yet.

        Args:
            lifecycle: Whose policy.
            version: The version that the text names.
            text: The policy, as TOML.
            actor: A manager.
            key: The idempotency key.
            from_start: Let it govern every cycle, those that have opened too: for a lifecycle that
                has no path yet.
            dry_run: Return what would move, and write nothing.

        Returns:
            Every timer that moved.

        Raises:
            ConfigError: The text is wrong; every fault is named.
            ConflictError: This version is released already, or the lifecycle has paths.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        if dry_run:
            return self._dry_run(
                lambda own: own.release_policy(
                    lifecycle, version, text, actor=actor, key=key, from_start=from_start
                )
            )
        found = PolicyText(lifecycle, version, text)
        return self._runtime.run_command(
            lambda context: service.releasing.release_policy(
                context, found, actor=actor, key=key, from_start=from_start
            )
        )

    def preview_policy(
        self, lifecycle: str, version: str, text: str, *, actor: Actor, from_start: bool = False
    ) -> Preview:
        """Return whom a policy would affect, and how, changing nothing.

        Args:
            lifecycle: The lifecycle.
            version: The version that the text would be.
            text: The policy, as TOML.
            actor: Who acts.
            from_start: Whether it would be in force from the start, while there is no path yet.

        Raises:
            NotAllowedError: The actor may not do this.
        """
        found = PolicyText(lifecycle, version, text)
        return service.releasing.preview_policy(
            self._runtime.context, found, actor=actor, from_start=from_start
        )

    def country_list(self, *, history: bool = False) -> list[CountryVersion]:
        """Return each country as it is in force, by code.

        Args:
            history: Return every version that was ever released, by code and number.
        """
        found = self._runtime.store.countries()
        return found if history else list(in_force(found).values())

    def country_show(self, code: str, number: int | None = None) -> CountryVersion:
        """Return a released version of a country.

        Args:
            code: The country's code.
            number: Which version; by default the last, which is in force.

        Raises:
            NotFoundError: The country, or this version of it, was never released.
        """
        for each in reversed(self.country_list(history=True)):
            if each.text.code == code and number in (None, each.number):
                return each
        raise NotFoundError("country", code if number is None else f"{code} version {number}")

    def suspensions(self) -> dict[str, tuple[date, ...]]:
        """Return the cycle dates that countries do not hold, by code: by file or by command."""
        countries = self._runtime.context.rulebook.countries
        return {
            code: tuple(sorted(set(c.suspended))) for code, c in countries.items() if c.suspended
        }

    @requestable("release_country")
    def release_country(
        self, text: str, *, actor: Actor, key: str | None = None, dry_run: bool = False
    ) -> list[Planned]:
        """Release a country's configuration; it holds at once, for what is planned too.

        A candidate whose cycle date the country no longer holds goes on to the next one it holds.

        Args:
            text: The country, as TOML.
            actor: A manager.
            key: The idempotency key.
            dry_run: Return what would move, and write nothing.

        Returns:
            Every timer that moved.

        Raises:
            ConfigError: The text is wrong; every fault is named.
            ConflictError: Just this text is in force already.
            KeyReusedError: The key was used for another command.
            NotAllowedError: The actor may not do this.
        """
        if dry_run:
            return self._dry_run(lambda own: own.release_country(text, actor=actor, key=key))
        found = CountryText.read(text, where="country")
        return self._runtime.run_command(
            lambda context: service.releasing.release_country(context, found, actor=actor, key=key)
        )
