"""Foresight: what a cycle date will bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lazsa_flow.service.assumptions import AS_RECORDED
from lazsa_flow.service.part import Part

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path as FilePath

    from lazsa_flow.foresight.comparison import PolicyComparison
    from lazsa_flow.foresight.rehearsal import Rehearsal
    from lazsa_flow.foresight.saved_rehearsal import SavedRehearsal
    from lazsa_flow.lifecycle.model import Actor


class AwardForesight(Part):
    """What a cycle date will bring."""

    def rehearse(
        self,
        *,
        on: date,
        now: datetime | None = None,
        country: str | None = None,
        facts: str = AS_RECORDED,
        panel: str = AS_RECORDED,
        policy: FilePath | str | None = None,
    ) -> Rehearsal:
        """Return what a date will bring, by running its timers on a copy; nothing is written.

        Args:
            on: The date: a cycle date, where the countries have any.
            now: Ask as if at this instant, aware; the present by default.
            country: Of this country; of all by default.
            facts: ``as-recorded``; or ``held``, which takes each seller's latest figures as still
                true on the date.
            panel: ``as-recorded``; or ``approves`` or ``refuses``, which takes every round without
                a quorum as decided so.
            policy: Decide as if this policy governed the date: a file, a text as TOML, or a
                released version such as ``2027-1``.

        Returns:
            Each path's outcome, with its class: ``certain``, ``depends on the panel``, ``depends
            on facts``, ``depends on both``, or ``cannot be awarded``.

        Raises:
            ConfigError: The policy fails its checks; every fault is named.
            ConflictError: Another text is released as this version of the policy.
            InputError: The date is no cycle date, lies in the past, or is suspended; or an
                assumption is none of these.
            NotFoundError: There is no such country, or no such version of a policy.
            ContendedError: Another process holds the database's lock for itself.
            DamagedError: The database's file is damaged.
            SchemaError: The database is another release's, or run by other lifecycle tables.
            UnavailableError: The database cannot be read, or there is no room for the copy.
        """
        from lazsa_flow.foresight.rehearse import Foresight

        foresight, assume = Foresight(self._runtime), {"facts": facts, "panel": panel}
        return foresight.rehearse(on=on, now=now, country=country, assume=assume, policy=policy)

    def save_rehearsal(
        self,
        name: str,
        *,
        actor: Actor,
        on: date,
        now: datetime | None = None,
        country: str | None = None,
        facts: str = AS_RECORDED,
        panel: str = AS_RECORDED,
        key: str | None = None,
    ) -> SavedRehearsal:
        """Rehearse a date, and save what it will bring under a name, for managers to approve.

        Args:
            name: The name, which no other saved rehearsal has.
            actor: An operator or manager.
            on: The date: a cycle date, where the countries have any.
            now: Ask as if at this instant, aware; the present by default.
            country: Of this country; of all by default.
            facts: As for :meth:`rehearse`.
            panel: As for :meth:`rehearse`.
            key: The idempotency key.

        Returns:
            What was saved: the outcome of each path, its digest, and who has approved it.

        Raises:
            ConflictError: Another rehearsal was saved under this name.
            InputError: The date is no cycle date, lies in the past, or is suspended; or an
                assumption is none of these.
            NotFoundError: There is no such country.
            NotAllowedError: The actor may not do this.
            KeyReusedError: The key was used for another command.
            ContendedError: Another process holds the database's lock for itself.
            DamagedError: The database's file is damaged.
            SchemaError: The database is another release's, or run by other lifecycle tables.
            UnavailableError: The database cannot be read, or there is no room for the copy.
        """
        from lazsa_flow.foresight.saved_nights import Nights

        nights, assume = Nights(self._runtime), {"facts": facts, "panel": panel}
        return nights.save_rehearsal(
            name, actor=actor, on=on, now=now, country=country, assume=assume, key=key
        )

    def compare_policies(
        self,
        a: FilePath | str,
        b: FilePath | str,
        *,
        on: date,
        as_if_in_force: bool = False,
        now: datetime | None = None,
        country: str | None = None,
        facts: str = AS_RECORDED,
        panel: str = AS_RECORDED,
    ) -> PolicyComparison:
        """Return whose outcome on a date differs between two policies; nothing is written.

        Args:
            a: The first policy: a released version such as ``2027-1``, a file, or a text as TOML.
            b: The second policy.
            on: The date: a cycle date, where the countries have any.
            as_if_in_force: Let each policy govern the date. Without it a released version governs
                its own cycles alone, and any other those that it would govern if released now.
            now: Ask as if at this instant, aware; the present by default.
            country: Of this country; of all by default.
            facts: As for :meth:`rehearse`.
            panel: As for :meth:`rehearse`; facts held and a panel that approves compare the
                criteria alone.

        Returns:
            Each path whose outcome changes, in both directions, with the guards that change it;
            totals per country; and the cycles that each policy governs in production.

        Raises:
            ConfigError: A policy fails its checks; every fault is named.
            ConflictError: Another text is released as a policy's version.
            InputError: The policies are of two lifecycles; the date is no cycle date, lies in the
                past, or is suspended; or an assumption is none of these.
            NotFoundError: There is no such country, or no such version of a policy.
            ContendedError: Another process holds the database's lock for itself.
            DamagedError: The database's file is damaged.
            SchemaError: The database is another release's, or run by other lifecycle tables.
            UnavailableError: The database cannot be read, or there is no room for the copy.
        """
        from lazsa_flow.foresight.compare import Comparing

        comparing, assume = Comparing(self._runtime), {"facts": facts, "panel": panel}
        return comparing.compare_policies(
            a, b, on=on, as_if_in_force=as_if_in_force, now=now, country=country, assume=assume
        )
